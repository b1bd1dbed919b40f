"""A forward definition at given numbers: exactly as long as they stay rational, from there on in proved digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any, TypeVar

import numpy
from mpmath import libmp
from sympy import Expr, Symbol

from derive.derivation import Derivation
from derive.errors import DeriveError
from derive.expression import symbols
from derive.expression.partials import partial_named
from derive.forward import Forward
from derive.numbers.intervals import UndecidedError
from numeric.arrays.axes import Array
from numeric.arrays.functions import formula_of
from numeric.arrays.sizes import lengths, require_windows
from numeric.enclosed.number import Arithmetic, Number
from numeric.errors import ExpressionError
from numeric.expression.forward import program
from numeric.values.many_digits import PRECISIONS, Exact

SIMPLE = 1000
"""Numbers that digits do not tell from a fraction of at most so large a denominator may be that fraction."""

ENOUGH = 4096
"""In so many bits they are it: exp(z)/(exp(z) + exp(z)) is 1/2, though digits alone do not prove it."""

Known = TypeVar("Known")


@dataclass(frozen=True)
class _WithSlopes(Exact):
    """Slopes of named functions are those of their formulas, as results of derivations mean them."""

    def _slope(self, name: str, at: Any) -> Any:
        function = formula_of(f"{name}'", self.model.functions)
        return replace(self, variable=(function.variable, at)).value(function.formula)


@dataclass
class ExactValues:
    """The values of tensors and derivatives where what is given has these values, computed when asked for.

    ``given`` are arrays of fractions, those of tensors and of real hyper-parameters, and derivatives by their names.
    """

    model: Forward
    given: Mapping[str, Array]
    sizes: Mapping[Symbol, int]
    arithmetic: Arithmetic

    def __post_init__(self) -> None:
        require_windows(self.model, self.sizes)
        # An array without axes is kept as its number, which is what reads without subscripts find.
        self._values: dict[str, Any] = {name: array[()] for name, array in self.given.items()}

    def tensor(self, name: str) -> Array:
        """The value of a tensor, given or computed by its row."""
        chart = program(self.model)
        for needed in chart.needed({name}, self._values):
            row = self.model.row[needed]
            self._values[needed] = self._array(row.expression, row.indices, row.tensor.shape)[()]
        return numpy.asarray(self._values[name], object)

    def derivation(self, derivation: Derivation) -> Array:
        """The result of a derivation, which is kept under the name of its quantity.

        Raises:
            DeriveError: it reads a derivative that was not computed before.
        """
        quantity = derivation.quantity
        for access in symbols.accesses(derivation.result):
            name = symbols.name_of(access)
            if name in self.model.tensors:
                self.tensor(name)
            elif partial_named(name) is not None and name not in self._values:
                raise DeriveError(f"{quantity.name} is written in {name}, which has no numbers yet")
        found = self._array(derivation.result, quantity.indices, quantity.shape)
        self._values[quantity.name] = found[()]
        return found

    def _array(self, expression: Expr, indices: Iterable[Symbol], shape: Iterable[Expr]) -> Array:
        counts = lengths(tuple(shape), self.sizes)
        letters = tuple(indices)
        found = numpy.empty(counts, object)
        for place in product(*map(range, counts)):
            at = dict(zip(letters, place, strict=True))
            exact = _WithSlopes(self.model, self._values, self.sizes, at, self.arithmetic)
            found[place] = settled(exact.value(expression))
        return found


def settled(value: Fraction | Number) -> Fraction | Number:
    """The value, as a fraction where it is rational, as far as many digits tell.

    Raises:
        ExpressionError: it is infinite or has no value.
        UndecidedError: more digits are needed.
    """
    if isinstance(value, Fraction):
        return value
    low, high = value.ends
    if value.is_nan or libmp.fninf == low or libmp.finf == high:
        raise ExpressionError("it has no finite value here")
    least, most = (Fraction(*libmp.to_rational(end)) for end in (low, high))
    near = least.limit_denominator(SIMPLE)
    if not least <= near <= most:
        return value
    if least < most and value.arithmetic.precision < ENOUGH:
        raise UndecidedError(f"whether it is {near}")
    return near


def in_enough_digits(compute: Callable[[Arithmetic], Known]) -> Known:
    """What ``compute`` finds in an arithmetic of so many digits that every comparison in it is decided."""
    for precision in PRECISIONS[:-1]:
        try:
            return compute(Arithmetic(precision))
        except UndecidedError:
            continue
    return compute(Arithmetic(PRECISIONS[-1], last=True))
