"""From a homework to the question sheet and the key, as blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from answers.contract.methods import explained
from answers.homework.context import HomeworkContext
from answers.homework.model import Homework, Part, Question
from answers.homework.verify import Checked
from answers.latex import sheet
from answers.latex.escape import escape
from answers.latex.markdown import inline_markdown, markdown
from answers.sheets.notation import notation_box
from answers.version import version


def question_sheet(homework: Homework, context: HomeworkContext) -> sheet.Sheet:
    """The sheet that is handed out: questions, with tables and room to fill in."""
    sections = tuple(
        _section(
            question,
            tuple(_part(part, context.blank(part)) for part in question.parts),
        )
        for question in homework.questions
    )
    return _sheet(homework, sections, subtitle="", fill_in=("Name", "Student number"))


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
        sections.append(
            sheet.Section("Certificate", level=1, blocks=(_certificate_text(checked, digest), _certificate(checked)))
        )
    return _sheet(homework, tuple(sections), subtitle="Solution key", fill_in=())


CERTIFICATE = (
    "Every formula above was derived from the forward definition and then checked by number, at random points away "
    "from kinks and, where there are kinks, at points on them. The words for what was compared mean: {methods}. The "
    "points are those of each quantity, drawn from the seed 0; the error is the worst relative one. The key was "
    "made by Gradsheet {version}{file}."
)
FILE = r" from the file whose SHA-256 digest begins with \texttt{{{digest}}}"
DIGITS = 16
"""So many digits of a digest are printed."""


def _certificate_text(checked: Sequence[Checked], digest: str) -> sheet.Text:
    """What a certificate means, with the methods that occur in it."""
    tried = (method for entry in checked if not entry.verdict.unchecked for method in entry.claim.methods)
    said = (rf"\emph{{{escape(method.words)}}} -- {escape(method.meaning)}" for method in explained(tried))
    file = FILE.format(digest=digest[:DIGITS]) if digest else ""
    return sheet.Text(CERTIFICATE.format(methods="; ".join(said), version=escape(version()), file=file))


def _sheet(
    homework: Homework, sections: tuple[sheet.Section, ...], *, subtitle: str, fill_in: tuple[str, ...]
) -> sheet.Sheet:
    return sheet.Sheet(
        title=inline_markdown(homework.title),
        plain_title=homework.title,
        sections=sections,
        subtitle=subtitle,
        course=inline_markdown(homework.course),
        term=inline_markdown(homework.term),
        due=inline_markdown(homework.due),
        introduction=markdown(homework.introduction) if not subtitle else "",
        fill_in=fill_in,
        paper=homework.paper,
    )


def _section(question: Question, parts: tuple[sheet.Part, ...]) -> sheet.Section:
    blocks = (sheet.Text(markdown(question.text)),) if question.text else ()
    return sheet.Section(inline_markdown(question.title), escape(question.id), question.level, blocks, parts)


def _part(part: Part, blocks: tuple[sheet.Block, ...]) -> sheet.Part:
    return sheet.Part(part_label(part), markdown(part.question), _points(part.points), blocks)


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


def _certificate(checked: Sequence[Checked]) -> sheet.Certificate:
    """A row for the quantities of a part that were checked in the same way, with the same outcome."""
    alike = groupby(checked, lambda entry: (entry.part, *outcome(entry)))
    rows = [certificate_row(part, method, ok, tuple(entries)) for (part, method, ok), entries in alike]
    labels = [row.part for row in rows]
    first = (label if label not in labels[:number] else "" for number, label in enumerate(labels))
    return sheet.Certificate(tuple(replace(row, part=label) for row, label in zip(rows, first, strict=True)))


def outcome(entry: Checked) -> tuple[str, bool | None]:
    """Against what a claim was compared and whether it holds; None, and why, for what could not be tried."""
    if entry.verdict.unchecked:
        return entry.verdict.note, None
    return entry.claim.method, entry.verdict.ok


def certificate_row(part: str, method: str, ok: bool | None, entries: Sequence[Checked]) -> sheet.CertificateRow:
    """A row for checks of one kind with one outcome; None for what could not be checked."""
    points = sorted({entry.verdict.points for entry in entries})
    return sheet.CertificateRow(
        escape(part),
        ", ".join(entry.claim.latex for entry in entries),
        escape(method),
        "" if ok is None else "--".join(str(number) for number in dict.fromkeys((points[0], points[-1]))),
        "" if ok is None else _error(max(entry.verdict.error for entry in entries)),
        ok,
    )


def _error(error: float) -> str:
    return "0" if error == 0 else f"${_power(error)}$"


def _power(error: float) -> str:
    if error == float("inf"):
        return r"\infty"
    mantissa, exponent = f"{error:.1e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
