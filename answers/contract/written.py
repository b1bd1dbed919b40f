"""What kinds of answers that are written by hand have in common: lines on the question sheet, a note in the key."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from answers.contract.item import Context, Item
from answers.contract.texts import Markdown
from answers.latex.markdown import markdown
from answers.latex.sheet import Block, Room, Text


def lines_left(lines: int) -> Any:
    """The key ``lines`` of a kind, with so many if it is left out."""
    return Field(lines, ge=0, description="how many lines the question sheet leaves")


def room(lines: int) -> tuple[Block, ...]:
    """Room for so many lines, if any."""
    return (Room(lines),) if lines else ()


class Lined(Item):
    """An answer for which the question sheet leaves lines."""

    lines: int = lines_left(8)

    def blank(self, context: Context) -> tuple[Block, ...]:
        return room(self.lines)


class Noted(Item):
    """An answer that the key may put a note before."""

    note: Markdown = Field("", description="Markdown before the answer in the key")

    def note_blocks(self) -> list[Block]:
        """The note, if there is one."""
        return [Text(markdown(self.note))] if self.note else []
