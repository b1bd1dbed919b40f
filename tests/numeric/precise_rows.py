"""Forward rows in plain arithmetic of thousands of digits, where nothing overflows and nothing cancels."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import mpmath
import numpy
import sympy
from sympy import Expr, Indexed, KroneckerDelta, Sum, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.expression import symbols
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.truth import COMPARISONS
from derive.forward import Forward
from numeric.values.many_digits import ELEMENTARY


@dataclass
class Rows:
    """The values of a forward definition at given arrays, each element computed once."""

    model: Forward
    given: Mapping[str, Any]
    sizes: Mapping[Symbol, int]
    known: dict[Any, Any] = field(default_factory=dict)
    found: dict[Any, Any] = field(default_factory=dict)
    shapes: dict[str, list[int]] = field(default_factory=dict)

    def array(self, name: str) -> Any:
        """All elements of a row."""
        lengths = self._lengths(name)
        made = numpy.empty(lengths, object)
        for place in itertools.product(*map(range, lengths)):
            made[place] = self.element(name, place)
        return made

    def element(self, name: str, place: tuple[int, ...]) -> Any:
        """One element; 0 outside of the tensor."""
        if not all(0 <= one < length for one, length in zip(place, self._lengths(name), strict=True)):
            return mpmath.mpf(0)
        if name in self.given:
            return _number(self.given[name][place])
        if (name, place) not in self.known:
            row = self.model.row[name]
            self.known[name, place] = self.value(row.expression, dict(zip(row.indices, place, strict=True)))
        return self.known[name, place]

    def _lengths(self, name: str) -> list[int]:
        if name not in self.shapes:
            self.shapes[name] = [int(self.value(length, {})) for length in self.model.shape_of(name)]
        return self.shapes[name]

    def value(self, part: Expr, at: Mapping[Symbol, Any]) -> Any:
        """The value of an expression, with its free indices at numbers."""
        if not part.args:
            return self._leaf(part, at)
        key = part, *map(at.get, letters(part))
        if key not in self.found:
            self.found[key] = self._value(part, at)
        return self.found[key]

    def _leaf(self, part: Expr, at: Mapping[Symbol, Any]) -> Any:
        if part in at:
            return mpmath.mpf(at[part])
        if part.is_Rational:
            return mpmath.mpf(int(part.p)) / int(part.q)
        if isinstance(part, Symbol):
            return mpmath.mpf(self.sizes[part]) if part in self.sizes else self._scalar(part.name)
        return mpmath.mpmathify(sympy.N(part, mpmath.mp.dps))

    def _value(self, part: Expr, at: Mapping[Symbol, Any]) -> Any:
        if isinstance(part, Indexed):
            place = tuple(int(self.value(subscript, at)) for subscript in part.indices)
            return self.element(symbols.name_of(part), place)
        if isinstance(part, Sum):
            return mpmath.fsum(value for _, value in self._terms(part, at))
        if isinstance(part, Maximum):
            return max(value for _, value in self._terms(part, at))
        if isinstance(part, ArgMax):
            terms = [-mpmath.inf if value is None else value for _, value in self._terms(part, at)]
            return mpmath.mpf(terms.index(max(terms)))
        if isinstance(part, Bracket):
            return mpmath.mpf(int(self._holds(part.args[0], at)))
        if isinstance(part, sympy.Piecewise):
            return next((self.value(value, at) for value, condition in part.args if self._holds(condition, at)), None)
        values = [self.value(argument, at) for argument in part.args]
        if isinstance(part, KroneckerDelta):
            return mpmath.mpf(int(values[0] == values[1]))
        return self._called(part, values)

    def size(self, part: Expr, at: Mapping[Symbol, Any]) -> Any:
        """The sizes of the terms that a value is the sum of, added up."""
        key = "size", part, *map(at.get, letters(part))
        if key not in self.found:
            self.found[key] = self._size(part, at)
        return self.found[key]

    def _size(self, part: Expr, at: Mapping[Symbol, Any]) -> Any:
        if isinstance(part, sympy.Add):
            return mpmath.fsum(self.size(term, at) for term in part.args)
        if isinstance(part, sympy.Mul):
            return mpmath.mpf(0) if self.value(part, at) == 0 else mpmath.fprod(self.size(one, at) for one in part.args)
        if isinstance(part, Sum):
            ranges = [range(int(self.value(low, at)), int(self.value(high, at)) + 1) for _, low, high in part.limits]
            letters = [letter for letter, _, _ in part.limits]
            places = (dict(zip(letters, numbers, strict=True)) for numbers in itertools.product(*ranges))
            return mpmath.fsum(self.size(part.function, {**at, **place}) for place in places)
        if isinstance(part, sympy.Pow) and part.exp.is_Integer and part.exp.is_positive:
            return self.size(part.base, at) ** int(part.exp)
        return abs(self.value(part, at))

    def _called(self, part: Expr, values: list[Any]) -> Any:
        name = part.func.__name__
        if isinstance(part, AppliedUndef):
            function = self.model.function[name]
            return self.value(function.formula, {function.variable: values[0]})
        if isinstance(part, sympy.Add):
            return mpmath.fsum(values)
        if isinstance(part, sympy.Mul):
            # A condition that does not hold makes a product 0, whatever its other factors are.
            return mpmath.mpf(0) if 0 in values else mpmath.fprod(values)
        if isinstance(part, sympy.Pow):
            return values[0] ** values[1]
        if isinstance(part, sympy.Mod):
            return values[0] - values[1] * mpmath.floor(values[0] / values[1])
        if isinstance(part, sympy.Max | sympy.Min):
            return (max if isinstance(part, sympy.Max) else min)(values)
        return ELEMENTARY[part.func](values[0])

    def _scalar(self, name: str) -> Any:
        if name in self.model.tensors:
            return self.element(name, ())
        return _number(self.given[name][()])

    def _terms(self, part: Any, at: Mapping[Symbol, Any]) -> Any:
        ranges = [range(int(self.value(low, at)), int(self.value(high, at)) + 1) for _, low, high in part.limits]
        for numbers in itertools.product(*ranges):
            here = {letter: number for (letter, _, _), number in zip(part.limits, numbers, strict=True)}
            yield numbers, self.value(part.function, {**at, **here})

    def _holds(self, condition: Any, at: Mapping[Symbol, Any]) -> bool:
        if condition in (sympy.true, sympy.false):
            return bool(condition)
        if isinstance(condition, sympy.And | sympy.Or):
            return (all if isinstance(condition, sympy.And) else any)(self._holds(one, at) for one in condition.args)
        if isinstance(condition, sympy.Not):
            return not self._holds(condition.args[0], at)
        assert isinstance(condition, Relational)
        left, right = (self.value(side, at) for side in condition.args)
        return COMPARISONS[condition.rel_op](left, right)


@lru_cache(maxsize=4096)
def letters(part: Expr) -> tuple[Symbol, ...]:
    """The symbols whose numbers an expression depends on."""
    return tuple(sorted(part.free_symbols, key=str))


def _number(given: Any) -> Any:
    return given if isinstance(given, mpmath.mpf) else mpmath.mpf(float(given))
