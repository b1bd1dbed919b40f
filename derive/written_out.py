"""Derivations at given small sizes, element by element, and linear maps as explicit matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

import sympy
from sympy import Add, Expr, ImmutableDenseMatrix, Indexed, Integer, Mul, Sum, Symbol

from derive.derivation import Derivation
from derive.elements import Elements
from derive.errors import DeriveError
from derive.expression import symbols, walks
from derive.forward import Forward
from derive.recurrent.initial import with_initial
from derive.render.written_out import written_out_latex, written_out_unicode

Sizes = Mapping[str, int]

MOST_ELEMENTS, MOST_TERMS = 2_000, 10_000


@dataclass(frozen=True)
class WrittenOut(Elements):
    """All elements of a derivation's result, and how they are written."""

    def latex(self) -> str:
        """The body of an ``align*``, an equation for each element."""
        return written_out_latex(self)

    def unicode(self) -> str:
        """An equation for each element, each on its line."""
        return written_out_unicode(self)


def written_out(derivation: Derivation, sizes: Sizes) -> WrittenOut:
    """Every element of the result at the given sizes: sums unrolled, conditions decided, padding 0.

    Raises:
        DeriveError: a size is missing, is not one of the derivation's, or there are too many elements.
    """
    known = _numbers(derivation, sizes)
    shape = tuple(int(dimension.xreplace(known)) for dimension in derivation.shape)
    if prod(shape) > MOST_ELEMENTS:
        raise DeriveError(
            f"{derivation.quantity.name} has {prod(shape):,} elements at these sizes; "
            f"at most {MOST_ELEMENTS:,} are written out"
        )
    body = with_initial(derivation.result, derivation.forward).xreplace(known)
    lengths = {
        name: tuple(sympy.sympify(dimension).xreplace(known) for dimension in derivation.forward.shape_of(name))
        for name in map(symbols.name_of, body.atoms(Indexed))
    }
    elements: list[Expr] = []
    terms = 0
    for place in product(*map(range, shape)):
        letters = dict(zip(derivation.quantity.indices, map(Integer, place), strict=True))
        elements.append(_unrolled(body, letters, lengths))
        terms += len(Add.make_args(elements[-1]))
        if terms > MOST_TERMS:
            raise _too_long()
    return WrittenOut(derivation, shape, tuple(elements), tuple(known.items()))


def _too_long() -> DeriveError:
    return DeriveError(f"at these sizes there are more than {MOST_TERMS:,} terms to be written out; give smaller ones")


def toeplitz(jacobian: Derivation, sizes: Sizes) -> ImmutableDenseMatrix:
    """The Jacobian as a matrix: a row for each element of the numerator, a column for each of the denominator.

    For an output that is linear in the input, as a convolution without bias is, it is the matrix of that
    map, y = T z with both read row by row, and the input's gradient is its transpose times dy.

    Raises:
        DeriveError: the derivation is not of a partial, or a size is missing.
    """
    partial = jacobian.quantity.partial
    if partial is None:
        raise DeriveError(f"{jacobian.quantity.name} is no partial derivative: expected a Jacobian such as dy/dz")
    everything = written_out(jacobian, sizes)
    rank = len(jacobian.forward.tensors[partial.top].shape)
    rows, columns = prod(everything.shape[:rank]), prod(everything.shape[rank:])
    return ImmutableDenseMatrix(rows, columns, list(everything.elements))


def _numbers(derivation: Derivation, sizes: Sizes) -> dict[Symbol, Expr]:
    """The value of every size symbol, those that follow from others by their formulas."""
    model = derivation.forward
    needed = _sizes_of(model, derivation)
    formulas = dict(model.sizes)
    names = sorted(size.name for size in needed - set(formulas))
    missing = [name for name in names if name not in sizes]
    unknown = sorted(set(sizes) - set(names))
    if missing or unknown:
        wrong = f"no value is given for {', '.join(missing)}" if missing else f"there is no size {', '.join(unknown)}"
        raise DeriveError(f"{wrong}; the sizes are {', '.join(names) or 'all numbers already'}")
    known: dict[Symbol, Expr] = {symbols.size(name): Integer(value) for name, value in sizes.items()}
    for symbol, formula in formulas.items():
        value = formula.xreplace(known)
        if not (value.is_Integer and value > 0):
            raise DeriveError(f"{symbol} = {formula} is {value} at these sizes, not a positive integer")
        known[symbol] = value
    return known


def _sizes_of(model: Forward, derivation: Derivation) -> set[Symbol]:
    dimensions = [dimension for tensor in model.tensors.values() for dimension in tensor.shape]
    formulas = [formula for _, formula in model.sizes]
    return symbols.sizes_in([*dimensions, *formulas, *derivation.shape, derivation.result])


def _unrolled(expression: Expr, places: Mapping[Symbol, Expr], lengths: Mapping[str, tuple[Expr, ...]]) -> Expr:
    """The expression at given values of its indices."""
    if isinstance(expression, Sum):
        letters = [letter for letter, _, _ in expression.limits]
        ends = [[int(_unrolled(end, places, lengths)) for end in limit[1:]] for limit in expression.limits]
        ranges = [range(low, high + 1) for low, high in ends]
        if prod(map(len, ranges)) > MOST_TERMS:
            raise _too_long()
        return Add(
            *(
                _unrolled(
                    expression.function, {**places, **dict(zip(letters, map(Integer, values), strict=True))}, lengths
                )
                for values in product(*ranges)
            )
        )
    if isinstance(expression, Indexed):
        subscripts = [_unrolled(subscript, places, lengths) for subscript in expression.indices]
        shape = lengths.get(symbols.name_of(expression), ())
        outside = any(s.is_number and not 0 <= s < n for s, n in zip(subscripts, shape, strict=False))
        return sympy.S.Zero if outside else symbols.element(symbols.name_of(expression), subscripts)
    if isinstance(expression, Mul):
        return _product(expression, places, lengths)
    if not expression.args:
        return places.get(expression, expression)
    result: Expr = walks.mapped(expression, lambda part: _unrolled(part, places, lengths))
    return result


def _product(expression: Mul, places: Mapping[Symbol, Expr], lengths: Mapping[str, tuple[Expr, ...]]) -> Expr:
    """A product, which is 0 where a condition fails, whatever its other factors are."""
    factors = []
    for factor in sorted(expression.args, key=lambda factor: factor.has(Indexed)):
        value = _unrolled(factor, places, lengths)
        if value == 0:
            return sympy.S.Zero
        factors.append(value)
    return Mul(*factors)
