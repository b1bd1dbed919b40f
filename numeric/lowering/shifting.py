"""Softmax and log-sum-exp without overflow: sums of exponentials, shifted by the largest exponent.

e = exp(f), s = Σ e becomes e = exp(f - m) with m the largest f; what reads e and s gets e·exp(m) and s·exp(m), in
which exp(m) cancels or becomes m under a logarithm. Where a mask leaves elements out, f is -∞ there.
"""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Add, Expr, Indexed, Mul, Sum, exp, log

from derive.calculus.sweep import fresh_bound
from derive.expression import symbols
from derive.expression.functions import Bracket, Maximum
from numeric.lowering.lines import Line, Purpose
from numeric.source.elements import WHERE


def shifted(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines with every sum of exponentials shifted by its largest exponent."""
    binary = purpose.binary
    result = list(lines)
    for name in [line.name for line in lines]:
        line = next(one for one in result if one.name == name)
        if isinstance(line.expression, Sum) and isinstance(line.expression.function, Indexed):
            source = line.expression.function
            inner = next((one for one in result if one.name == symbols.name_of(source)), None)
            if inner is not None and _exponent(inner, binary) is not None:
                result = _shift(result, inner, line, binary)
    return result


def _exponent(powers: Line, binary: frozenset[str]) -> Expr | None:
    """What a line is the exponential of: f, and where a mask is 0, that is -∞."""
    factors = Mul.make_args(powers.expression)
    exponents = [factor.args[0] for factor in factors if isinstance(factor, exp)]
    masks = [factor for factor in factors if not isinstance(factor, exp)]
    if len(exponents) != 1 or not all(isinstance(mask, Bracket) or _is_binary(mask, binary) for mask in masks):
        return None
    exponent = exponents[0]
    for mask in masks:
        condition = mask if isinstance(mask, Bracket) else Bracket(sympy.Ne(mask, 0))
        exponent = WHERE(condition, exponent, -sympy.oo)
    return exponent


def _is_binary(factor: Expr, binary: frozenset[str]) -> bool:
    return isinstance(factor, Indexed) and symbols.name_of(factor) in binary


def _shift(lines: list[Line], powers: Line, total: Line, binary: frozenset[str]) -> list[Line]:
    exponent = _exponent(powers, binary)
    if exponent is None:
        return lines
    access = total.expression.function
    letters = dict(zip(powers.indices, symbols.subscripts_of(access), strict=True))
    mark = powers.name.removeprefix("e_") if powers.name.startswith("e_") else powers.name
    column = bool(total.indices) and symbols.subscripts_of(access)[-1] == total.expression.limits[0][0]
    note = f"what is made of e/{total.name} stays as it is when the largest exponent is subtracted"
    masked = Line(f"masked_{mark}", powers.indices, powers.shape, exponent, stage=powers.stage)
    # The largest exponent is one that counts: beside a masked score that is larger all others would underflow.
    if exponent.func == WHERE:
        exponent = symbols.element(masked.name, powers.indices)
    largest = Line(
        f"max_{mark}",
        total.indices,
        total.shape,
        Maximum(fresh_bound(exponent, letters), *total.expression.limits),
        stage=powers.stage,
        column=column,
        note=note,
    )
    places = {letter: access for access, letter in letters.items()}
    renaming = {bound: places[bound] for bound in total.indices if bound in places}
    at_power = symbols.element(largest.name, tuple(renaming[letter] for letter in total.indices))
    moved = Line(f"shifted_{mark}", powers.indices, powers.shape, exponent - at_power, stage=powers.stage)
    own = symbols.element(moved.name, powers.indices)
    result = []
    for line in lines:
        if line is powers:
            before = [masked] if masked.expression != exponent else []
            result += [*before, largest, moved, replace(line, expression=exp(own))]
        elif line is total:
            result.append(replace(line, column=column))
        else:
            result.append(
                replace(line, expression=_unshifted(line.expression, powers, total, largest, moved, exponent))
            )
    return result


def _unshifted(expression: Expr, powers: Line, total: Line, largest: Line, moved: Line, exponent: Expr) -> Expr:
    """The expression in the shifted sum: s is s·exp(m), e is e·exp(m), and f - m has a name."""
    # Every reader gets what it read before, so that the lines together stay an identity. Where e and s stand in one
    # quotient both exp(m) cancel here, as expressions, before either is computed and overflows.
    values = {}
    for access in symbols.accesses(expression):
        name = symbols.name_of(access)
        at = symbols.subscripts_of(access)
        if name == total.name:
            values[access] = access * exp(symbols.element(largest.name, at))
        elif name == powers.name:
            place = dict(zip(powers.indices, at, strict=True))
            values[access] = access * exp(-_peak(moved, largest).xreplace(place))
    if not values:
        return expression
    written = expression.xreplace(values).replace(lambda part: isinstance(part, log), _log_of_product)
    definition = dict(zip(powers.indices, moved.indices, strict=True))
    shifted_form = moved.expression.xreplace(definition)
    peak = _peak(moved, largest)
    named = written.xreplace({shifted_form: symbols.element(moved.name, moved.indices)})
    if isinstance(named, Add) and exponent in named.args and peak in named.args:
        rest = [term for term in named.args if term not in (exponent, peak)]
        named = Add(symbols.element(moved.name, moved.indices), *rest)
    return named


def _peak(moved: Line, largest: Line) -> Expr:
    """The term -m of f - m."""
    return next(term for term in moved.expression.args if largest.name in map(symbols.name_of, symbols.accesses(term)))


def _log_of_product(logarithm: Expr) -> Expr:
    """The logarithm of a product with exponentials: log(s·exp(m)) is log(s) + m."""
    factors = Mul.make_args(logarithm.args[0])
    powers = [factor for factor in factors if isinstance(factor, exp)]
    if not powers:
        return logarithm
    rest = Mul(*(factor for factor in factors if factor not in powers))
    return Add(*(power.args[0] for power in powers), 0 if rest == 1 else log(rest))
