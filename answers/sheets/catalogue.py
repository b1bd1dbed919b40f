"""A catalogue: answers without questions, each part on a page of its own with the table of its checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from answers.homework.context import HomeworkContext
from answers.homework.model import Homework, Part, Question
from answers.homework.verify import Checked
from answers.latex import sheet
from answers.latex.escape import escape
from answers.latex.markdown import inline_markdown, markdown
from answers.sheets.certificate import table
from answers.sheets.layout import part_label, sheet_of


def catalogue(homework: Homework, context: HomeworkContext, checked: Sequence[Checked]) -> sheet.Sheet:
    """The catalogue: a family of pages for each question, a page for each part, its text as the introduction."""
    sections: list[sheet.Section] = []
    for question in homework.questions:
        sections.append(_family(question))
        for number, part in enumerate(question.parts):
            sections.append(_page(part, context, checked, new_page=number > 0))
    return sheet_of(homework, sections, contents=True)


def _family(question: Question) -> sheet.Section:
    blocks = (sheet.Text(markdown(question.text)),) if question.text else ()
    return sheet.Section(inline_markdown(question.title), escape(question.id), blocks=blocks, new_page=True)


def _page(part: Part, context: HomeworkContext, checked: Sequence[Checked], *, new_page: bool) -> sheet.Section:
    return sheet.Section(part_label(part), level=2, blocks=tuple(_blocks(part, context, checked)), new_page=new_page)


def _blocks(part: Part, context: HomeworkContext, checked: Sequence[Checked]) -> Iterator[sheet.Block]:
    if part.question:
        yield sheet.Text(markdown(part.question))
    for answered in context.answered(part):
        yield from answered.blocks
    mine = [entry for entry in checked if entry.part == part.id]
    if mine:
        yield table(mine, parts=False)
