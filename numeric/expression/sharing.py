"""Parts of expressions whose arrays are taken from those of parts alike at the same point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy
from sympy import Add, Expr, Sum, Symbol

from derive.expression.partials import partial_named
from numeric.arrays.axes import Axis, Evaluator, Scope, Value
from numeric.expression.access import viewed
from numeric.expression.alike import Pattern, pattern

LARGEST = 65_536
"""Arrays of so many elements or fewer are kept."""
LEAST = 24
"""How many nodes a part has at least."""


@dataclass(frozen=True)
class Shared:
    """A part of an expression with the axes of its free letters.

    It is compiled when its values are first needed: ``in_place`` among the axes around it, or ``alone``, with an axis
    for each of its letters.
    """

    expression: Expr
    form: Pattern
    axes: Sequence[Axis]
    in_place: Callable[[Expr], Evaluator]
    alone: Callable[[Expr, tuple[Symbol, ...]], Evaluator]

    @cached_property
    def _in_place(self) -> Evaluator:
        return self.in_place(self.expression)

    @cached_property
    def _alone(self) -> Evaluator:
        return self.alone(self.expression, self.form.letters)

    def __call__(self, scope: Scope) -> Value:
        kept = scope.alike
        if kept is None or any(axis.first(scope) for axis in self.axes):
            return self._in_place(scope)
        counts = tuple(axis.count(scope) for axis in self.axes)
        key = self.form.digest, counts
        if (array := kept.get(key)) is None:
            found = numpy.asarray(self._alone(scope.within(counts)))
            array = numpy.broadcast_to(found, (*counts, found.shape[-1] if found.ndim else 1))
            if array.size <= LARGEST:
                kept[key] = array
        return viewed(array, self.axes)


def shared(
    expression: Expr,
    axes: Mapping[Symbol, Axis],
    in_place: Callable[[Expr], Evaluator],
    alone: Callable[[Expr, tuple[Symbol, ...]], Evaluator],
) -> Shared | None:
    """A part that may be taken from others alike, None for one that is small or that more than forward rows decide.

    A partial may be measured or adopted, so that its values are a derivation's own. A product is no part: its factors
    may be summed one after the other.
    """
    if not isinstance(expression, Add | Sum):
        return None
    form = pattern(expression)
    own = [axes[letter] for letter in form.letters if letter in axes]
    if form.weight < LEAST or not form.reads or len(own) < len(form.letters):
        return None
    if any(map(partial_named, form.reads)):
        return None
    return Shared(expression, form, own, in_place, alone)
