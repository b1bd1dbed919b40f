"""Expressions, matrix nodes, cases, shapes and sentences as LaTeX or Unicode text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import sympy
from sympy import Basic, Expr, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import And

from derive.conventions import IndexBase
from derive.expression.functions import Bracket
from derive.expression.partials import partial_named
from derive.matrix.nodes import Node
from derive.render.arrange import numbers_first
from derive.render.cases import branches
from derive.render.compose import bracket_below
from derive.render.counting import counted, is_index
from derive.render.expression import ExpressionPrinter
from derive.render.latex_style import LatexStyle
from derive.render.letters import distinct
from derive.render.matrix import MatrixPrinter
from derive.render.names import Ranks, places_in
from derive.render.piece import Binding, Piece, Typeset
from derive.render.style import Style
from derive.render.unicode_style import UnicodeStyle
from derive.render.units import without_units
from derive.steps import Sentence

LATEX = LatexStyle()
UNICODE = UnicodeStyle()
SIGN = 1.8
"""The width of the sign between two sizes, with the room beside it."""


def piece(
    style: Style,
    what: Expr | Node,
    ranks: Ranks,
    index_base: IndexBase = 1,
    barred: frozenset[str] = frozenset(),
    *,
    is_place: bool = False,
) -> Piece:
    """An index expression or a matrix node as a piece; partials in ``barred`` with what they hold.

    An expression that ``is_place`` is a number that counts as indices do.
    """
    if isinstance(what, Node):
        return MatrixPrinter(style, ranks, index_base, barred).piece(what)
    single = without_units(sympy.sympify(what))
    shown = counted(numbers_first(distinct(single)), index_base, places_in(ranks), is_place=is_place)
    return ExpressionPrinter(style, ranks, barred=barred).piece(shown)


def pieces(style: Style, expressions: Sequence[Expr]) -> list[Piece]:
    """Expressions in numbers alone as pieces; what they share is printed once."""
    printer = ExpressionPrinter(style, {})
    return [printer.piece(counted(numbers_first(distinct(expression)), 1)) for expression in expressions]


def cases_piece(
    style: Style,
    expression: Expr,
    ranks: Ranks,
    index_base: IndexBase = 1,
    barred: frozenset[str] = frozenset(),
    *,
    is_place: bool = False,
) -> Piece:
    """An expression as values under conditions; as it is where it has none."""
    printer = ExpressionPrinter(style, ranks, barred=barred)
    single = without_units(expression)
    found = branches(counted(numbers_first(distinct(single)), index_base, places_in(ranks), is_place=is_place))
    if len(found) == 1:
        return printer.piece(found[0].value)
    return style.cases(
        [
            (printer.piece(branch.value), printer.condition(And(*branch.conditions)) if branch.conditions else None)
            for branch in found
        ]
    )


def place_latex(place: Expr, index_base: IndexBase) -> str:
    """LaTeX of a number that counts as indices do, such as the last of N: ``N-1``, or ``N`` where they count from 1."""
    shown = counted(place, index_base, is_place=True)
    return LATEX.signed(ExpressionPrinter(LATEX, {}).piece(shown)).text


def latex(what: Expr | Node, *, ranks: Ranks | None = None, index_base: IndexBase = 1) -> str:
    """LaTeX of an index expression or a matrix node.

    ``ranks`` gives the number of indices of each tensor by name; it is needed to divide the subscripts of
    a partial between numerator and denominator, and to tell a vector from a number.
    """
    return LATEX.signed(piece(LATEX, what, ranks or {}, index_base)).text


def unicode(what: Expr | Node, *, ranks: Ranks | None = None, index_base: IndexBase = 1) -> str:
    """One line of Unicode of an index expression or a matrix node; ``ranks`` as for LaTeX."""
    return UNICODE.signed(piece(UNICODE, what, ranks or {}, index_base)).text


def typeset(what: Expr | Node, *, ranks: Ranks | None = None, index_base: IndexBase = 1) -> Typeset:
    """An index expression or a matrix node as both back ends write it; ``ranks`` as for LaTeX."""
    return in_both(lambda style: style.signed(piece(style, what, ranks or {}, index_base)))


def in_both(write: Callable[[Style], Piece]) -> Typeset:
    """What both back ends ``write``."""
    in_latex = write(LATEX)
    return Typeset(in_latex.text, write(UNICODE).text, in_latex.width)


def cases_latex(expression: Expr, *, ranks: Ranks | None = None, index_base: IndexBase = 1) -> str:
    """LaTeX of an expression whose brackets and deltas are written as cases."""
    return LATEX.signed(cases_piece(LATEX, expression, ranks or {}, index_base)).text


def cases_unicode(expression: Expr, *, ranks: Ranks | None = None, index_base: IndexBase = 1) -> str:
    """Unicode of an expression whose brackets and deltas are written as cases."""
    return UNICODE.signed(cases_piece(UNICODE, expression, ranks or {}, index_base)).text


def shape_latex(shape: Sequence[Expr]) -> str:
    """A shape such as ``d \\times n``; ``1`` for a scalar."""
    return shape_piece(LATEX, shape).text


def shape_unicode(shape: Sequence[Expr]) -> str:
    """A shape such as ``d × n``; ``1`` for a scalar."""
    return shape_piece(UNICODE, shape).text


def shape_piece(style: Style, shape: Sequence[Expr]) -> Piece:
    """A shape as a piece."""
    printer = ExpressionPrinter(style, {}, inline=True)
    sizes = [printer.piece(sympy.sympify(size)) for size in shape]
    if len(sizes) > 1:
        sizes = [bracket_below(style, size, Binding.SLASH) for size in sizes]
    text = style.signs["times"].join(size.text for size in sizes) or "1"
    return Piece(text, sum(size.width for size in sizes) + SIGN * max(len(sizes) - 1, 0) or 1)


def symbol_latex(name: str, *, ranks: Mapping[str, int] | None = None) -> str:
    """The symbol of a tensor, a partial, a size or a function by its name."""
    return symbol_piece(LATEX, name, ranks or {}).text


def symbol_unicode(name: str, *, ranks: Mapping[str, int] | None = None) -> str:
    """The symbol of a tensor, a partial, a size or a function by its name."""
    return symbol_piece(UNICODE, name, ranks or {}).text


def symbol_typeset(name: str, *, ranks: Mapping[str, int] | None = None) -> Typeset:
    """The symbol of a tensor, a partial, a size or a function by its name."""
    return in_both(lambda style: symbol_piece(style, name, ranks or {}))


def symbol_piece(style: Style, name: str, ranks: Ranks | None = None) -> Piece:
    """The same as a piece, whose width is known."""
    ranks = ranks or {}
    printer = ExpressionPrinter(style, ranks, inline=True)
    if partial_named(name) is not None or name in ranks:
        return printer.element(name, whole=True)
    return printer.name_of_function(name)


def sentence_latex(text: str | Sentence, *, ranks: Ranks | None = None, index_base: IndexBase = 1) -> str:
    """A sentence for LaTeX: its text escaped, and each ``{name}`` and each expression in it set as mathematics."""
    return sentence_text(LATEX, text, ranks=ranks, index_base=index_base)


def sentence_unicode(text: str | Sentence, *, ranks: Ranks | None = None, index_base: IndexBase = 1) -> str:
    """A sentence for a terminal, with each ``{name}`` and each expression in it set as mathematics."""
    return sentence_text(UNICODE, text, ranks=ranks, index_base=index_base)


def sentence_text(
    style: Style,
    text: str | Sentence,
    *,
    ranks: Ranks | None = None,
    index_base: IndexBase = 1,
    barred: frozenset[str] = frozenset(),
) -> str:
    """A sentence in a style; partials in ``barred`` with what they hold."""
    parts = _parts(text) if isinstance(text, str) else text.parts
    return "".join(
        style.words(part)
        if isinstance(part, str)
        else style.in_text(_said(style, part, ranks or {}, index_base, barred))
        for part in parts
    )


def _parts(text: str) -> Iterator[str | Basic]:
    """The words of a text, and symbols for the names in braces."""
    for position, part in enumerate(re.split(r"\{([^{}]+)\}", text)):
        yield Symbol(part.strip()) if position % 2 else part


def _said(style: Style, part: Basic, ranks: Ranks, index_base: IndexBase, barred: frozenset[str]) -> str:
    """An expression within a sentence: a letter and a whole tensor by their names, equations as they are counted."""
    printer = ExpressionPrinter(style, ranks, inline=True, barred=barred)
    if isinstance(part, Relational | And):
        shown = counted(Bracket(part), index_base, places_in(ranks))
        return printer.condition(shown.args[0]).text
    if isinstance(part, Symbol) and is_index(part):
        return printer.piece(part).text
    if isinstance(part, Symbol):
        return symbol_piece(style, part.name, ranks).text
    shown = counted(numbers_first(distinct(part)), index_base, places_in(ranks))
    return style.signed(printer.piece(shown)).text
