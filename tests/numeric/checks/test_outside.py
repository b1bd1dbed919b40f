"""What an expression reads outside of tensors counts as an error, however many products its sums have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy
import pytest
import sympy
from sympy import And, Expr, Indexed, Integer, Max, Min, Mul, Sum, Symbol
from sympy.logic.boolalg import Boolean

from derive import layer, with_ranges
from derive.derivation import Derivation
from derive.expression.functions import Bracket
from derive.expression.symbols import element, index, name_of, size
from derive.layers import Activation
from numeric.checks.checking import check, places_of
from numeric.checks.outside import reads_outside
from tests.sweeps import sweep

LAYERS = (
    "Conv1d(C_out, k, stride=s, padding=p)",
    "Conv2d(C_out, 3, stride=2, padding=1)",
    "Conv3d(2, (2, 3, 4), padding=1)",
    "ConvTranspose2d(C_out, 3, stride=2, padding=1)",
    "Conv2d(4, (5, 6), dilation=2)",
    "AvgPool2d(3, stride=2, padding=1)",
)


@cache
def ranged(text: str, ranges: str) -> Derivation:
    return with_ranges(layer(text).vjp("z"), "limits" if ranges == "limits" else "brackets")


def without_a_condition(right: Expr) -> Iterator[Expr]:
    """The expression without each of its conditions on a range in turn."""
    for bracket in sorted(right.atoms(Bracket), key=str):
        conditions = And.make_args(bracket.args[0])
        for condition in conditions:
            if not condition.has(sympy.Mod):
                kept = And(*(other for other in conditions if other != condition))
                yield right.xreplace({bracket: Bracket(kept)})


def with_wider_limits(right: Expr) -> Iterator[Expr]:
    """The expression with each limit of its sums in turn one further, where it is not that of an axis alone."""
    for total in sorted(right.atoms(Sum), key=str):
        for place, (letter, low, high) in enumerate(total.limits):
            for limit in ((letter, low - 1, high), (letter, low, high + 1)):
                if (low if limit[1] != low else high).has(Max, Min):
                    limits = (*total.limits[:place], limit, *total.limits[place + 1 :])
                    yield right.xreplace({total: Sum(total.function, *limits)})


@sweep(lambda text, ranges: (text.partition("(")[0], ranges))
@pytest.mark.parametrize("text", LAYERS)
@pytest.mark.parametrize("ranges", ["brackets", "limits"])
def test_every_range_is_believed(text: str, ranges: str) -> None:
    right = ranged(text, ranges)
    assert check(right).ok
    point = places_of(right.forward, 0, 3)[0].point
    caught = 0
    for result in (without_a_condition if ranges == "brackets" else with_wider_limits)(right.result):
        outcome = check(replace(right, result=result, steps=(), matrix=None, convolution=None))
        said = any("outside of its range" in item.note for item in outcome.items)
        assert said or not looks_outside(result, right, point.sizes), result
        caught += not outcome.ok
    assert caught


def looks_outside(result: Expr, right: Derivation, sizes: Mapping[Symbol, int]) -> bool:
    """Whether a sum of products reads outside of a tensor at some index, by trying them all."""
    (total,) = result.atoms(Sum)
    bounds = [(letter, low.xreplace(sizes), high.xreplace(sizes)) for letter, low, high in total.limits]
    letters = [*right.quantity.indices, *(letter for letter, _, _ in bounds)]
    axes = [range(int(length.xreplace(sizes))) for length in right.quantity.shape]
    axes += [range(-1, max(sizes.values()) + 1) for _ in bounds]
    grid = dict(zip(letters, numpy.meshgrid(*axes, indexing="ij"), strict=True))

    def at(part: Expr | Boolean) -> Any:
        return sympy.lambdify(letters, part.xreplace(sizes), "numpy")(*grid.values())

    factors = [*Mul.make_args(total.function), *Mul.make_args(result / total)]
    holds = numpy.ones([len(axis) for axis in axes], bool)
    for letter, low, high in bounds:
        holds &= (at(low) <= grid[letter]) & (grid[letter] <= at(high))
    for factor in factors:
        if isinstance(factor, Bracket):
            holds &= at(factor.args[0])
    return any(
        bool((holds & ((at(subscript) < 0) | (at(subscript) > at(length - 1)))).any())
        for factor in factors
        if isinstance(factor, Indexed)
        for subscript, length in zip(factor.indices, right.forward.tensors[name_of(factor)].shape, strict=True)
    )


N = size("n")
ROW, J = index("i"), index("j")
Z, NEXT = element("z", [ROW]), element("z", [ROW + 1])
INSIDE = Bracket(ROW + 1 < N)


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        (Z, False),
        (NEXT, True),
        (NEXT * INSIDE, False),
        (sympy.exp(NEXT) * INSIDE, False),
        (sympy.exp(NEXT * INSIDE), False),
        (NEXT + INSIDE, True),
        (Bracket(And(ROW + 1 < N, NEXT > Z)), False),
        (Bracket(NEXT > Z) * INSIDE, False),
        (Bracket(NEXT > Z), True),
        (sympy.Piecewise((NEXT, ROW + 1 < N), (Z, True)), False),
        (sympy.Piecewise((Z, ROW + 1 < N), (NEXT, True)), True),
        (sympy.Piecewise((Z, sympy.Ge(ROW + 1, N)), (NEXT, True)), False),
        (Sum(element("z", [J]), (J, 0, N - 1)), False),
        (Sum(element("z", [J]), (J, 0, N)), True),
        (Sum(element("z", [J - 1]), (J, 1, N)), False),
        (Sum(element("z", [ROW - J]), (J, 0, Min(ROW, N - 1))), False),
        (Sum(element("z", [ROW - J]), (J, 0, Min(ROW + 1, N - 1))), True),
        (Bracket(ROW > N) * Sum(element("z", [J]), (J, 0, N)), False),
        (Mul(Integer(0), NEXT, evaluate=False), True),
        (element("z", [sympy.Mod(ROW + 1, N)]), False),
    ],
)
def test_what_stands_beside_an_element_excludes_it(expression: Expr, wrong: bool) -> None:
    right = layer(Activation("Twice", "2*z", call="twice")).vjp("z")
    quantity = replace(right.quantity, indices=(ROW,))
    point = places_of(right.forward, 0, 3)[0].point
    counts = reads_outside(right.forward, expression, quantity, frozenset())
    assert any(point.expression(count, (ROW,), quantity.shape).any() for _, count in counts) == wrong
    assert not reads_outside(right.forward, expression, quantity, frozenset({"z"}))
