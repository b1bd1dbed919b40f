"""Sums as source: matrix products where two factors share an index that is summed, else sums over axes."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import sympy
from sympy import Expr, Mul, Sum, Symbol

from derive.functions import Maximum
from numeric.compiled.errors import CompileError
from numeric.source.text import Level, Text, matrix_product, method, multiplied

if TYPE_CHECKING:
    from numeric.compiled.arrays import ArraySource, Axes


def total(source: ArraySource, part: Expr, axes: Axes) -> Text:
    """The source of a sum or a largest value, aligned with ``axes``."""
    body, limits = part.function, list(part.limits)
    while isinstance(body, Sum) and isinstance(part, Sum):
        body, limits = body.function, [*limits, *body.limits]
    inner = source.within(limits)
    bound = tuple(letter for letter, _, _ in limits)
    if isinstance(part, Maximum):
        return _over(inner, body, bound, axes, "max")
    outside = [factor for factor in Mul.make_args(body) if not factor.has(*bound)]
    factors = [factor for factor in Mul.make_args(body) if factor.has(*bound)]
    result = _product(inner, factors, bound, axes)
    if not outside:
        return result
    coefficient = source.value(Mul(*outside), axes)
    return multiplied([coefficient, result])


def _product(source: ArraySource, factors: list[Expr], bound: Axes, axes: Axes) -> Text:
    groups = _groups(factors, axes, bound)
    if len(groups) == 1:
        return _over(source, Mul(*factors), bound, axes, "sum")
    if len(groups) > 2:
        return _einsum(source, groups, bound, axes)
    left, right = groups
    owns = [_letters(group, (*axes, *bound)) for group in groups]
    shared = [letter for letter in axes if letter in owns[0] and letter in owns[1]]
    alone = [letter for letter in bound if (letter in owns[0]) != (letter in owns[1])]
    contracted = [letter for letter in bound if letter in owns[0] and letter in owns[1]]
    if alone or not contracted:
        return _einsum(source, groups, bound, axes)
    free = [[letter for letter in axes if letter in own and letter not in shared] for own in owns]
    if not shared and not free[0] and not free[1]:
        return _einsum(source, groups, bound, axes)
    if shared and not (free[0] and free[1]):
        if not free[0] and not free[1]:
            return _over(source, Mul(*factors), bound, axes, "sum")
        return _einsum(source, groups, bound, axes)
    if shared:
        return _batched(source, (left, right), shared, free, contracted, axes)
    first = 0 if (free[0] and axes.index(free[0][0]) == min(axes.index(f) for f in free[0] + free[1])) else 1
    pair = (groups[first], groups[1 - first])
    return _matrix(source, pair, (free[first], free[1 - first]), contracted, axes)


def _matrix(
    source: ArraySource,
    pair: tuple[Expr, Expr],
    free: tuple[list[Symbol], list[Symbol]],
    contracted: list[Symbol],
    axes: Axes,
) -> Text:
    """``left @ right``; with several axes on one side ``np.tensordot``, which is one matrix product too."""
    result = (*free[0], *free[1])
    plain = len(contracted) == 1 and len(free[1]) <= 1
    if plain:
        left = source.array(pair[0], (*free[0], contracted[0]))
        right = source.array(pair[1], (contracted[0], *free[1]))
        return source.keeping(matrix_product(left, right), result, axes)
    if _swapped(pair, free, contracted, axes):
        pair, free = (pair[1], pair[0]), (free[1], free[0])
    orders = [_own_order(source, one, (*own, *contracted)) for one, own in zip(pair, free, strict=True)]
    left, right = (source.array(one, order) for one, order in zip(pair, orders, strict=True))
    places = [tuple(order.index(letter) for letter in contracted) for order in orders]
    code = f"np.tensordot({left.source}, {right.source}, axes={tuple(places)})"
    made = tuple(letter for order, own in zip(orders, free, strict=True) for letter in order if letter in own)
    return source.keeping(Text(code, shape=made), made, axes)


def _swapped(
    pair: tuple[Expr, Expr], free: tuple[list[Symbol], list[Symbol]], contracted: list[Symbol], axes: Axes
) -> bool:
    """Whether the factors of a product are better taken the other way round.

    The axes of the batch and of space, the first and the last of the largest array, are copied in long runs
    where they come last: in the columns of the right factor, or in those of the left one if they are summed.
    """
    ranks = [len(own) + len(contracted) for own in free]
    if ranks[0] == ranks[1]:
        return len(contracted) == 1 and axes[0] in free[0] and len(free[1]) > 1
    large = ranks.index(max(ranks))
    summed = isinstance(pair[large], sympy.Indexed) and pair[large].indices[0] in contracted
    return large == (1 if summed else 0)


def _own_order(source: ArraySource, expression: Expr, letters: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
    """The order of a stored array's own axes, so that it is not transposed first."""
    if isinstance(expression, sympy.Indexed):
        return tuple(expression.indices) if set(expression.indices) == set(letters) else letters
    orders = {access.indices for access in expression.atoms(sympy.Indexed) if set(access.indices) == set(letters)}
    return tuple(next(iter(orders))) if len(orders) == 1 else letters


def _batched(
    source: ArraySource,
    pair: tuple[Expr, Expr],
    shared: list[Symbol],
    free: list[list[Symbol]],
    contracted: list[Symbol],
    axes: Axes,
) -> Text:
    if len(contracted) > 1 or any(len(own) > 1 for own in free):
        return _einsum(source, list(pair), tuple(contracted), axes)
    if axes.index(free[0][0]) > axes.index(free[1][0]):
        pair, free = (pair[1], pair[0]), [free[1], free[0]]
    left = source.array(pair[0], (*shared, *free[0], *contracted))
    right = source.array(pair[1], (*shared, *contracted, *free[1]))
    made = (*shared, *free[0], *free[1])
    code = f"{left.inside(Level.MATRIX_PRODUCT)} @ {right.inside(Level.POWER)}"
    return source.keeping(Text(code, Level.MATRIX_PRODUCT, made), made, axes)


def _einsum(source: ArraySource, groups: list[Expr], bound: Axes, axes: Axes) -> Text:
    """Contractions that are no single matrix product."""
    letters: dict[Symbol, str] = {}
    operands, texts = [], []
    for group in groups:
        own = _own_order(source, group, _letters(group, (*axes, *bound)))
        for letter in own:
            letters.setdefault(letter, string.ascii_lowercase[len(letters)])
        operands.append("".join(letters[letter] for letter in own))
        texts.append(source.array(group, own).source)
    made = tuple(letter for letter in axes if letter in letters)
    output = "".join(letters[letter] for letter in made)
    if len(groups) == 2 and not made and operands[0] == operands[1]:
        return Text(f"np.vdot({', '.join(texts)})")
    optimise = ", optimize=True" if len(groups) > 2 else ""
    code = f'np.einsum("{",".join(operands)}->{output}", {", ".join(texts)}{optimise})'
    return source.keeping(Text(code, shape=made), made, axes)


def _groups(factors: list[Expr], axes: Axes, bound: Axes) -> list[Expr]:
    """The factors, those merged whose indices are the same; numbers go to the first."""
    everything = (*axes, *bound)
    groups: dict[frozenset[Symbol], Expr] = {}
    for factor in factors:
        key = frozenset(_letters(factor, everything))
        groups[key] = groups.get(key, sympy.S.One) * factor
    keys = list(groups)
    if len(keys) == 1 and not [letter for letter in keys[0] if letter in axes]:
        # A full sum over a product of two: np.vdot.
        arrays = [factor for factor in factors if isinstance(factor, sympy.Indexed)]
        if len(arrays) == len(factors) == 2:
            return factors
    while len(groups) > 2:
        merged = _merged(groups)
        if merged is None:
            break
        groups = merged
    return list(groups.values())


def _merged(groups: dict[frozenset[Symbol], Expr]) -> dict[frozenset[Symbol], Expr] | None:
    """The groups with one that lies within another multiplied into it."""
    for small, one in groups.items():
        for large in groups:
            if small < large:
                rest = {key: group for key, group in groups.items() if key != small}
                rest[large] = rest[large] * one
                return rest
    return None


def _letters(expression: Expr, order: Axes) -> Axes:
    free = expression.free_symbols
    return tuple(letter for letter in order if letter in free)


def _over(source: ArraySource, body: Expr, bound: Axes, axes: Axes, call: str) -> Text:
    """A sum or a largest value over some axes of an array."""
    own = _letters(body, axes)
    missing = [letter for letter in bound if letter not in body.free_symbols]
    if missing:
        raise CompileError(f"{body} does not vary along {missing[0]}, over which it is summed")
    order = _own_order(source, body, (*own, *bound))
    text = source.array(body, order)
    if not own:
        return method(text, f".{call}()", ())
    places = [order.index(letter) for letter in bound]
    axis = str(places[0]) if len(places) == 1 else str(tuple(places))
    left = tuple(letter for letter in order if letter in own)
    behind = axes[axes.index(own[0]) :]
    last = places == [len(order) - 1]
    if last and len(behind) == len(left) + 1 and behind[: len(left)] == left:
        return method(text, f".{call}(axis={axis}, keepdims=True)", (*left, sympy.S.One))
    return source.keeping(method(text, f".{call}(axis={axis})", left), left, axes)
