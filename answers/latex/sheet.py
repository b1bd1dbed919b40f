"""A sheet as its template reads it: sections, parts and blocks whose every string is LaTeX already.

Nothing here knows about mathematics. A class is named after what it looks like on the page; its
``kind`` says which macro of ``templates/latex`` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import ClassVar, Literal

from answers.languages import ENGLISH, Language, translated
from answers.latex.code import CodeLine
from answers.latex.environment import render
from answers.latex.escape import require_fonts
from answers.latex.raster import Raster

Mark = Literal["", "changed", "same"]
"""A tag in the margin: this changed from an earlier part, or it did not."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Text:
    """Paragraphs."""

    kind: ClassVar[str] = "text"
    latex: str
    mark: Mark = ""


@dataclass(frozen=True)
class Heading:
    """A small heading, which stays with what follows it."""

    kind: ClassVar[str] = "heading"
    latex: str


@dataclass(frozen=True)
class Equation:
    """A displayed formula, without dollar signs, with its shape beside it; a result is tinted."""

    kind: ClassVar[str] = "equation"
    latex: str
    shape: str = ""
    mark: Mark = ""
    result: bool = False


@dataclass(frozen=True)
class Legend:
    """What signs mean, between rules: under a text of what holds for all of them, formulas, each with a few words."""

    kind: ClassVar[str] = "legend"
    latex: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Step:
    """A step ``left = right`` of a derivation, or of another ``relation``.

    ``rule`` and ``sentence`` are text, the rest formulas.
    """

    left: str
    right: str
    rule: str = ""
    sentence: str = ""
    shape: str = ""
    relation: str = "="


@dataclass(frozen=True)
class Steps:
    """The steps of a derivation, the last of them tinted if it is the result."""

    kind: ClassVar[str] = "steps"
    steps: tuple[Step, ...]
    result: bool = True


@dataclass(frozen=True)
class ItemList:
    """A list, numbered or with bullets."""

    kind: ClassVar[str] = "list"
    entries: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Columns of labels and numbers are as wide as they need to be; those of formulas (without dollar
    signs, made smaller if too wide) and of text share the rest of the line by their weights.
    """

    title: str
    kind: Literal["label", "number", "formula", "text"] = "label"
    weight: float = 1.0


@dataclass(frozen=True)
class Row:
    """A row of a table; an empty cell stays empty."""

    cells: tuple[str, ...]
    mark: Mark = ""


@dataclass(frozen=True)
class Table:
    """A table as wide as the text. A blank one has rows high enough to write in."""

    kind: ClassVar[str] = "table"
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    blank: bool = False


@dataclass(frozen=True)
class Code:
    """A program, from ``code_lines``, under its title, which may be a file's name, with numbers before its lines."""

    kind: ClassVar[str] = "code"
    lines: tuple[CodeLine, ...]
    title: str = ""
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    value: float
    label: str


@dataclass(frozen=True)
class Axis:
    """An axis from ``low`` to ``high``; a line marks where 0 is unless that means nothing."""

    low: float
    high: float
    label: str = ""
    ticks: tuple[Tick, ...] = ()
    zero: bool = True


@dataclass(frozen=True)
class Curve:
    """A curve in pieces, so that a jump is a gap between two of them; a label puts it in the legend."""

    pieces: tuple[tuple[Point, ...], ...]
    label: str = ""


@dataclass(frozen=True)
class Dot:
    """The end of a piece of the curve of that number (from 0): filled where the value is, else open."""

    x: float
    y: float
    filled: bool
    curve: int = 0


@dataclass(frozen=True)
class Area:
    """A polygon that is filled, behind the curves: from white at a ``shade`` of 0 to the darkest at 1."""

    corners: tuple[Point, ...]
    shade: float


@dataclass(frozen=True)
class Marks:
    """Points that are drawn in the colour of the curve of that number (from 0)."""

    points: tuple[Point, ...]
    curve: int = 0


@dataclass(frozen=True)
class Plot:
    """Curves over two axes, ``width`` by ``height`` centimetres; what is outside of the axes is cut off.

    ``notes`` are formulas that are set below, one a line. A ``backdrop`` fills the axes, and ``marks`` lie on top.
    A ``grid`` has a line at every tick.
    """

    x: Axis
    y: Axis
    curves: tuple[Curve, ...]
    dots: tuple[Dot, ...] = ()
    title: str = ""
    width: float = 5.8
    height: float = 3.8
    notes: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()
    backdrop: Raster | None = None
    marks: tuple[Marks, ...] = ()
    grid: bool = False


@dataclass(frozen=True)
class Plots:
    """Plots side by side, as many to a line as fit, over a caption."""

    kind: ClassVar[str] = "plots"
    plots: tuple[Plot, ...]
    caption: str = ""


@dataclass(frozen=True)
class Picture:
    """LaTeX that draws something, over a caption."""

    kind: ClassVar[str] = "picture"
    latex: str
    caption: str = ""


@dataclass(frozen=True)
class Room:
    """Room for so many lines of handwriting, ruled or blank."""

    kind: ClassVar[str] = "room"
    lines: int
    ruled: bool = True


@dataclass(frozen=True)
class Boxed:
    """A frame with room for so many lines of handwriting, and words at its top if there are some."""

    kind: ClassVar[str] = "boxed"
    lines: int
    title: str = ""


@dataclass(frozen=True)
class Squared:
    """Squares of 5 mm as wide as the text, for so many lines of handwriting."""

    kind: ClassVar[str] = "squared"
    lines: int


@dataclass(frozen=True)
class Choice:
    """What may be ticked; ``right`` is None on a question sheet, and ``reason`` is for the key."""

    latex: str
    right: bool | None = None
    reason: str = ""


@dataclass(frozen=True)
class Choices:
    """Boxes to tick, one for each choice, or two for each statement: for true and for false."""

    kind: ClassVar[str] = "choices"
    choices: tuple[Choice, ...]
    true_false: bool = False


@dataclass(frozen=True)
class RubricRow:
    """What earns points in a part."""

    part: str
    criterion: str
    points: str


@dataclass(frozen=True)
class Rubric:
    """The points of a sheet. It breaks across pages, and so does not go inside an answer."""

    kind: ClassVar[str] = "rubric"
    rows: tuple[RubricRow, ...]
    total: str


@dataclass(frozen=True)
class CertificateRow:
    """Checks of a part: of what, against what, at how many points each, and the worst relative error.

    ``passed`` is None for what could not be checked; the method says why.
    """

    part: str
    quantity: str
    method: str
    points: str
    error: str
    passed: bool | None


@dataclass(frozen=True)
class Certificate:
    """What was checked, of several ``parts`` or of one. It breaks across pages, and so does not go inside an answer."""

    kind: ClassVar[str] = "certificate"
    rows: tuple[CertificateRow, ...]
    parts: bool = True


@dataclass(frozen=True)
class Answer:
    """Blocks with the bar of an answer at their left; it breaks across pages."""

    kind: ClassVar[str] = "answer"
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Closing:
    """Small print at the end of a sheet; where a page ends in it, no few lines are left alone on the next."""

    kind: ClassVar[str] = "closing"
    blocks: tuple[Block, ...]


Block = (
    Text
    | Heading
    | Equation
    | Legend
    | Steps
    | ItemList
    | Table
    | Code
    | Plots
    | Picture
    | Room
    | Boxed
    | Squared
    | Choices
    | Rubric
    | Certificate
    | Answer
    | Closing
)


@dataclass(frozen=True)
class Part:
    """A question: its label, such as ``(a)``, its text and points, then tables, room or the answer."""

    label: str
    text: str
    points: str = ""
    blocks: tuple[Block, ...] = ()
    new_page: bool = False


@dataclass(frozen=True)
class Section:
    """A heading of level 1 or 2 with its number and its points, blocks, and parts; on a new page if asked for."""

    title: str
    number: str = ""
    level: Literal[1, 2] = 1
    blocks: tuple[Block, ...] = ()
    parts: tuple[Part, ...] = ()
    new_page: bool = False
    points: str = ""


@dataclass(frozen=True)
class Totals:
    """The points of each question by its number, and of all; with a ``table`` to write down how many were reached."""

    total: str
    questions: tuple[tuple[str, str], ...] = ()
    table: bool = False


@dataclass(frozen=True)
class Sheet:
    """A question sheet or a key. ``plain_title`` is text, for the PDF's properties; the rest is LaTeX.

    ``fill_in`` are the labels of lines for a name and the like at the top. With ``contents`` the sections are
    listed there. ``authors`` are lines below the title, ``logo`` is the path of a picture beside it. The
    ``preamble`` is TeX behind ours. ``fonts`` are files of fonts for the letters that those of the ``engine`` lack.
    """

    title: str
    plain_title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    course: str = ""
    term: str = ""
    due: str = ""
    introduction: str = ""
    fill_in: tuple[str, ...] = ()
    paper: Literal["a4paper", "letterpaper"] = "a4paper"
    contents: bool = False
    authors: tuple[str, ...] = ()
    logo: str = ""
    preamble: str = ""
    totals: Totals | None = None
    language: Language = ENGLISH
    engine: Literal["pdflatex", "lualatex"] = "pdflatex"
    fonts: tuple[str, ...] = ()


def sheet_latex(sheet: Sheet, templates: Mapping[str, str] | None = None) -> str:
    """The LaTeX document of a sheet; the same sheet gives the same text. A homework's own templates go before ours.

    Raises:
        HomeworkContentError: a template of the homework's own is wrong.
        UnprintableError: a text holds a character that the fonts do not have.
    """
    sheet = translated(sheet, sheet.language)
    given = {name: getattr(sheet, name) for name in Sheet.__dataclass_fields__}
    latex = render("sheet.tex.j2", templates, extras=_needs_extras(sheet), say=sheet.language.say, **given)
    if sheet.engine == "pdflatex":
        require_fonts(latex)
    return latex


EXTRAS = (r"\picturefile", r"\sheetfigure", r"\emptybox", r"\tickedbox", r"\sheetbreak")
"""The commands of texts that ``extras.tex.j2`` defines, for sheets that have one of them."""


EXTRA_KINDS = frozenset({Boxed, Squared, Choices})
"""The blocks that do."""


def _blocks(sheet: Sheet) -> Iterator[Block]:
    """All blocks of a sheet; those within a block follow it."""
    for section in sheet.sections:
        for blocks in (section.blocks, *(part.blocks for part in section.parts)):
            for block in blocks:
                yield block
                if isinstance(block, Answer | Closing):
                    yield from block.blocks


def _needs_extras(sheet: Sheet) -> bool:
    """Whether a sheet has what only some have."""
    kinds = {type(block) for block in _blocks(sheet)}
    return bool(sheet.authors or sheet.logo or sheet.totals or kinds & EXTRA_KINDS) or any(
        command in text for text in strings(sheet) if "\\" in text for command in EXTRAS
    )


def strings(value: object) -> Iterator[str]:
    """All text in a sheet, or in a part of one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from strings(part)
    elif is_dataclass(value):
        for entry in fields(value):
            yield from strings(getattr(value, entry.name))
