"""Derivations written out element by element, and matrices of symbols, as text."""

from __future__ import annotations

from sympy import Expr, Integer, MatrixBase

from derive.conventions import IndexBase
from derive.elements import Elements
from derive.render.derivations import LINE_END
from derive.render.expression import ExpressionPrinter
from derive.render.names import ranks_of
from derive.render.printing import LATEX, UNICODE, piece
from derive.render.style import Style


def written_out_latex(elements: Elements) -> str:
    """The body of an ``align*``, an equation for each element."""
    return LINE_END.join(f"{left} &= {right}" for left, right in element_equations(elements))


def element_equations(elements: Elements) -> list[tuple[str, str]]:
    """The two sides of the equation of each element in LaTeX."""
    return _equations(LATEX, elements)


def written_out_unicode(elements: Elements) -> str:
    """An equation for each element, each on its line."""
    return "\n".join(f"{left} = {right}" for left, right in _equations(UNICODE, elements))


def matrix_latex(matrix: MatrixBase, index_base: IndexBase = 0) -> str:
    """A matrix of elements between round brackets, such as the Toeplitz form of a convolution."""
    rows = [" & ".join(_element(LATEX, value, index_base) for value in row) for row in matrix.tolist()]
    columns = "c" * matrix.cols
    return rf"\left(\begin{{array}}{{{columns}}} " + r" \\ ".join(rows) + r" \end{array}\right)"


def matrix_unicode(matrix: MatrixBase, index_base: IndexBase = 0) -> str:
    """A matrix of elements in aligned columns."""
    cells = [[_element(UNICODE, value, index_base) for value in row] for row in matrix.tolist()]
    widths = [max(len(row[column]) for row in cells) for column in range(matrix.cols)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells)


def _element(style: Style, value: Expr, index_base: IndexBase) -> str:
    return style.signed(piece(style, value, {}, index_base)).text


def _equations(style: Style, elements: Elements) -> list[tuple[str, str]]:
    derivation = elements.derivation
    ranks = ranks_of(derivation.forward, dict(elements.numbers))
    printer = ExpressionPrinter(style, ranks)
    base, is_place = derivation.index_base, derivation.forward.holds_places(derivation.quantity.name)
    return [
        (
            printer.element(derivation.quantity.name, [Integer(number + base) for number in place]).text,
            style.signed(piece(style, value, ranks, base, is_place=is_place)).text,
        )
        for place, value in elements.equations
    ]
