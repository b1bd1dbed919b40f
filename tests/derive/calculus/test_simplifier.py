"""The simplifier keeps the value of what it is given, and never makes it longer, but for internal names it removes."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, KroneckerDelta, Sum

from derive import layer
from derive.calculus.algebra import factored
from derive.calculus.factors import cost, grouped, taken_out
from derive.calculus.fold import folding_of
from derive.calculus.textbook import Simplifier
from derive.expression import symbols
from derive.forward import Forward
from numeric.measuring.point import Point
from numeric.sampling.points import sample
from tests.examples import examples

LAYERS = {name: layer(name).network.forward for name in ("LayerNorm", "Softmax", "LogSoftmax", "RMSNorm", "L2Norm")}
SIMPLIFIERS = {name: Simplifier(folding_of(forward)) for name, forward in LAYERS.items()}
HERE, INNER = (symbols.index(letter) for letter in "ij")


def vectors(forward: Forward) -> list[str]:
    return [name for name, tensor in forward.tensors.items() if len(tensor.shape) == 1 and tensor.role != "hidden"]


def scalars(forward: Forward) -> list[str]:
    return [
        name for name, tensor in forward.tensors.items() if not tensor.shape and tensor.role not in ("hidden", "loss")
    ]


@st.composite
def expressions(draw: st.DrawFn, forward: Forward) -> Expr:
    """A sum of products of elements, scalars, deltas and sums over an index, with i free."""
    size = forward.tensors["z"].shape[0]

    def factor(letters: list[sympy.Symbol]) -> Expr:
        kind = draw(st.sampled_from(["element", "element", "element", "scalar", "number", "delta", "difference"]))
        letter = draw(st.sampled_from(letters))
        if kind == "number":
            return sympy.Integer(draw(st.sampled_from([-2, -1, 2, 3])))
        if kind == "delta" and len(letters) > 1:
            return KroneckerDelta(*letters[:2])
        if kind == "scalar" and scalars(forward):
            return symbols.scalar(draw(st.sampled_from(scalars(forward)))) ** draw(st.sampled_from([1, 2, -1]))
        names = vectors(forward)
        element = symbols.element(draw(st.sampled_from(names)), [letter])
        if kind == "difference":
            return element - symbols.element(draw(st.sampled_from(names)), [letter])
        return element

    def term() -> Expr:
        outer = sympy.Mul(*(factor([HERE]) for _ in range(draw(st.integers(1, 2)))))
        if draw(st.booleans()):
            body = sympy.Mul(*(factor([INNER, HERE]) for _ in range(draw(st.integers(1, 3)))))
            return outer * Sum(body, (INNER, 0, size - 1))
        return outer

    result: Expr = sympy.Add(*(term() for _ in range(draw(st.integers(1, 4)))))
    return result


def value_at(forward: Forward, expression: Expr, seed: int) -> np.ndarray:
    point = Point(forward, sample(forward, seed))
    return np.asarray(point.expression(expression, (HERE,), forward.tensors["z"].shape))


@pytest.mark.parametrize("name", LAYERS)
@given(data=st.data(), seed=st.integers(0, 100))
@examples(25)
def test_simplifying_keeps_the_value_and_never_lengthens(name: str, data: st.DataObject, seed: int) -> None:
    forward = LAYERS[name]
    expression = data.draw(expressions(forward))
    simplified = SIMPLIFIERS[name].simplify(expression, {HERE: forward.tensors["z"].shape[0]})
    assert cost(simplified) <= cost(expression)
    before, after = value_at(forward, expression, seed), value_at(forward, simplified, seed)
    scale = max(1.0, float(np.max(np.abs(before))))
    assert np.max(np.abs(before - after)) <= 1e-8 * scale * max(1, cost(expression))


A, B, C, D = (symbols.element(name, [HERE]) for name in "abcd")
PARTS = st.sampled_from([A, B, C, D, A + B, C - D, 1 - A, 1 / B, 1 / (C + D), sympy.sqrt(A + 3), 1 / sympy.sqrt(A + 3)])
PRODUCTS = st.lists(PARTS, min_size=1, max_size=4).map(lambda parts: sympy.Mul(*parts))
SUMS = st.lists(st.tuples(st.integers(-3, 3), PRODUCTS), min_size=1, max_size=5).map(
    lambda terms: sympy.Add(*(number * product for number, product in terms))
)
POINT = dict(zip((A, B, C, D), map(sympy.Rational, ("2/7", "3/5", "11/13", "1/3")), strict=True))


def equal(left: Expr, right: Expr) -> bool:
    return abs(sympy.N((left - right).xreplace(POINT), 30)) < 1e-20


@given(expression=SUMS)
@examples(80)
def test_factors_and_groups_keep_the_value(expression: Expr) -> None:
    assert equal(factored(expression), expression)
    assert equal(grouped(expression), expression)
    assert cost(grouped(expression)) <= cost(expression)
    if isinstance(expression, sympy.Add):
        for one_denominator in (True, False):
            factor, rest = taken_out(expression, one_denominator=one_denominator)
            assert equal(factor * rest, expression)


def test_factors_that_are_seen_and_factors_that_are_found() -> None:
    assert factored(A * C + A * D) == A * (C + D)
    assert factored(A**2 - B**2) == (A - B) * (A + B)
    assert factored((1 - A) / (1 - B) - A / B, ("a",)) == (B - A) / (B * (1 - B))
    assert grouped(A * C + A * D + B) == A * (C + D) + B
    assert grouped(B - A * C - A * D) == B - A * (C + D)
    assert grouped((1 - A) ** 2 * A + (1 - A) * A**2) == A * (1 - A)
