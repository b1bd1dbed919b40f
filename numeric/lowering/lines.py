"""What a generated module is made of: lines, each an assignment of a whole array, and the plan of them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from sympy import Expr, Indexed, Mul, Sum, Symbol

from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.partials import partial_name
from derive.forward import Forward, Tensor
from numeric.lowering.windows import Windows

Stage = Literal["forward", "loss", "backward"]


@dataclass(frozen=True)
class Added:
    """Values for every element of windows, in the windows' indices; each is added to where it was read."""

    windows: Windows
    values: Expr


@dataclass(frozen=True)
class Line:
    """One assignment ``name[indices] = expression``; ``formula`` is the equation to print beside it.

    A line of ``windows`` makes a view of them. What is ``added`` is added to the expression, where windows were
    read. A ``column`` is stored with one more axis, of length 1, so that it broadcasts along a row.
    """

    name: str
    indices: tuple[Symbol, ...]
    shape: tuple[Expr, ...]
    expression: Expr
    formula: Derivation | None = None
    stage: Stage = "forward"
    column: bool = False
    note: str = ""
    windows: Windows | None = None
    added: tuple[Added, ...] = ()

    def mapped(self, change: Callable[[Expr], Expr]) -> Line:
        """The line with everything that it computes changed."""
        added = tuple(replace(one, values=change(one.values)) for one in self.added)
        return replace(self, expression=change(self.expression), added=added)


@dataclass(frozen=True)
class Purpose:
    """What lines are for: the forward definition that they compute, and the names that are asked for."""

    model: Forward
    wanted: frozenset[str] = frozenset()

    @property
    def binary(self) -> frozenset[str]:
        """The tensors of 0 and 1, such as masks."""
        return frozenset(name for name, tensor in self.model.tensors.items() if tensor.domain == "binary")


@dataclass(frozen=True)
class Plan:
    """The lines of the three functions in order, as they are derived, and the tensors that they take and return."""

    model: Forward
    lines: tuple[Line, ...]
    inputs: tuple[Tensor, ...]
    beside: tuple[Tensor, ...]
    parameters: tuple[Tensor, ...]
    outputs: tuple[str, ...]
    gradients: tuple[str, ...]
    title: str

    @property
    def purpose(self) -> Purpose:
        """What the lines are for."""
        gradients = (partial_name("l", name) for name in self.gradients)
        return Purpose(self.model, frozenset((*self.outputs, *gradients, "l")))


def names(line: Line) -> set[str]:
    """The tensors and gradients that a line reads."""
    expressions = [line.expression, *(added.values for added in line.added)]
    return {symbols.name_of(access) for expression in expressions for access in symbols.accesses(expression)}


def is_product(expression: Expr) -> bool:
    """Whether the expression is a sum over the products of two arrays that are read at plain indices."""
    if not isinstance(expression, Sum):
        return False
    factors = Mul.make_args(expression.function)
    return len(factors) == 2 and all(
        isinstance(factor, Indexed) and all(isinstance(subscript, Symbol) for subscript in factor.indices)
        for factor in factors
    )
