"""Determinants and inverses of square matrices, and products over an index.

A forward definition holds a determinant and an inverse as rows of their own, whose names say of which tensor they are:
``det(A)`` is ``A_det``, ``inv(A)[i,j]`` is ``A_inv[i,j]``. Differentiation writes what it finds in their elements.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import And, Expr, Function, Indexed, Ne, Piecewise, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

from derive.expression import symbols, walks

INVERSE, DETERMINANT = "_inv", "_det"

PLACES = (symbols.index("_p"), symbols.index("_q"))
"""The indices of a matrix as a whole, which no formula uses otherwise."""


class ProductOver(ExprWithLimits):
    """The product of an expression over its bound indices."""

    def _eval_is_extended_real(self) -> bool:
        return True


class Entry(Function):
    """A matrix, by its element at the bound indices, with the row and the column of what is read of its inverse."""

    nargs = 3


class MatrixFunction(ExprWithLimits):
    """A function of a whole square matrix, whose bound indices are those of its rows and of its columns."""

    def _eval_is_extended_real(self) -> bool:
        return True

    @property
    def matrix(self) -> Indexed:
        """The element of the matrix at the bound indices."""
        return self.function

    @property
    def name(self) -> str:
        """The name of the tensor that holds the matrix."""
        return symbols.name_of(self.matrix)

    @property
    def length(self) -> Expr:
        """The number of rows and of columns."""
        return self.limits[0][2] + 1

    @property
    def leading(self) -> tuple[Expr, ...]:
        """What the tensor is read at beside the rows and the columns."""
        bound = {limit[0] for limit in self.limits}
        return tuple(subscript for subscript in self.matrix.indices if subscript not in bound)

    def inverse_at(self, row: Expr, column: Expr) -> Expr:
        """An element of the inverse of the same matrix, as an element of the row that holds it."""
        return symbols.element(inverse_name(self.name), self.subscripts(row, column))

    def subscripts(self, row: Expr, column: Expr) -> tuple[Expr, ...]:
        """The subscripts of the matrix at another row and column."""
        (first, *_), (second, *_) = self.limits
        return tuple({first: row, second: column}.get(subscript, subscript) for subscript in self.matrix.indices)


class DeterminantOf(MatrixFunction):
    """The determinant of a matrix."""


class InverseEntry(MatrixFunction):
    """An element of the inverse of a matrix."""

    @property
    def matrix(self) -> Indexed:
        """The element of the matrix at the bound indices."""
        return self.function.args[0]

    @property
    def place(self) -> tuple[Expr, Expr]:
        """The row and the column of the element."""
        return self.function.args[1:]


def inverse_name(name: str) -> str:
    """The name of the row that holds the inverse of a tensor."""
    return f"{name}{INVERSE}"


def determinant_name(name: str) -> str:
    """The name of the row that holds the determinant of a tensor."""
    return f"{name}{DETERMINANT}"


def taken_apart(name: str) -> tuple[str, str]:
    """The tensor and the ending of the name of a row that holds an inverse or a determinant; ("", "") of any other."""
    for ending in (INVERSE, DETERMINANT):
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending), ending
    return "", ""


def determinant(tensor: str, leading: tuple[Expr, ...], length: Expr) -> Expr:
    """The determinant of a matrix, or of one of several."""
    matrix = symbols.element(tensor, (*leading, *PLACES))
    return DeterminantOf(matrix, *((letter, 0, length - 1) for letter in PLACES))


def inverse(tensor: str, leading: tuple[Expr, ...], length: Expr, place: tuple[Expr, Expr]) -> Expr:
    """An element of the inverse of a matrix, or of one of several."""
    matrix = symbols.element(tensor, (*leading, *PLACES))
    return InverseEntry(Entry(matrix, *place), *((letter, 0, length - 1) for letter in PLACES))


def slopes(expression: MatrixFunction, taken: set[str]) -> Iterator[tuple[Expr, Expr, tuple[tuple[Symbol, Expr], ...]]]:
    """For an element of the matrix: the slope by it, the element, and the indices that both are summed over.

    A A⁻¹ = I gives dA⁻¹ = -A⁻¹ dA A⁻¹; of a determinant, which is linear in every element, the slope by one is its
    cofactor, that of det A times the transposed inverse (Jacobi).
    """
    row, column = symbols.fresh_indices(2, taken | symbols.names_in(expression))
    if isinstance(expression, InverseEntry):
        first, last = expression.place
        slope = -expression.inverse_at(first, row) * expression.inverse_at(column, last)
    else:
        slope = expression * expression.inverse_at(column, row)
    element = symbols.element(expression.name, expression.subscripts(row, column))
    yield slope, element, ((row, expression.length), (column, expression.length))


def named(expression: Expr) -> Expr:
    """The expression with determinants as elements of the rows that hold them."""
    found = walks.parts(expression, DeterminantOf)
    return walks.replaced(
        expression, {part: symbols.element(determinant_name(part.name), part.leading) for part in found}
    )


def others(expression: ProductOver, letters: tuple[Symbol, ...]) -> Expr:
    """The product without the factor at the ``letters``: over several indices, those of other rows, and of this one."""
    factor, places = factor_of(expression)
    (bound, *ends), *inner = expression.limits
    elsewhere = Ne(bound, letters[0], evaluate=False)
    if not inner:
        condition = elsewhere if places is None else And(places, elsewhere)
        return ProductOver(Piecewise((factor, condition), (1, True)), (bound, *ends))
    rest = ProductOver(expression.function, *inner)
    here = walks.replaced(rest, {bound: letters[0]})
    return ProductOver(Piecewise((rest, elsewhere), (1, True)), (bound, *ends)) * others(here, letters[1:])


def factor_of(expression: ProductOver) -> tuple[Expr, sympy.Basic | None]:
    """The factor of a product, and which places it is of, where it is not of all."""
    body = expression.function
    if isinstance(body, Piecewise) and len(body.args) == 2 and body.args[1] == (1, True):
        return body.args[0].expr, body.args[0].cond
    return body, None
