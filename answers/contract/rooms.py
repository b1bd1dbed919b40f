"""The room that a question sheet leaves for an answer: lines, a box, squares, axes, or a text to complete."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from answers.contract.model import Strict
from answers.contract.texts import Markdown, MarkdownLine
from answers.latex.markdown import inline_markdown, markdown
from answers.latex.plotting import axis
from answers.latex.sheet import Block, Boxed, Plot, Plots, Room, Squared, Text

LINES = Field(8, ge=1, le=60, description="how high it is, in lines of handwriting")
WIDEST = 15.0
"""So many centimetres a drawing may be wide."""


class Lines(Strict):
    """Ruled lines."""

    kind: Literal["lines"]
    lines: int = LINES

    def blocks(self) -> tuple[Block, ...]:
        """What the sheet has."""
        return (Room(self.lines),)


class Blank(Strict):
    """Nothing but room."""

    kind: Literal["blank"]
    lines: int = LINES

    def blocks(self) -> tuple[Block, ...]:
        """What the sheet has."""
        return (Room(self.lines, ruled=False),)


class Box(Strict):
    """A frame, with words at its top if there are some."""

    kind: Literal["box"]
    lines: int = LINES
    title: MarkdownLine = ""

    def blocks(self) -> tuple[Block, ...]:
        """What the sheet has."""
        return (Boxed(self.lines, inline_markdown(self.title)),)


class Grid(Strict):
    """Squares to draw on, 5 mm each."""

    kind: Literal["grid"]
    lines: int = LINES

    def blocks(self) -> tuple[Block, ...]:
        """What the sheet has."""
        return (Squared(self.lines),)


class AxesRoom(Strict):
    """Axes to plot in, with their ticks, and squares behind them."""

    kind: Literal["axes"]
    x: tuple[float, float] = Field((-4.0, 4.0), description="the range of the horizontal axis")
    y: tuple[float, float] = Field((-2.0, 2.0), description="the range of the vertical axis")
    x_label: MarkdownLine = "$x$"
    y_label: MarkdownLine = "$y$"
    width: float = Field(8.0, gt=1, le=WIDEST, description="in centimetres")
    height: float = Field(5.0, gt=1, le=20, description="in centimetres")
    count: int = Field(1, ge=1, le=8, description="how many of them")

    @model_validator(mode="after")
    def _ranges_are_not_empty(self) -> AxesRoom:
        for name, (low, high) in (("x", self.x), ("y", self.y)):
            if low >= high:
                raise ValueError(f"the range of {name} is empty: {low:g} is not below {high:g}")
        return self

    def blocks(self) -> tuple[Block, ...]:
        """What the sheet has."""
        plot = Plot(
            axis(*self.x, inline_markdown(self.x_label)),
            axis(*self.y, inline_markdown(self.y_label)),
            (),
            width=self.width,
            height=self.height,
            grid=True,
        )
        return (Plots((plot,) * self.count),)


class Template(Strict):
    """A text to complete, such as ``The gradient is ____.``"""

    kind: Literal["template"]
    text: Markdown

    def blocks(self) -> tuple[Block, ...]:
        """What the sheet has."""
        return (Text(markdown(self.text)),)


class Nothing(Strict):
    """No room: the answer goes on other paper."""

    kind: Literal["none"]

    def blocks(self) -> tuple[Block, ...]:
        """What the sheet has."""
        return ()


def _by_name(given: Any) -> Any:
    """``box`` alone is a box of the usual size."""
    return {"kind": given} if isinstance(given, str) else given


AnyRoom = Annotated[
    Lines | Blank | Box | Grid | AxesRoom | Template | Nothing,
    Field(discriminator="kind"),
    BeforeValidator(_by_name, json_schema_input_type=str | dict[str, Any]),
]
"""What a part leaves: one of these by its ``kind``, or by its name alone."""
