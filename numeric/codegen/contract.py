"""Sums as source: matrix products where two factors share an index that is summed, else sums over axes."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterable
from dataclasses import replace

import sympy
from sympy import Expr, Mul, Sum, Symbol

from derive.expression.functions import ArgMax, Maximum
from derive.expression.matrices import ProductOver
from numeric.codegen.arrays import ArraySource, Axes
from numeric.source import tree
from numeric.source.code import Code, matrix_product, method, multiplied
from numeric.source.printing import printed


class ContractingSource(ArraySource):
    """Writes index expressions with their sums and maxima."""

    def total(self, part: Expr, axes: Axes) -> Code:
        """The source of a sum or a largest value, or of where it stands, aligned with ``axes``."""
        return _total(self, part, axes)


def _total(source: ArraySource, part: Expr, axes: Axes) -> Code:
    body, limits = part.function, list(part.limits)
    while isinstance(body, Sum) and isinstance(part, Sum):
        body, limits = body.function, [*limits, *body.limits]
    inner = source.within(limits)
    bound = tuple(letter for letter, _, _ in limits)
    if isinstance(part, Maximum):
        return _over(inner, body, bound, axes, "max")
    if isinstance(part, ProductOver):
        return _over(inner, body, bound, axes, "prod")
    if isinstance(part, ArgMax):
        return _place(inner, body, bound, axes)
    counted = [upper + 1 for letter, _, upper in limits if not body.has(letter)]
    bound = tuple(letter for letter in bound if body.has(letter))
    outside = [*counted, *(factor for factor in Mul.make_args(body) if not bound or not factor.has(*bound))]
    factors = [factor for factor in Mul.make_args(body) if bound and factor.has(*bound)]
    if not factors:
        return source.value(Mul(*outside), axes)
    result = _product(inner, factors, bound, axes)
    if not outside:
        return result
    coefficient = source.value(Mul(*outside), axes)
    return multiplied([coefficient, result])


def _place(source: ArraySource, body: Expr, bound: Axes, axes: Axes) -> Code:
    """The place of the largest value in reading order, the first of equal ones."""
    own = _letters(body, axes)
    text = source.array(body, (*own, *bound))
    array = text.node
    if len(bound) > 1:
        array = tree.method(array, "reshape", *(source.size(source.ranges[letter]) for letter in own), tree.number(-1))
    return source.keeping(Code(tree.quoted("array.argmax(axis=-1)", array=array), own, whole=True), own, axes)


def _product(source: ArraySource, factors: list[Expr], bound: Axes, axes: Axes) -> Code:
    groups = _groups(factors, axes, bound)
    if len(groups) == 1:
        return _over(source, Mul(*factors), bound, axes, "sum")
    if len(groups) > 2 or source.lettered:
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
) -> Code:
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
    places = tree.tuple_of(_places(order.index(letter) for letter in contracted) for order in orders)
    node = tree.call("np.tensordot", left.node, right.node, axes=places)
    made = tuple(letter for order, own in zip(orders, free, strict=True) for letter in order if letter in own)
    return source.keeping(Code(node, made), made, axes)


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
    accesses = [expression] if isinstance(expression, sympy.Indexed) else expression.atoms(sympy.Indexed)
    owns = [tuple(index for index in access.indices if not source.is_counted(index)) for access in accesses]
    orders = {own for own in owns if sorted(own, key=str) == sorted(letters, key=str)}
    return tuple(next(iter(orders))) if len(orders) == 1 else letters


def _batched(
    source: ArraySource,
    pair: tuple[Expr, Expr],
    shared: list[Symbol],
    free: list[list[Symbol]],
    contracted: list[Symbol],
    axes: Axes,
) -> Code:
    """A matrix product for each index that both factors keep; several axes are taken as one."""
    if axes.index(free[0][0]) > axes.index(free[1][0]):
        pair, free = (pair[1], pair[0]), [free[1], free[0]]
    left = source.array(pair[0], (*shared, *free[0], *contracted))
    right = source.array(pair[1], (*shared, *contracted, *free[1]))
    made = (*shared, *free[0], *free[1])
    plain = len(contracted) == len(free[0]) == len(free[1]) == 1
    if plain:
        product = tree.binary(left.node, ast.MatMult(), right.node)
        return source.keeping(Code(product, made), made, axes)
    rows, columns = (
        _merged_axes(source, left, shared, free[0], contracted),
        _merged_axes(source, right, shared, contracted, free[1]),
    )
    sizes = (source.size(source.ranges[letter]) for letter in made)
    product = tree.method(tree.binary(rows, ast.MatMult(), columns), "reshape", *sizes)
    return source.keeping(Code(product, made), made, axes)


def _merged_axes(
    source: ArraySource, text: Code, shared: list[Symbol], rows: list[Symbol], columns: list[Symbol]
) -> ast.expr:
    """An array with its rows as one axis and its columns as one."""
    if len(rows) == len(columns) == 1:
        return text.node
    kept = [source.size(source.ranges[letter]) for letter in shared]
    first, second = (source.size(Mul(*(source.ranges[letter] for letter in side))) for side in (rows, columns))
    # The longer of the two products is left to NumPy.
    sides = [first, tree.number(-1)] if len(printed(first)) <= len(printed(second)) else [tree.number(-1), second]
    return tree.method(text.node, "reshape", *kept, *sides)


def _einsum(source: ArraySource, groups: list[Expr], bound: Axes, axes: Axes) -> Code:
    """Contractions that are no single matrix product."""
    letters: dict[Symbol, str] = {}
    operands, texts = [], []
    for group in groups:
        own = _own_order(source, group, _letters(group, (*axes, *bound)))
        for letter in own:
            letters.setdefault(letter, str(letter) if source.lettered else string.ascii_lowercase[len(letters)])
        operands.append("".join(letters[letter] for letter in own))
        texts.append(source.array(group, own).node)
    made = tuple(letter for letter in axes if letter in letters)
    output = "".join(letters[letter] for letter in made)
    if len(groups) == 2 and not made and operands[0] == operands[1]:
        return Code(tree.call("np.vdot", *texts))
    optimise = ast.Constant(True) if len(groups) > 2 or source.lettered else None
    letters_of = ast.Constant(f"{','.join(operands)}->{output}")
    pattern = "np.einsum(letters, *arrays, optimize=optimise)"
    node = tree.quoted(pattern, letters=letters_of, arrays=tree.tuple_of(texts), optimise=optimise)
    return source.keeping(Code(node, made), made, axes)


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


def _over(source: ArraySource, body: Expr, bound: Axes, axes: Axes, call: str) -> Code:
    """A sum or a largest value over some axes of an array."""
    own = _letters(body, axes)
    order = _own_order(source, body, (*own, *bound))
    text = source.array(body, order)
    typed = {"dtype": source.real} if text.whole and call == "sum" else {}
    if not own:
        return method(text, call, (), **typed)
    places = [order.index(letter) for letter in bound]
    axis = tree.number(places[0]) if len(places) == 1 else _places(places)
    left = tuple(letter for letter in order if letter in own)
    behind = axes[axes.index(own[0]) :]
    last = places == [len(order) - 1]
    if last and len(behind) == len(left) + 1 and behind[: len(left)] == left:
        kept = {**typed, "keepdims": ast.Constant(True)}
        result = method(text, call, (*left, sympy.S.One), axis=axis, **kept)
    else:
        result = source.keeping(method(text, call, left, axis=axis, **typed), left, axes)
    return replace(result, whole=False)


def _places(numbers: Iterable[int]) -> ast.expr:
    """The places of axes as a tuple."""
    return tree.tuple_of(map(tree.number, numbers))
