"""What is printed has the value of what was given, reads the same in every order, and is well formed."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping
from typing import Literal

import pytest
import sympy
from hypothesis import assume, example, given
from hypothesis import strategies as st
from sympy import Add, Expr, Function, Indexed, KroneckerDelta, Mul, Pow, Rational, Sum, exp

from derive.expression.functions import Bracket
from derive.expression.symbols import element, name_of, scalar, subscripts_of
from derive.render import cases_latex, latex, unicode
from tests.derive.render.reader import Reader
from tests.derive.render.samples import RANKS, K, i, j, k
from tests.examples import examples

LENGTH = 3
PLACES = {"i": 1, "j": 2}
PRINTED = {"x": "x", "y": "y", "ŷ": "y_hat", "z₁": "z1", "W₁": "W1", "μ": "mu"}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sigma": lambda u: 1 / (1 + math.exp(-u)),
    "f'": math.atan,
    "tanh": math.tanh,
    "exp": math.exp,
}


def number_of(name: str, subscripts: tuple[int, ...]) -> float:
    """A number for each element, none near 0 or 1, half of them negative."""
    return random.Random(f"{name}{subscripts}").choice((-1, 1)) * random.Random(f"{subscripts}{name}").uniform(0.3, 0.9)


def value(expression: Expr, places: Mapping[str, int]) -> float:
    """The value of an expression at the numbers, by the meaning of its nodes."""
    arguments = [value(argument, places) for argument in expression.args] if _is_plain(expression) else []
    if isinstance(expression, Add):
        return math.fsum(arguments)
    if isinstance(expression, Mul):
        return math.prod(arguments)
    if isinstance(expression, Pow):
        return float(arguments[0] ** arguments[1])
    if isinstance(expression, Indexed):
        return number_of(name_of(expression), tuple(round(value(s, places)) for s in subscripts_of(expression)))
    if isinstance(expression, Sum):
        once = math.fsum(value(expression.function, {**places, "k": t}) for t in range(LENGTH))
        return once * LENGTH ** (len(expression.limits) - 1)  # further limits rebind k
    if isinstance(expression, Bracket):
        left, right = (value(side, places) for side in expression.args[0].args)
        return float(left > right if isinstance(expression.args[0], sympy.Gt) else left < right)
    if isinstance(expression, KroneckerDelta):
        return float(arguments[0] == arguments[1])
    if isinstance(expression, Function):
        return FUNCTIONS[type(expression).__name__](arguments[0])
    if expression.is_Symbol:
        return number_of("mu", ()) if expression.name == "mu" else places[expression.name]
    return float(expression)


def _is_plain(expression: Expr) -> bool:
    return not isinstance(expression, Indexed | Sum | Bracket)


def read_back(text: str, base: Literal[0, 1]) -> float:
    """The value of printed text at the same numbers."""

    def read(name: str, subscripts: tuple[int, ...]) -> float:
        return number_of(PRINTED[name], tuple(s - base for s in subscripts))

    names = {
        "K": LENGTH,
        "e": math.e,
        "μ": number_of("mu", ()),
        **{name: place + base for name, place in PLACES.items()},
    }
    return Reader(text, read, names).whole()


def _leaves() -> st.SearchStrategy[Expr]:
    places = st.sampled_from([i, j, sympy.Integer(0), i + 1 - 1])
    vectors = st.builds(lambda name, s: element(name, (s,)), st.sampled_from(["x", "y", "y_hat", "z1"]), places)
    matrices = st.builds(lambda r, c: element("W1", (r, c)), places, places)
    numbers = st.sampled_from(
        [Rational(1, 2), Rational(-3, 2), Rational(1, 100), *map(sympy.Integer, (-2, -1, 2, 5, 100))]
    )
    return st.one_of(vectors, matrices, numbers, st.sampled_from([K, scalar("mu"), KroneckerDelta(i, j), i]))


def _is_defined(expression: Expr) -> bool:
    return not expression.has(sympy.zoo, sympy.nan, sympy.oo)


def _larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: Add(*terms)),
        st.lists(inner, min_size=2, max_size=3).map(lambda factors: Mul(*factors)),
        st.builds(lambda base, power: Pow(base, power), inner, st.sampled_from([-2, -1, 2, 3])).filter(_is_defined),
        st.builds(lambda e, other: exp((e - other) / 4), _leaves(), _leaves()),
        st.builds(lambda e, name: Function(name)(e), inner, st.sampled_from(["sigma", "f'", "tanh"])),
        inner.map(lambda e: Bracket(e > 0)),
        inner.map(lambda e: Sum(e.xreplace({i: k}), (k, 0, K - 1))),
    )


EXPRESSIONS = st.recursive(_leaves(), _larger, max_leaves=7)


def _finite(expression: Expr) -> float:
    try:
        expected = value(expression, {**PLACES, "K": LENGTH})
    except (OverflowError, ZeroDivisionError):
        assume(False)
    assume(1e-6 < abs(expected) < 1e6)
    return expected


@examples(250)
@given(EXPRESSIONS, st.sampled_from([0, 1]))
def test_printed_text_has_the_value_of_the_expression(expression: Expr, base: Literal[0, 1]) -> None:
    expected = _finite(expression)
    text = unicode(expression, ranks=RANKS, index_base=base)
    assert read_back(text, base) == pytest.approx(expected, rel=1e-6), text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("(ŷ[2] − y[2]) · x[3]", "ŷ[2] − y[2] · x[3]"),
        ("1/(2x[1])", "1/2x[1]"),
        ("(Σ_{k=1}^{K} x[k]) · Σ_{k=1}^{K} y[k]", "Σ_{k=1}^{K} x[k] · Σ_{k=1}^{K} y[k] + x[1]"),
        ("(−x[1])²", "−x[1]²"),
    ],
)
def test_the_reader_sees_a_missing_bracket(right: str, wrong: str) -> None:
    assert read_back(right, 1) != pytest.approx(read_back(wrong, 1))


def _shuffled(expression: Expr, order: random.Random) -> Expr:
    """An equal expression whose sums and products keep their arguments in another order."""
    if not expression.args or isinstance(expression, Indexed | Sum | Bracket | KroneckerDelta):
        return expression
    arguments = [_shuffled(argument, order) for argument in expression.args]
    if isinstance(expression, Add | Mul):
        order.shuffle(arguments)
        return expression.func(*arguments, evaluate=False)
    return expression.func(*arguments)


@examples(150)
@given(EXPRESSIONS, st.integers(0, 1000))
@example(exp(element("x", (i,)) / 4 - element("x", (j,)) / 4), 1)
def test_the_order_that_sympy_keeps_does_not_matter(expression: Expr, seed: int) -> None:
    shuffled = _shuffled(expression, random.Random(seed))
    assert latex(shuffled, ranks=RANKS) == latex(expression, ranks=RANKS)
    assert unicode(shuffled, ranks=RANKS) == unicode(expression, ranks=RANKS)


@examples(150)
@given(EXPRESSIONS, st.sampled_from([0, 1]))
def test_braces_and_brackets_balance(expression: Expr, base: Literal[0, 1]) -> None:
    divisors = [power.base for power in expression.atoms(Pow) if power.exp.is_negative]
    assume(not any(divisor.has(Bracket, KroneckerDelta) for divisor in divisors))
    for text in (
        latex(expression, ranks=RANKS, index_base=base),
        cases_latex(expression, ranks=RANKS, index_base=base),
    ):
        assert _depths(text) == 0
        assert len(re.findall(r"\\left\b", text)) == len(re.findall(r"\\right\b", text))
        assert text.count(r"\begin{cases}") == text.count(r"\end{cases}")


def _depths(text: str) -> int:
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        assert depth >= 0, text
    return depth
