"""Quantities, steps and whole derivations as LaTeX and Unicode, long lines broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial as applied

from sympy import Expr

from derive.conventions import IndexBase
from derive.convolution.nodes import ConvolutionForm
from derive.expression.partials import is_immediate, partial_named
from derive.expression.symbols import accesses, name_of
from derive.forward import Forward
from derive.matrix.nodes import Node
from derive.matrix.sequences import At
from derive.render.convolution import ConvolutionPrinter
from derive.render.expression import ExpressionPrinter
from derive.render.names import ranks_of
from derive.render.piece import Piece, Typeset
from derive.render.printing import LATEX, UNICODE, cases_piece, in_both, piece, sentence_text
from derive.render.style import Style
from derive.render.units import without_units
from derive.steps import Derived, Notation, Quantity, Step

LATEX_WIDTH = 68.0
"""Letters of mathematics on a line of 16 cm at 11 points, at 6.5 points a letter and room to spare."""

BESIDE_WIDTH = 41.0
"""Letters of mathematics on such a line with a note of 5.8 cm beside it."""

UNICODE_WIDTH = 100.0

BAR = "What stands at the bar is held."
DIRECT = "Partials by what an equation reads hold all else in it."
IMMEDIATE = "A partial with + is that of one equation alone: all else that it reads is held."

LINE_END = " \\\\[3pt]\n"


@dataclass(frozen=True)
class StepLine:
    """A printed step: a sentence, the left side (empty where it is that of the line before), the right side.

    ``right`` has one entry for each printed line; ``width`` is that of the widest with the left side, in letters.
    """

    step: Step
    sentence: str
    left: str
    right: tuple[str, ...]
    width: float


def quantity_latex(quantity: Quantity, forward: Forward, *, whole: bool = True) -> str:
    """The left side of an equation: the ``whole`` tensor, or its element at the quantity's indices."""
    return _quantity(LATEX, quantity, forward, whole).text


def quantity_unicode(quantity: Quantity, forward: Forward, *, whole: bool = True) -> str:
    """The left side of an equation: the ``whole`` tensor, or its element at the quantity's indices."""
    return _quantity(UNICODE, quantity, forward, whole).text


def quantity_typeset(quantity: Quantity, forward: Forward) -> Typeset:
    """The left side of an equation of whole tensors."""
    return in_both(lambda style: _quantity(style, quantity, forward, True))


def result_typeset(derivation: Derived, notation: Notation = "matrix") -> Typeset:
    """The right side alone; in index form where there is no matrix form."""
    return in_both(lambda style: _result(style, derivation, notation))


def result_latex(derivation: Derived, notation: Notation = "matrix") -> str:
    """The right side alone; in index form where there is no matrix form."""
    return _result(LATEX, derivation, notation).text


def result_lines(derivation: Derived, room: float, notation: Notation = "matrix") -> tuple[str, ...]:
    """The right side in LaTeX, in lines no wider than ``room`` letters where it can be broken."""
    return equation_lines(derivation, room, notation)[1]


def equation_lines(derivation: Derived, room: float, notation: Notation = "matrix") -> tuple[str, tuple[str, ...]]:
    """The left side in LaTeX, and the right side in lines no wider than ``room`` letters where it can be broken."""
    left, right = _equation(LATEX, derivation, derivation.result, derivation.matrix, derivation.quantity, notation)
    return left.text, tuple(piece.text for piece in break_lines(LATEX.signed(right), room))


def derivation_latex(derivation: Derived, notation: Notation = "matrix", steps: bool = False) -> str:
    """The result as one equation; or with ``steps`` the body of an ``align*``.

    Each step's sentence stands beside its line, or above it where the lines are too long for that. What has
    no matrix form is printed in index form.
    """
    if not steps:
        left, right = _equation(LATEX, derivation, derivation.result, derivation.matrix, derivation.quantity, notation)
        return f"{left.text} = {LATEX.signed(right).text}"
    lines = step_lines(derivation, notation, room=BESIDE_WIDTH)
    if all(line.width <= BESIDE_WIDTH for line in lines):
        return LINE_END.join(_beside(line) for line in lines)
    return LINE_END.join(_below(line) for line in step_lines(derivation, notation))


def _beside(line: StepLine) -> str:
    """An equation with its sentence on the right."""
    first, *rest = line.right
    note = rf" && \parbox{{5.8cm}}{{\small\raggedright {line.sentence}}}" if line.sentence else ""
    return LINE_END.join([f"{line.left} &= {first}{note}", *map(_continued, rest)])


def _below(line: StepLine) -> str:
    """An equation under its sentence."""
    first, *rest = line.right
    equation = LINE_END.join([f"{line.left} &= {first}", *map(_continued, rest)])
    return rf"\intertext{{{line.sentence}}}" + f"\n{equation}" if line.sentence else equation


def _continued(text: str) -> str:
    return rf"&\quad {{}} {text}"


def equation_typeset(derivation: Derived, notation: Notation) -> Typeset:
    """The result as one equation."""

    def write(style: Style) -> Piece:
        found = _equation(style, derivation, derivation.result, derivation.matrix, derivation.quantity, notation)
        left, right = found[0], style.signed(found[1])
        return right.after(left.text + style.signs["equals"], left.width + 2)

    return in_both(write)


def derivation_unicode(derivation: Derived, notation: Notation = "matrix", steps: bool = False) -> str:
    """The result as one equation; or with ``steps`` a sentence and an equation for each step."""
    if not steps:
        left, right = _equation(
            UNICODE, derivation, derivation.result, derivation.matrix, derivation.quantity, notation
        )
        return f"{left.text} = {UNICODE.signed(right).text}"
    lines = []
    indent = ""
    for line in step_lines(derivation, notation, style=UNICODE):
        indent = " " * len(line.left) if line.left else indent
        first, *rest = line.right
        lines += [line.sentence] if line.sentence else []
        lines.append(f"    {line.left or indent} = {first}")
        lines += [f"    {indent}     {continued}" for continued in rest]
    return "\n".join(lines)


def step_lines(
    derivation: Derived, notation: Notation = "matrix", *, style: Style = LATEX, room: float | None = None
) -> list[StepLine]:
    """The steps of a derivation, printed; a step that changes nothing in this notation is left out.

    Lines are broken to ``room`` letters, by default those of a line of text.
    """
    ranks = ranks_of(derivation.forward, index_base=derivation.index_base)
    signs = _Signs.of(derivation)
    room = room or (LATEX_WIDTH if style is LATEX else UNICODE_WIDTH)
    lines: list[StepLine] = []
    before: tuple[str, tuple[str, ...]] = ("", ())
    for step in derivation.steps:
        left, right = _equation(style, derivation, step.expression, step.matrix, step.quantity, notation, signs.barred)
        broken = break_lines(style.signed(right), room - left.width - 2)
        texts = tuple(piece.text for piece in broken)
        if (left.text, texts) == before:
            continue
        shown = "" if left.text == before[0] else left.text
        before = (left.text, texts)
        width = left.width + 2 + max(piece.width for piece in broken)
        write = applied(sentence_text, style, ranks=ranks, index_base=derivation.index_base, barred=signs.barred)
        said = " ".join(filter(None, map(write, (step.sentence, *signs.explained(step)))))
        lines.append(StepLine(step, said, shown, texts, width))
    return lines


@dataclass(frozen=True)
class _Signs:
    """The signs of partials that are of one equation alone, each explained where a derivation first has it.

    A partial is ``barred`` where the same of all equations together, which would look alike, occurs too.
    """

    barred: frozenset[str]
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, derivation: Derived) -> _Signs:
        """The signs that the steps of a derivation need."""
        names = frozenset().union(*map(_partials_in, derivation.steps))
        partials = (partial for name in names if (partial := partial_named(name)) is not None)
        alike = (partial for partial in partials if partial.held and not partial.is_immediate)
        return cls(frozenset(partial.name for partial in alike if partial.free.name in names), derivation.steps)

    def explained(self, step: Step) -> list[str]:
        """What is said of the signs that occur in this step first."""
        kinds = {BAR: self.barred.__contains__, DIRECT: self._is_direct, IMMEDIATE: is_immediate}
        return [sentence for sentence, is_one in kinds.items() if step is self._first(is_one)]

    def _is_direct(self, name: str) -> bool:
        """Whether a partial holds something that its sign does not show."""
        partial = partial_named(name)
        return partial is not None and bool(partial.held) and not partial.is_immediate and name not in self.barred

    def _first(self, is_one: Callable[[str], bool]) -> Step | None:
        return next((step for step in self.steps if any(map(is_one, _partials_in(step)))), None)


def _partials_in(step: Step) -> frozenset[str]:
    """The partials that a step has on its two sides."""
    names = (step.quantity.name, *map(name_of, accesses(step.expression)))
    return frozenset(name for name in names if partial_named(name))


def break_lines(whole: Piece, room: float) -> list[Piece]:
    """A piece in lines no wider than ``room`` letters, where it can be broken."""
    if whole.width <= room:
        return [whole]
    lines: list[Piece] = []
    line, width = "", 0.0
    for part in _breakable(whole, room):
        if line and width + part.width > room:
            lines.append(Piece(line, width))
            line, width = _resumed(part.text), part.width + 2
        else:
            line, width = line + part.text, width + part.width
    return [*lines, Piece(line, width)]


def _breakable(whole: Piece, room: float) -> Iterator[Piece]:
    for part in whole.parts:
        if part.width > room and part.parts:
            yield from _breakable(part, room)
        else:
            yield part
    if not whole.parts:
        yield whole


def _resumed(text: str) -> str:
    """What begins a line after a break: its operator, or a dot where factors stood side by side."""
    start = text.lstrip()
    if start.startswith((r"\,", "(", r"\left", r"\bigg", r"\sum", "Σ")):
        return (r"\cdot " if "\\" in text else "· ") + start.removeprefix(r"\,").lstrip()
    return start


def _equation(
    style: Style,
    derivation: Derived,
    expression: Expr,
    matrix: Node | None,
    quantity: Quantity,
    notation: Notation,
    barred: frozenset[str] = frozenset(),
) -> tuple[Piece, Piece]:
    base = derivation.index_base
    ranks = ranks_of(derivation.forward, index_base=base)
    if notation == "matrix" and matrix is not None:
        return _whole(style, quantity, derivation, barred), piece(style, matrix, ranks, base, barred)
    if notation == "convolution" and derivation.convolution is not None and expression == derivation.result:
        return _convolution(style, derivation, derivation.convolution)
    left = _quantity(style, quantity, derivation.forward, False, barred, base)
    write = cases_piece if notation == "cases" else piece
    is_place = derivation.forward.holds_places(quantity.name)
    single = without_units(expression, quantity.indices, quantity.shape)
    return left, write(style, single, ranks, base, barred, is_place=is_place)


def _convolution(style: Style, derivation: Derived, form: ConvolutionForm) -> tuple[Piece, Piece]:
    """The maps of the quantity: by cross-correlations, and by full convolutions where there are some."""
    inner = ExpressionPrinter(style, ranks_of(derivation.forward))
    printer = ConvolutionPrinter(inner, derivation.index_base)
    left = inner.element(derivation.quantity.name, form.indices, whole=not form.indices)
    right = style.signed(printer.piece(form.node))
    if form.full is None:
        return left, right
    equal = style.signs["equals"] + style.signed(printer.piece(form.full)).text
    second = Piece(equal, style.signed(printer.piece(form.full)).width + 2)
    return left, replace(right, text=right.text + equal, width=right.width + second.width, parts=(right, second))


def _result(style: Style, derivation: Derived, notation: Notation) -> Piece:
    _, right = _equation(style, derivation, derivation.result, derivation.matrix, derivation.quantity, notation)
    return style.signed(right)


def _quantity(
    style: Style,
    quantity: Quantity,
    forward: Forward,
    whole: bool,
    barred: frozenset[str] = frozenset(),
    index_base: IndexBase = 1,
) -> Piece:
    printer = ExpressionPrinter(style, ranks_of(forward, index_base=index_base), barred=barred)
    if whole and quantity.shape:
        return printer.element(quantity.name, whole=True)
    return printer.element(quantity.name, quantity.indices)


def _whole(style: Style, quantity: Quantity, derivation: Derived, barred: frozenset[str]) -> Piece:
    """The tensor of the quantity, or what it is at its times."""
    if not quantity.at:
        return _quantity(style, quantity, derivation.forward, True, barred, derivation.index_base)
    partial = quantity.partial
    above = len(derivation.forward.tensors[partial.top].shape[:1]) if partial else 0
    length = quantity.shape[0]
    node = At(quantity.name, quantity.at, length, length, above)
    return piece(style, node, ranks_of(derivation.forward, index_base=derivation.index_base), 0)
