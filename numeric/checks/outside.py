"""Whether an expression reads a tensor outside of its range: what ranges are printed for is believed, not taken as 0.

For each access there is a count: a product of 1 where the subscripts are outside and of the conditions that it stands
beside, summed over the sums that it stands in. All of that is finite, so that the sums can be taken apart, as they can
not where an element that is not a number must stay beside the condition that excludes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy
from sympy import Add, And, Expr, Ge, Indexed, KroneckerDelta, Le, Mul, Piecewise, Sum, Symbol
from sympy.logic.boolalg import Boolean

from derive.expression import symbols, walks
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import MatrixFunction, ProductOver
from derive.expression.rules import Rules
from derive.forward import Forward
from derive.remembering import EXPRESSIONS, with_forward
from derive.steps import Quantity

Counts = tuple[tuple[str, Expr], ...]
Inside = dict[Symbol, tuple[Expr, Expr]]


@with_forward(EXPRESSIONS)
def reads_outside(model: Forward, expression: Expr, quantity: Quantity, padded: frozenset[str]) -> Counts:
    """For each tensor how often each element of a quantity reads it outside of its range, as expressions.

    Those that are ``padded`` may be read there. What is inside for every index has no count.
    """
    scope: Inside = {
        letter: (sympy.S.Zero, length - 1) for letter, length in zip(quantity.indices, quantity.shape, strict=True)
    }
    found: dict[str, list[Expr]] = {}
    for name, count in _Reading(model, padded).of(expression, scope):
        found.setdefault(name, []).append(count)
    return tuple((name, Add(*counts)) for name, counts in found.items())


class _Reading:
    """The counts of the parts of an expression."""

    def __init__(self, model: Forward, padded: frozenset[str]) -> None:
        self.model = model
        self.padded = padded

    def of(self, part: Expr | Boolean, scope: Inside) -> Iterator[tuple[str, Expr]]:
        """The counts of an expression or a condition, whose indices run from and to what ``scope`` says."""
        if not walks.holds(part, Indexed):
            return
        if isinstance(part, Indexed):
            yield from self._access(part, scope)
        yield from COUNTS.of(part, _Reading._parts)(self, part, scope)

    def _product(self, product: Mul, scope: Inside) -> Iterator[tuple[str, Expr]]:
        yield from self._beside([(one, one if _is_guard(one) else None) for one in product.args], scope)

    def _all(self, condition: And, scope: Inside) -> Iterator[tuple[str, Expr]]:
        yield from self._beside([(one, Bracket(one)) for one in condition.args], scope)

    def _nothing(self, function: MatrixFunction, scope: Inside) -> Iterator[tuple[str, Expr]]:
        yield from ()  # its indices are those of the matrix

    def _range(self, total: Any, scope: Inside) -> Iterator[tuple[str, Expr]]:
        inner = {**scope, **{letter: (low, high) for letter, low, high in total.limits}}
        for name, count in self.of(total.function, inner):
            yield name, walks.total(count, total.limits)

    def _parts(self, part: Expr | Boolean, scope: Inside) -> Iterator[tuple[str, Expr]]:
        for argument in part.args:
            if isinstance(argument, Expr | Boolean):
                yield from self.of(argument, scope)

    def _access(self, access: Indexed, scope: Inside) -> Iterator[tuple[str, Expr]]:
        name = symbols.name_of(access)
        if name in self.padded:
            return
        # What SymPy knows of an index, that it is not negative, decides nothing here: its range may be wrong.
        within = [
            Bracket(bound(subscript, end, evaluate=False))
            for subscript, length in zip(access.indices, self.model.shape_of(name), strict=False)
            if scope.get(subscript) != (sympy.S.Zero, length - 1)
            for bound, end in ((Ge, sympy.S.Zero), (Le, length - 1))
        ]
        count = 1 - Mul(*within)
        if count != 0:
            yield name, count

    def _beside(self, parts: list[tuple[Expr, Expr | None]], scope: Inside) -> Iterator[tuple[str, Expr]]:
        """The counts of factors, or of conditions that all must hold, each beside the guards that the others are."""
        for place, (part, _) in enumerate(parts):
            others = [guard for number, (_, guard) in enumerate(parts) if guard is not None and number != place]
            for name, count in self.of(part, scope):
                yield name, Mul(count, *others)

    def _cases(self, part: Piecewise, scope: Inside) -> Iterator[tuple[str, Expr]]:
        """The counts of values in the cases in which they are taken."""
        before: list[Expr] = []
        for value, condition in part.args:
            holds = Bracket(condition)
            for name, count in self.of(condition, scope):
                yield name, Mul(count, *before)
            for name, count in self.of(value, scope):
                yield name, Mul(count, holds, *before)
            before.append(1 - holds)


def _is_guard(factor: Expr) -> bool:
    return isinstance(factor, Bracket | KroneckerDelta)


COUNTS: Rules[Callable[[_Reading, Any, Inside], Iterator[tuple[str, Expr]]]] = Rules(
    {
        Mul: _Reading._product,
        And: _Reading._all,
        Piecewise: _Reading._cases,
        MatrixFunction: _Reading._nothing,
        Sum | Maximum | ArgMax | ProductOver: _Reading._range,
    }
)
"""What is counted of each kind of expression; of another what is counted of its parts."""
