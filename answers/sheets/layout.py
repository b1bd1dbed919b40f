"""From a homework to the question sheet and the key, as blocks."""

from __future__ import annotations

from collections.abc import Sequence

from answers.homework.context import HomeworkContext
from answers.homework.model import Homework, Part, Question
from answers.homework.notation import notation_box
from answers.homework.verify import Checked
from answers.languages import language
from answers.latex import sheet
from answers.latex.escape import escape
from answers.latex.markdown import inline_markdown, markdown
from answers.sheets.certificate import certificate


def question_sheet(homework: Homework, context: HomeworkContext) -> sheet.Sheet:
    """The sheet that is handed out: questions, with tables and room to fill in."""
    totals = _totals(homework)
    sections = tuple(
        _section(
            question,
            tuple(_part(part, context.blank(part)) for part in question.parts),
            points=_points(sum(part.points for part in question.parts)) if totals else "",
        )
        for question in homework.questions
    )
    return sheet_of(homework, sections, fill_in=("Name", "Student number"), totals=totals)


def _totals(homework: Homework) -> sheet.Totals | None:
    """What the sheet says of the points of its questions; nothing where there are none, or a file does not want it."""
    reached = [(escape(question.id), sum(part.points for part in question.parts)) for question in homework.questions]
    total = sum(points for _, points in reached)
    if not total or homework.totals == "none":
        return None
    rows = tuple((number, f"{points:g}") for number, points in reached if points)
    return sheet.Totals(f"{total:g}", rows, homework.totals == "table")


def key_sheet(
    homework: Homework, context: HomeworkContext, checked: Sequence[Checked], digest: str = ""
) -> sheet.Sheet:
    """The key: answers with their steps, the rubric, and the certificate of what was checked and of which file."""
    sections = [
        _section(question, tuple(_answered(part, context) for part in question.parts))
        for question in homework.questions
    ]
    box = notation_box(context, (block for section in sections for part in section.parts for block in part.blocks))
    if box:
        sections.insert(0, sheet.Section("Notation", level=2, blocks=box))
    if any(part.points for part in homework.parts()):
        sections.append(sheet.Section("Rubric", level=1, blocks=(_rubric(homework),)))
    if checked:
        sections.append(sheet.Section("Certificate", level=1, blocks=(sheet.Closing(certificate(checked, digest)),)))
    return sheet_of(homework, sections, subtitle="Solution key")


def sheet_of(
    homework: Homework,
    sections: Sequence[sheet.Section],
    *,
    subtitle: str = "",
    fill_in: tuple[str, ...] = (),
    totals: sheet.Totals | None = None,
    contents: bool = False,
) -> sheet.Sheet:
    """Sections with the title, the language and the looks of a homework; one with a subtitle has no introduction."""
    return sheet.Sheet(
        title=inline_markdown(homework.title),
        plain_title=homework.title,
        sections=tuple(sections),
        subtitle=subtitle,
        course=inline_markdown(homework.course),
        term=inline_markdown(homework.term),
        due=inline_markdown(homework.due),
        introduction=markdown(homework.introduction) if not subtitle else "",
        fill_in=fill_in,
        paper=homework.paper,
        authors=tuple(map(inline_markdown, homework.authors)),
        logo=homework.logo or "",
        preamble=homework.preamble,
        engine=homework.engine,
        fonts=homework.fonts,
        language=language(homework.language),
        totals=totals,
        contents=contents,
    )


def _section(question: Question, parts: tuple[sheet.Part, ...], points: str = "") -> sheet.Section:
    blocks = (sheet.Text(markdown(question.text)),) if question.text else ()
    return sheet.Section(
        inline_markdown(question.title), escape(question.id), question.level, blocks, parts, question.new_page, points
    )


def _part(part: Part, blocks: tuple[sheet.Block, ...]) -> sheet.Part:
    return sheet.Part(part_label(part), markdown(part.question), _points(part.points), blocks, part.new_page)


def _answered(part: Part, context: HomeworkContext) -> sheet.Part:
    blocks = tuple(block for answered in context.answered(part) for block in answered.blocks)
    return _part(part, (sheet.Answer(blocks),) if blocks else ())


def part_label(part: Part) -> str:
    """How the sheet calls a part: its label, or its last letter, or its id."""
    if part.label:
        return inline_markdown(part.label)
    return f"({part.id[-1]})" if part.id[-1:].isalpha() else escape(part.id)


def _points(points: float) -> str:
    return f"{points:g} point{'' if points == 1 else 's'}" if points else ""


def _rubric(homework: Homework) -> sheet.Rubric:
    rows = []
    for part in homework.parts():
        criteria = [(criterion.text, criterion.points) for criterion in part.rubric]
        if not criteria and part.points:
            criteria = [("the answer of the key, or one that is equal to it", part.points)]
        for number, (text, points) in enumerate(criteria):
            rows.append(sheet.RubricRow(escape(part.id) if number == 0 else "", inline_markdown(text), f"{points:g}"))
    total = sum(part.points for part in homework.parts())
    return sheet.Rubric(tuple(rows), f"{total:g}")
