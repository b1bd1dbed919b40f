"""What a compiled expression reads when it is evaluated, and how its arrays are laid out.

While an expression is evaluated, every value is a Python number or an array whose last axis is the
*trial* axis: it counts points or perturbations that are evaluated at once, and has length 1 where there
is only one. The axes of the indices stand before it, those of inner sums to the left of those of outer
ones, so that NumPy's broadcasting, which aligns on the right, does all the matching.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy
from numpy.typing import NDArray
from sympy import Symbol

from numeric.errors import ArrayError, MissingSizeError

Array = NDArray[Any]
Value = Array | float | int


@dataclass(frozen=True)
class Scope:
    """The numbers behind the names of an expression.

    Attributes:
        arrays: tensors by name, each with the trial axis last; rank 0 is an array of one axis.
        sizes: the value of each size symbol.
        counts: the range of each free index, in order.
        variables: the values of the variables of a scalar function's formula.
        real: the real type that indices and brackets take.
        known: the values of parts of an expression that occur more than once.
        alike: arrays of parts of any expression by what these are up to letters; None where none are kept.
    """

    arrays: Mapping[str, Array]
    sizes: Mapping[Symbol, int]
    counts: tuple[int, ...] = ()
    variables: Mapping[Symbol, Value] = field(default_factory=dict)
    real: Any = numpy.float64
    known: dict[object, Value] = field(default_factory=dict, compare=False, repr=False)
    alike: dict[object, Array] | None = field(default=None, compare=False, repr=False)

    def array(self, name: str) -> Array:
        """The tensor of that name, trial axis last.

        Raises:
            ArrayError: there is none.
        """
        try:
            return self.arrays[name]
        except KeyError:
            raise ArrayError(f"{name} is needed and not given (given: {', '.join(sorted(self.arrays))})") from None

    def size(self, symbol: Symbol) -> int:
        """The value of a size symbol.

        Raises:
            ArrayError: no array gives it.
        """
        try:
            return self.sizes[symbol]
        except KeyError:
            known = ", ".join(f"{s} = {n}" for s, n in self.sizes.items()) or "none"
            raise MissingSizeError(symbol.name, known) from None

    def within(self, counts: tuple[int, ...]) -> Scope:
        """This scope for an expression of its own, with other ranges of its free indices."""
        return replace(self, counts=counts, known={})

    def with_variables(self, variables: Mapping[Symbol, Value]) -> Scope:
        """This scope inside a scalar function's formula, which sees only its own variables."""
        return replace(self, variables=variables, known={})


Evaluator = Callable[[Scope], Value]
"""A compiled expression."""


@dataclass(frozen=True, eq=False)
class Axis:
    """Where an index runs: its axis, counted from the right (-2 is the innermost), and its range."""

    position: int
    first: Callable[[Scope], int]
    count: Callable[[Scope], int]

    def values(self, scope: Scope) -> Array:
        """The values of the index along its axis."""
        first, count = self.first(scope), self.count(scope)
        return numpy.arange(first, first + count, dtype=scope.real).reshape((-1,) + (1,) * (-self.position - 1))


def free_axis(position: int, rank: int) -> Axis:
    """The axis of the free index at ``position`` of ``rank``; its range is the scope's count."""
    return Axis(position - rank - 1, first=lambda scope: 0, count=lambda scope: scope.counts[position])


def stacked(array: object, dtype: Any) -> Array:
    """The array with a trial axis of length 1 after its own axes; among enclosed numbers all keep their types."""
    whole = numpy.asarray(array) if dtype is object else numpy.asarray(array, dtype=dtype)
    return whole[..., numpy.newaxis]


def real_type(dtype: Any) -> Any:
    """The real type of the same precision as ``dtype``: float64 for complex128 and for integers."""
    kind = numpy.dtype(dtype)
    if kind.kind == "c":
        return numpy.zeros(0, kind).real.dtype.type
    return kind.type if kind.kind == "f" else numpy.float64
