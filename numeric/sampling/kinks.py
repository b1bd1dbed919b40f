"""Where a forward definition has kinks: the gaps between the two sides of its conditions.

A derivative is compared with differences only where no condition is near its boundary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Indexed, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.expression import symbols
from derive.expression.functions import ArgMax, Bracket
from derive.expression.rules import Rules
from derive.expression.scalar import ScalarFunction
from derive.expression.symbols import fresh_indices
from derive.forward import Forward
from derive.remembering import LIBRARY, ONE, with_forward
from numeric.arrays.functions import formula_of
from numeric.expression.forward import program

Range = tuple[Symbol, Expr]
"""An index and the size of its range."""


@dataclass(frozen=True)
class Gap:
    """A quantity that is zero where a row has a kink, at every value of its indices.

    At a ``singular`` one, the base of a root, there is no derivative at all.

    Candidates of a maximum that are exactly ``tied`` at a random point are so near it as well, such as the
    zeros behind a ReLU: there is no kink then.
    """

    expression: Expr
    ranges: tuple[Range, ...]
    tied: bool = False
    singular: bool = False


@with_forward(ONE)
def gaps(model: Forward) -> tuple[Gap, ...]:
    """The gaps of all rows: the difference of the two sides of each condition on the values of tensors,
    and the argument of each absolute value or sign. Those of a named function stand where it is applied."""
    found: list[Gap] = []
    for row in model.rows:
        ranges = tuple(zip(row.indices, row.tensor.shape, strict=True))
        found.extend(_gaps(row.expression, ranges, model.functions))
    labels = {name for name, tensor in model.tensors.items() if tensor.domain == "class"}
    return tuple(gap for gap in dict.fromkeys(found) if not _reads(gap) <= labels)


@with_forward(ONE)
def deciding(model: Forward) -> frozenset[str]:
    """The tensors that conditions depend on: at boundaries of conditions a rounding of one would decide another way.

    Bases of roots, where no derivative is, are no conditions.
    """
    ancestors = program(model).ancestors
    read = {
        symbols.name_of(access)
        for gap in gaps(model)
        if not gap.singular
        for access in symbols.accesses(gap.expression)
    }
    return frozenset(read).union(*(ancestors.get(name, frozenset()) for name in read))


def _reads(gap: Gap) -> set[str]:
    """The tensors and real symbols that a gap reads; it reads none if it is about indices and sizes alone."""
    letters = {letter for letter, _ in gap.ranges}
    return {symbol.name for symbol in gap.expression.atoms(Symbol) - letters if not symbol.is_integer}


@lru_cache(maxsize=LIBRARY)
def _gaps_of(name: str, functions: tuple[ScalarFunction, ...]) -> tuple[ScalarFunction, tuple[Gap, ...]]:
    """A named function with the gaps in its formula."""
    function = formula_of(name, functions)
    return function, tuple(_gaps(function.formula, (), functions))


def _gaps(expression: Expr, ranges: tuple[Range, ...], functions: tuple[ScalarFunction, ...]) -> Iterator[Gap]:
    if isinstance(expression, sympy.Sum):
        bound = tuple((letter, upper - lower + 1) for letter, lower, upper in expression.limits)
        shift = {letter: letter + lower for letter, lower, _ in expression.limits if lower != 0}
        yield from _gaps(expression.function.xreplace(shift), ranges + bound, functions)
        return
    if isinstance(expression, ArgMax):
        yield _tie(expression, ranges)
        return
    own = OWN.of(expression)
    if own is not None:
        yield from own(expression, ranges, functions)
    for argument in expression.args:
        if isinstance(argument, sympy.Basic) and not isinstance(expression, Indexed):
            yield from _gaps(argument, ranges, functions)


def _of_function(call: Expr, ranges: tuple[Range, ...], functions: tuple[ScalarFunction, ...]) -> Iterator[Gap]:
    function, inside = _gaps_of(call.func.__name__, functions)
    for gap in inside:
        yield _gap(gap.expression.xreplace({function.variable: call.args[0]}), ranges)


def _of_sides(condition: Any, ranges: tuple[Range, ...], functions: tuple[ScalarFunction, ...]) -> Iterator[Gap]:
    yield _gap(condition.lhs - condition.rhs, ranges)


def _of_argument(call: Expr, ranges: tuple[Range, ...], functions: tuple[ScalarFunction, ...]) -> Iterator[Gap]:
    yield _gap(call.args[0], ranges)


def _of_base(power: sympy.Pow, ranges: tuple[Range, ...], functions: tuple[ScalarFunction, ...]) -> Iterator[Gap]:
    if not power.exp.is_Integer and not power.base.is_positive:
        yield replace(_gap(power.base, ranges), singular=True)


def _between(extreme: Expr, ranges: tuple[Range, ...], functions: tuple[ScalarFunction, ...]) -> Iterator[Gap]:
    for position, value in enumerate(extreme.args):
        for other in extreme.args[:position]:
            yield _gap(value - other, ranges)


OWN: Rules[Callable[[Any, tuple[Range, ...], tuple[ScalarFunction, ...]], Iterator[Gap]]] = Rules(
    {
        AppliedUndef: _of_function,
        Relational: _of_sides,
        sympy.Abs | sympy.sign: _of_argument,
        sympy.Pow: _of_base,
        sympy.Max | sympy.Min: _between,
    }
)
"""The gaps that each kind of expression has itself, beside those in its parts."""


def _gap(expression: Expr, ranges: tuple[Range, ...]) -> Gap:
    return Gap(expression, tuple(entry for entry in ranges if entry[0] in expression.free_symbols))


def _tie(maximum: ArgMax, ranges: tuple[Range, ...]) -> Gap:
    """The difference of any two candidates of a maximum, and 1 where there are no two."""
    letters = [letter for letter, _, _ in maximum.limits]
    taken = {symbol.name for symbol in maximum.atoms(Symbol)} | {letter.name for letter, _ in ranges}
    others = fresh_indices(len(letters), taken)
    swap = dict(zip(letters, others, strict=True))
    value, inside = maximum.function, sympy.S.One
    if isinstance(value, sympy.Piecewise):
        value, condition = value.args[0]
        inside = Bracket(condition) * Bracket(condition.xreplace(swap))
    same = sympy.Mul(*(sympy.KroneckerDelta(letter, other) for letter, other in swap.items()))
    two = inside * (1 - same)
    bound = tuple((letter, upper + 1) for letter, _, upper in maximum.limits)
    twins = tuple((swap[letter], length) for letter, length in bound)
    gap = _gap(two * (value - value.xreplace(swap)) + 1 - two, (*ranges, *bound, *twins))
    return replace(gap, tied=True)
