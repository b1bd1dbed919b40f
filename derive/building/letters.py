"""Letters in the place of numbers that are lengths of axes: a definition for all sizes, of which a given one is a case.

What is derived for all sizes is checked at small ones, however large the numbers of a network are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import sympy
from sympy import Expr, Integer

from derive.building.blueprint import Blueprint
from derive.errors import DeriveError
from derive.expression import symbols, walks
from derive.expression.symbols import letter
from derive.forward import Forward, Row, Tensor

LARGE = 16
"""The largest length of an axis that is no reason for letters."""

TRIED = 60
"""How many ways are tried to put letters in the place of numbers."""

Apart = Literal["everywhere", "in an input", "nowhere"]
"""Where axes of one length have letters of their own, so that one is not mistaken for the other."""

Numbers = Mapping[Expr, Expr]
"""The value of each letter, and of each size that follows from letters."""


@dataclass(frozen=True)
class Lettering:
    """What stands in the place of each number that is the length of an axis: a letter, or a product of letters."""

    products: tuple[tuple[int, Expr], ...] = ()
    apart: Apart = "nowhere"

    def __call__(self, number: int, occurrence: int, in_input: int) -> Expr:
        """What stands for a number that was met before so many times, so many of them in the same input."""
        product = dict(self.products).get(number, Integer(number))
        again = {"everywhere": occurrence, "in an input": in_input, "nowhere": 0}[self.apart]
        return letter(number, again) if product == letter(number) else product


@dataclass(frozen=True)
class Lettered:
    """A definition with letters, and the numbers with which it is the one that it was made for.

    ``lettering`` says which letters stand for which numbers.
    """

    blueprint: Blueprint
    numbers: tuple[tuple[Expr, Expr], ...]
    lettering: Lettering


def lettered(build: Callable[[Lettering], Blueprint], forward: Forward, lengths: Iterable[int]) -> Lettered | None:
    """The definition with a letter for every length, where one of them is large; as few stay numbers as possible.

    ``build`` makes the definition with letters in the place of numbers; ``forward`` is what it makes of the
    numbers themselves. Two lengths have one letter, and a length stays a number, if the definition does not hold
    together otherwise: two layers whose outputs are added have one shape, perhaps at these numbers only.
    None where no letters do.
    """
    found = sorted({length for length in lengths if length > 1})
    if not found or found[-1] <= LARGE:
        return None
    divided: Lettered | None = None
    for _, lettering in zip(range(TRIED), _letterings(found), strict=False):
        try:
            blueprint = build(lettering)
        except DeriveError:
            continue
        numbers = numbers_of(blueprint.forward)
        if with_numbers(blueprint.forward, numbers) != forward:
            continue
        made = Lettered(blueprint, tuple(numbers.items()), lettering)
        if not any(_is_divided(formula) for _, formula in blueprint.forward.sizes):
            return made
        divided = divided or made
    return divided


def _is_divided(formula: Expr) -> bool:
    """Whether a size is a quotient, so that not every choice of the letters in it gives an integer."""
    return not walks.holds(formula, sympy.floor) and sympy.fraction(sympy.together(formula))[1] != 1


def _letterings(lengths: list[int]) -> Iterator[Lettering]:
    """Ways to put letters in the place of lengths: for all, then products for those that others divide, then fewer."""
    every: dict[int, Expr] = {length: letter(length) for length in lengths}
    apart: tuple[Apart, ...] = ("everywhere", "in an input", "nowhere")
    for products in (every, *_divided(every)):
        for kind in apart[products is not every :]:
            yield Lettering(tuple(products.items()), kind)
    for count in range(1, len(lengths)):
        for kept in combinations(lengths, count):
            left = tuple((length, product) for length, product in every.items() if length not in kept)
            if left[-1][0] > LARGE:
                yield Lettering(left)


def _divided(every: Mapping[int, Expr]) -> Iterator[Mapping[int, Expr]]:
    """Lengths as products: all that one of them divides, or a single one that several divide."""
    lengths = list(every)
    for part in reversed(lengths):
        multiples = [length for length in lengths if length > part and length % part == 0]
        if multiples:
            yield {**every, **{length: letter(part) * letter(length // part) for length in multiples}}
    for length in reversed(lengths):
        for product in _products(length, [other for other in lengths if other < length]):
            yield {**every, length: product}


def _products(number: int, others: list[int]) -> Iterator[Expr]:
    """The number as a product of the letters of other lengths, the largest first, and of what is left over."""
    for first in reversed(others):
        rest, product = number, sympy.S.One
        for other in reversed([other for other in others if other <= first]):
            while rest % other == 0:
                rest, product = rest // other, product * letter(other)
        if product != 1:
            yield product * rest


def numbers_of(forward: Forward) -> dict[Expr, Expr]:
    """The value of every letter in a definition, and of every size that follows from them."""
    shapes = [length for tensor in forward.tensors.values() for length in tensor.shape]
    read = symbols.sizes_in([*shapes, *(formula for _, formula in forward.sizes)])
    read |= symbols.sizes_in([row.expression for row in forward.rows])
    found = {symbol: symbols.number_of(symbol) for symbol in sorted(read, key=symbols.text)}
    values: dict[Expr, Expr] = {symbol: number for symbol, number in found.items() if number is not None}
    for symbol, formula in forward.sizes:
        value = walks.replaced(formula, values)
        if value != formula and (value.is_Integer or value.is_Symbol):
            values[symbol] = value
    return values


def with_numbers(forward: Forward, numbers: Numbers) -> Forward:
    """The forward definition with numbers in the place of letters."""

    def tensor_with(tensor: Tensor) -> Tensor:
        shape = tuple(walks.replaced(length, numbers) for length in tensor.shape)
        return replace(tensor, shape=shape)

    rows = tuple(
        Row(tensor_with(row.tensor), row.indices, walks.replaced(row.expression, numbers)) for row in forward.rows
    )
    sizes = tuple(
        (symbol, walks.replaced(formula, numbers)) for symbol, formula in forward.sizes if symbol not in numbers
    )
    return replace(forward, given=tuple(map(tensor_with, forward.given)), rows=rows, sizes=sizes)
