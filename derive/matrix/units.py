"""Axes of one place: what is 1 by 1 is a number, which needs no transpose, no diagonal and no elementwise product.

While a form is sought such axes are ``UNIT`` long, so that one output is written as K outputs are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Indexed, Mul, Sum

from derive.conventions import Layout
from derive.expression import symbols, walks
from derive.expression.partials import partial_named
from derive.forward import Forward
from derive.matrix.build import elementwise, hadamard, product, rebuilt, scale
from derive.matrix.nodes import (
    Basis,
    Diagonal,
    DiagonalOf,
    Hadamard,
    Identity,
    Node,
    Ones,
    Product,
    Transpose,
)
from derive.matrix.tidy import tidy
from derive.matrix.tree import is_column, is_scalar, split_scale

UNIT = symbols.size("_unit")
"""Stands for an axis of length 1 while a form is sought."""


def enlarged(shape: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The shape with ``UNIT`` for every axis of one place."""
    return tuple(UNIT if length == 1 else length for length in shape)


@dataclass(frozen=True)
class Numbers:
    """The tensors of a definition that are one number each though they have axes, but for those ``apart``."""

    ranks: Mapping[str, int]
    single: frozenset[str]
    apart: frozenset[str] = frozenset()

    @classmethod
    def of(cls, forward: Forward) -> Numbers:
        """Those of a forward definition."""
        tensors = forward.tensors.values()
        single = frozenset(t.name for t in tensors if t.shape and all(length == 1 for length in t.shape))
        return cls({tensor.name: len(tensor.shape) for tensor in tensors}, single)

    def without(self, names: frozenset[str]) -> Numbers:
        """The same, but for tensors that are to be written out; partials of these stay numbers."""
        return replace(self, apart=names & self.single)

    def holds(self, name: str) -> bool:
        """Whether a tensor or a partial is one number that is stored along axes."""
        partial = partial_named(name)
        if partial is None:
            return name in self.single and name not in self.apart
        ends = partial.ends
        return any(end in self.single for end in ends) and all(
            end in self.single or self.ranks.get(end) == 0 for end in ends
        )

    def names_in(self, expression: Expr, *, partials: bool) -> frozenset[str]:
        """The names of those that an expression reads; none where it reads one that is to be written out.

        In products of matrices ``partials`` stay where the chain rule puts them, and are not among these.
        """
        read = frozenset(map(symbols.name_of, symbols.accesses(expression)))
        if read & self.apart:
            return frozenset()
        return frozenset(name for name in read if self.holds(name) and (partials or partial_named(name) is None))


def with_units(expression: Expr, numbers: Collection[str]) -> Expr:
    """The expression with sums over one place taken over ``UNIT``; what is one number is read at its place."""
    if isinstance(expression, Indexed):
        name = symbols.name_of(expression)
        at = tuple(sympy.S.Zero for _ in expression.indices)
        return symbols.element(name, at) if name in numbers else expression
    if isinstance(expression, Sum):
        limits = [(letter, lower, UNIT - 1 if upper == 0 else upper) for letter, lower, upper in expression.limits]
        return walks.total(with_units(expression.function, numbers), limits)
    result: Expr = walks.mapped(expression, lambda part: with_units(part, numbers), Expr)
    return result


def without_units(node: Node, layout: Layout) -> Node:
    """The form with 1 for ``UNIT``, and what is 1 by 1 then as a number.

    Where gradients are rows, r diag(v) is written for the rows r ⊙ v^T that this leaves.
    """
    resized = node.resized({UNIT: sympy.S.One})
    if resized == node:
        return node
    plain = _in_numbers(resized)
    return tidy(plain) if layout == "numerator" else plain


def _in_numbers(node: Node) -> Node:
    """The node with its 1 by 1 parts written as numbers are."""
    if isinstance(node, Identity | Basis) and node.rows == 1:
        return Ones(sympy.S.One, sympy.S.One)
    children = [_in_numbers(child) for child in node.children]
    if not children:
        return node
    if isinstance(node, Transpose | Diagonal | DiagonalOf) and is_scalar(children[0]):
        return children[0]
    if isinstance(node, Hadamard) and is_scalar(node):
        return _multiplied(children)
    if isinstance(node, Product):
        return product(*_met(children))
    changed = any(new is not old for new, old in zip(children, node.children, strict=True))
    return rebuilt(node, children) if changed else node


def _multiplied(numbers: list[Node]) -> Node:
    """The product of numbers, in their order; of two that are the same the square."""
    if len(numbers) == 2 and numbers[0] == numbers[1]:
        variable = symbols.scalar("u")
        return elementwise(variable**2, (variable,), (numbers[0],))
    parted = [split_scale(number) for number in numbers]
    factors = [bare for _, bare in parted if not isinstance(bare, Ones)] or [Ones(sympy.S.One, sympy.S.One)]
    whole = factors[0] if len(factors) == 1 else Hadamard(tuple(factors))
    return scale(Mul(*(coefficient for coefficient, _ in parted)), whole)


def _met(factors: list[Node]) -> list[Node]:
    """The factors of a product, numbers that are neighbours as one, diag(v) beside a column u as u ⊙ v."""
    met: list[Node] = []
    for factor in factors:
        before = met[-1] if met else None
        if before is not None and is_scalar(before) and is_scalar(factor):
            met[-1] = _multiplied([before, factor])
        elif isinstance(before, Diagonal) and is_column(factor):
            met[-1] = hadamard(factor, before.node)
        elif isinstance(factor, Diagonal) and isinstance(before, Transpose) and is_column(before.node):
            met[-1] = Transpose(hadamard(factor.node, before.node))
        else:
            met.append(factor)
    return met
