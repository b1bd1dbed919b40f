"""Matrix expressions as pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import sympy
from sympy import Add, Expr, Mul, Pow, Symbol

from derive.expression.partials import partial_named
from derive.expression.rules import Rules
from derive.matrix.build import product, transpose
from derive.matrix.nodes import (
    Apply,
    Basis,
    Diagonal,
    DiagonalOf,
    Elementwise,
    Hadamard,
    Identity,
    Named,
    Node,
    Ones,
    Plus,
    Product,
    Scale,
    Slice,
    Stacked,
    Transpose,
)
from derive.matrix.sequences import At, Chain, OverTime, moves
from derive.matrix.tree import runs_of
from derive.render import compose
from derive.render.arrange import arranged, divides
from derive.render.counting import counted, shifted_subscript
from derive.render.expression import ExpressionPrinter
from derive.render.names import Ranks, places_in
from derive.render.opposite import opposite
from derive.render.order import is_stabiliser, says_less
from derive.render.piece import Binding, Piece
from derive.render.style import Style


@dataclass(frozen=True)
class TensorFormulaPrinter(ExpressionPrinter):
    """Prints a scalar formula that is applied elementwise to whole tensors, its ``arguments``.

    Products become elementwise products, quotients elementwise quotients, constants in sums vectors of ones.
    """

    def varies(self, expression: Expr) -> bool:
        """Whether the expression is a tensor, not one number for all elements."""
        return any(symbol in self.arguments for symbol in expression.free_symbols)

    def terms(self, expression: Expr) -> list[Piece]:
        """The terms of a sum, a constant c as c times the vector of ones."""
        varying = [term for term in Add.make_args(expression) if self.varies(term)]
        if not varying:
            return super().terms(expression)
        constant = Add(*(term for term in Add.make_args(expression) if not self.varies(term)))
        shown = super().terms(Add(*varying, evaluate=False)) if len(varying) > 1 else [self.piece(varying[0])]
        if constant == 0:
            return shown
        ones = compose.scale(self.style, super().piece(constant), self.style.ones(), "juxtapose")
        return [*shown, ones] if is_stabiliser(constant) else [ones, *shown]

    def product(self, expression: Expr) -> Piece:
        """A coefficient before an elementwise product."""
        if not self.varies(expression):
            return super().product(expression)
        coefficient, above, below = self.factors(expression)
        return compose.scale(self.style, coefficient, compose.hadamard(self.style, above, below), "juxtapose")

    def factors(self, expression: Expr) -> tuple[Piece, list[Piece], list[Piece]]:
        """The coefficient of a product, and the tensors that are multiplied and divided by."""
        number, factors = arranged(expression)
        coefficient = super().piece(Mul(number, *(factor for factor in factors if not self.varies(factor))))
        tensors = [factor for factor in factors if self.varies(factor)]
        above = [self.piece(factor) for factor in _squares_apart(tensors) if not divides(factor)]
        below = [self.piece(1 / factor) for factor in tensors if divides(factor)]
        return coefficient, above, below

    def power(self, expression: Pow) -> Piece:
        """A square as an elementwise product; a reciprocal as an elementwise quotient."""
        if not self.varies(expression) or expression.exp == sympy.S.Half:
            return super().power(expression)
        if divides(expression):
            return compose.hadamard(self.style, [], [self.piece(1 / expression)])
        if expression.exp == 2:
            return compose.hadamard(self.style, [self.piece(expression.base)] * 2)
        exponent = compose.bracket_below(self.style, super().piece(expression.exp), Binding.PRODUCT)
        mark = self.style.signs["elementwise"]
        marked = replace(exponent, text=mark + exponent.text, width=exponent.width + 1, binding=Binding.ATOM)
        return compose.raise_to(self.style, self.piece(expression.base), marked)

    def exponential(self, exponent: Expr) -> Piece:
        """The function exp, applied to a tensor."""
        return compose.call(self.style, self.style.word("exp"), self.piece(exponent))


@dataclass(frozen=True)
class MatrixPrinter:
    """Prints matrix nodes in a style."""

    style: Style
    ranks: Ranks
    index_base: int = 1
    barred: frozenset[str] = frozenset()

    @property
    def scalars(self) -> ExpressionPrinter:
        """The printer of coefficients."""
        return ExpressionPrinter(self.style, self.ranks, barred=self.barred)

    def piece(self, node: Node) -> Piece:
        """The node as a piece; TypeError for a kind of node that is not known."""
        write = WRITERS.of(node)
        if write is None:
            raise TypeError(f"expected a matrix node, got {node!r} ({type(node).__name__})")
        return write(self, node)

    def application(self, node: Apply) -> Piece:
        """A function of a whole tensor."""
        return compose.call(self.style, self.scalars.name_of_function(node.function), self.piece(node.argument))

    def stacked(self, node: Stacked) -> Piece:
        """Matrices one below the other."""
        return self.style.stacked([self.piece(part) for part in node.parts])

    def at(self, node: At) -> Piece:
        """A tensor at a time, a partial at the times of its numerator and its denominator."""
        times = [self.time(time) for time in node.times]
        partial = partial_named(node.name)
        if partial is None:
            return self.scalars.element(node.name, times, whole=True)
        above, below = (
            self.scalars.element(name, some, whole=True)
            for name, some in zip(partial.ends, (times[: node.above], times[node.above :]), strict=True)
        )
        return self.style.partial(above, below, inline=False, immediate=partial.is_immediate)

    def over_time(self, node: OverTime) -> Piece:
        """A sum over time."""
        small = replace(self.scalars, inline=True)
        low, high = (small.piece(self.time(end)) for end in (node.low, node.high))
        sign = self.style.big_sum(small.piece(node.letter), low, high)
        return compose.total(self.style, [sign], self.piece(node.node))

    def chain(self, node: Chain) -> Piece:
        """A product over time, of several factors in brackets; of the same matrix at all times its power."""
        if not moves(node.node, node.letter):
            exponent = replace(self.scalars, inline=True).piece(node.high - node.low + 1)
            return compose.raise_to(self.style, self.piece(node.node), exponent)
        small = replace(self.scalars, inline=True)
        low, high = (small.piece(self.time(end)) for end in (node.low, node.high))
        sign = self.style.big_product(small.piece(node.letter), low, high)
        body = compose.bracket_below(self.style, self.piece(node.node), Binding.SCRIPTED)
        return compose.total(self.style, [sign], body)

    def time(self, time: Expr) -> Expr:
        """A time as it is counted."""
        return shifted_subscript(time) if self.index_base == 1 else time

    def named(self, node: Named) -> Piece:
        """A tensor, bold if it has a rank; one whose rank is not known has none if it is 1 by 1."""
        partial = partial_named(node.name)
        scalar = node.shape == (1, 1) and node.name not in self.ranks
        return self.scalars.element(node.name, whole=partial is not None or not scalar)

    def ones(self, node: Ones) -> Piece:
        """Ones: a column, a row, or a matrix with its dimensions below."""
        if node.shape == (1, 1):
            return self.style.number("1")
        if node.columns == 1:
            return self.style.ones()
        if node.rows == 1:
            return self.style.transpose(self.style.ones())
        return self.style.ones([self.scalars.piece(size) for size in node.shape])

    def basis(self, node: Basis) -> Piece:
        """A column of the identity, at a position that counts as indices do."""
        position = shifted_subscript(node.position) if self.index_base == 1 else node.position
        return self.style.basis(replace(self.scalars, inline=True).piece(position))

    def slice(self, node: Slice) -> Piece:
        """Some rows of a matrix: from 0 without the last number, from 1 with it."""
        base = compose.bracket_below(self.style, self.piece(node.node), Binding.ATOM)
        small = replace(self.scalars, inline=True)
        first, last = (small.piece(number) for number in (node.start + self.index_base, node.start + node.rows))
        return self.style.rows(base, first, last)

    def transpose(self, piece: Piece) -> Piece:
        """The transpose of a piece."""
        least = Binding.SCRIPTED if piece.extend else Binding.ATOM
        return self.style.transpose(compose.bracket_below(self.style, piece, least))

    def scale(self, node: Scale, *, turn: bool = True) -> Piece:
        """A coefficient before a matrix; a minus goes into a formula that has a term to take it, if it may ``turn``."""
        if node.coefficient == 0:
            return self.style.number("0")
        number = counted(node.coefficient, self.index_base, places_in(self.ranks))
        coefficient, inner = self.scalars.piece(number), node.node
        turned = opposite(inner) if coefficient.negative and turn else None
        if turned is not None and not all(term.negative for term in self.terms(turned)):
            coefficient, inner = coefficient.positive, turned
        return compose.scale(self.style, coefficient, self.piece(inner), "juxtapose")

    def product(self, node: Product) -> Piece:
        """A matrix product by juxtaposition; factors that are 1 by 1 numbers need no sign either."""
        if len(node.factors) == 2 and node.factors[0] == Transpose(node.factors[1]) and node.shape == (1, 1):
            norm = self.style.norm(self.style.signed(self.piece(node.factors[1])))
            return self.style.power(norm, self.style.number("2"))
        runs = [self.run(run) for run in runs_of(node.factors)]
        if len(runs) == 1:
            return self.run(node.factors, alone=True)[0]
        numbers = [piece for piece, is_number in runs if is_number]
        others = [piece for piece, is_number in runs if not is_number]
        return compose.multiply(self.style, [*numbers, *others], between="juxtapose")

    def run(self, factors: Sequence[Node], *, alone: bool = False) -> tuple[Piece, bool]:
        """Factors between inner dimensions of 1, and whether they are an inner product, which stands in front."""
        trace = _trace(factors)
        if trace is not None:
            return self.call("tr", trace), True
        inner = len(factors) == 1 and isinstance(factors[0], Product)
        whole = compose.multiply(self.style, [self.piece(factor) for factor in factors], between="juxtapose")
        is_number = factors[0].shape[0] == 1 and factors[-1].shape[1] == 1 and (inner or len(factors) > 1)
        return (self.style.enclose(self.style.signed(whole)) if is_number and not alone else whole), is_number

    def diagonal(self, node: Diagonal) -> Piece:
        """A diagonal matrix; where all elements are the same number, that times the identity."""
        if not isinstance(node.node, Product) or not _is_spread(node.node):
            return self.call("diag", node.node)
        _, first, *others = node.node.factors
        number = self.piece(Product((first, *others)) if others else first)
        return compose.multiply(self.style, [number, self.style.identity()], between="juxtapose")

    def hadamard(self, node: Hadamard) -> Piece:
        """An elementwise product, reciprocals among its factors written as an elementwise quotient."""
        above: list[Piece] = []
        below: list[Piece] = []
        coefficients: list[Expr] = []
        for factor in sorted(_flat(node), key=_place):
            while isinstance(factor, Scale):
                coefficients.append(factor.coefficient)
                factor = factor.node
            if isinstance(factor, Elementwise):
                number, tensors = self.counted(factor).as_independent(*factor.variables, as_Add=False)
                coefficients.append(number)
                more, divisors = _above_and_below(self.formula(factor), tensors)
                above += more
                below += divisors
            else:
                above.append(self.piece(factor))
        multiply = self.quotient if node.shape == (1, 1) else partial(compose.hadamard, self.style)
        return compose.scale(self.style, self.scalars.piece(Mul(*coefficients)), multiply(above, below), "juxtapose")

    def quotient(self, above: Sequence[Piece], below: Sequence[Piece]) -> Piece:
        """A product of numbers over another one."""
        top, bottom = (
            compose.multiply(self.style, pieces) if pieces else self.style.number("1") for pieces in (above, below)
        )
        whole = self.style.fraction(top.positive, bottom.positive, inline=False) if below else top
        return replace(whole, negative=top.negative != (bool(below) and bottom.negative))

    def terms(self, node: Node) -> list[Piece]:
        """The terms of a sum, those of sums within it and of formulas that are sums."""
        if isinstance(node, Plus):
            first, *rest = sorted(node.terms, key=_comes_last)
            return [*self.terms(first), *(piece for term in rest for piece in self.further_terms(term))]
        if isinstance(node, Elementwise) and isinstance(node.formula, Add):
            return self.formula(node).terms(self.counted(node))
        return [self.piece(node)]

    def further_terms(self, node: Node) -> list[Piece]:
        """The terms that a term of a sum is, behind the first one: a minus before its brackets is an operator."""
        if isinstance(node, Scale) and isinstance(node.node, Plus) and node.coefficient not in (1, -1):
            return [self.scale(node, turn=False)]
        return self.terms(node)

    def counted(self, node: Elementwise) -> Expr:
        """An elementwise formula as it is printed: what stands for places counts as indices do."""
        places = places_in(self.ranks)
        pairs = zip(node.variables, node.arguments, strict=True)
        labels = frozenset(v.name for v, inner in pairs if isinstance(inner, Named) and inner.name in places)
        return counted(node.formula, self.index_base, labels)

    def formula(self, node: Elementwise) -> ExpressionPrinter:
        """The printer of an elementwise formula over its arguments."""
        kind = ExpressionPrinter if node.shape == (1, 1) else TensorFormulaPrinter
        return kind(self.style, self.ranks, arguments=self.arguments(node))

    def arguments(self, node: Elementwise) -> dict[Symbol, Piece]:
        """What stands for each variable of an elementwise formula."""
        return {v: self.piece(a) for v, a in zip(node.variables, node.arguments, strict=True)}

    def call(self, function: str, node: Node) -> Piece:
        """A function of a whole matrix."""
        return compose.call(self.style, self.style.word(function), self.piece(node))


WRITERS: Rules[Callable[[MatrixPrinter, Any], Piece]] = Rules(
    {
        Named: MatrixPrinter.named,
        Ones: MatrixPrinter.ones,
        Identity: lambda printer, node: printer.style.identity(),
        Basis: MatrixPrinter.basis,
        Scale: MatrixPrinter.scale,
        Transpose: lambda printer, node: printer.transpose(printer.piece(node.node)),
        Product: MatrixPrinter.product,
        Hadamard: MatrixPrinter.hadamard,
        Plus: lambda printer, node: compose.add(printer.style, printer.terms(node)),
        Stacked: MatrixPrinter.stacked,
        Slice: MatrixPrinter.slice,
        Diagonal: MatrixPrinter.diagonal,
        DiagonalOf: lambda printer, node: printer.call("diagonal", node.node),
        Elementwise: lambda printer, node: printer.formula(node).piece(printer.counted(node)),
        Apply: MatrixPrinter.application,
        At: MatrixPrinter.at,
        OverTime: MatrixPrinter.over_time,
        Chain: MatrixPrinter.chain,
    }
)
"""How each kind of node is written."""


def _above_and_below(printer: ExpressionPrinter, product: Expr) -> tuple[list[Piece], list[Piece]]:
    """What a product multiplies, and what it divides by."""
    if isinstance(printer, TensorFormulaPrinter):
        _, above, below = printer.factors(product)
        return above, below
    _, factors = arranged(product)
    below = [printer.piece(1 / factor) for factor in factors if divides(factor)]
    return [printer.piece(factor) for factor in factors if not divides(factor)], below


def _trace(factors: Sequence[Node]) -> Node | None:
    """What a run of factors is the trace of: 1^T diagonal(A), or 1^T (A ⊙ B) 1, which is tr(A^T B)."""
    if not isinstance(factors[0], Ones) or factors[0].rows != 1:
        return None
    if len(factors) == 2 and isinstance(factors[1], DiagonalOf):
        return factors[1].node
    both = factors[1] if len(factors) == 3 and isinstance(factors[2], Ones) else None
    if not isinstance(both, Hadamard) or len(both.factors) != 2:
        return None
    return product(transpose(both.factors[0]), both.factors[1])


def _is_spread(product: Product) -> bool:
    """Whether a product is the column of ones times numbers."""
    first, *others = product.factors
    whole = Product(tuple(others)) if len(others) > 1 else others[0]
    return isinstance(first, Ones) and first.columns == 1 and whole.shape == (1, 1)


def _squares_apart(factors: Sequence[Expr]) -> list[Expr]:
    """The factors, u squared as u and u."""
    apart: list[Expr] = []
    for factor in factors:
        square = isinstance(factor, Pow) and factor.exp == 2
        apart += [factor.base, factor.base] if square else [factor]
    return apart


def _place(node: Node) -> int:
    """Tensors come first in an elementwise product, then functions of them, then sums such as 1 - y."""
    if isinstance(node, Plus):
        return 2 if any(isinstance(term, Ones) for term in node.terms) else 0
    return 0 if not isinstance(node, Elementwise) else 2 if isinstance(node.formula, Add) else 1


def _comes_last(node: Node) -> bool:
    """Whether it is such as epsilon times ones, or the indicator of [z <= 0], which follow other terms."""
    inner = node.node if isinstance(node, Scale) else node
    if isinstance(node, Scale) and isinstance(inner, Ones):
        return is_stabiliser(node.coefficient)
    return isinstance(inner, Elementwise) and says_less(inner.formula)


def _flat(node: Hadamard) -> list[Node]:
    return [inner for factor in node.factors for inner in (_flat(factor) if isinstance(factor, Hadamard) else [factor])]
