from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given
from sympy import Expr, Function

from derive.expression.symbols import index
from numeric.arrays.axes import Array, Scope, stacked
from numeric.expression import sharing
from numeric.expression.alike import pattern
from numeric.expression.compiled import compile_expression
from tests.numeric.expression.test_compiled import ARRAYS, SIZES, expressions
from tests.numeric.models import K, at, d, i, j, k, n, over

OTHERS = {i: index("later"), j: index("a")}


@pytest.fixture(autouse=True)
def every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "LEAST", 2)


def values(expression: Expr, letters: tuple[sympy.Symbol, ...], alike: dict[object, Array] | None) -> Array:
    compiled = compile_expression(expression, letters, shares=alike is not None)
    counts = tuple({i: 3, j: 2, OTHERS[i]: 3, OTHERS[j]: 2}[letter] for letter in letters)
    arrays = {name: stacked(array, np.float64) for name, array in ARRAYS.items()}
    return compiled(Scope(arrays, SIZES, counts, alike=alike))[..., 0]


@given(expressions({i: n, j: d}, 3))
def test_what_is_taken_from_parts_alike_is_what_is_computed(expression: Expr) -> None:
    compile_expression.cache_clear()  # what was compiled with parts of another size
    alike: dict[object, Array] = {}
    renamed = expression.xreplace(OTHERS)
    assert np.allclose(values(expression, (i, j), None), values(expression, (i, j), alike), rtol=1e-12, atol=1e-12)
    assert np.allclose(values(expression, (i, j), None), values(renamed, (OTHERS[i], OTHERS[j]), alike), rtol=1e-12)


def test_a_part_is_computed_once_whatever_its_letters_are() -> None:
    inner = over(at("A", i, k) * at("w", k), k, d) + at("v", i)
    outer = over(at("v", j) * inner.xreplace({i: j, k: i}), j, n)
    alike: dict[object, Array] = {}
    first = values(inner, (i,), alike)
    known = next(key for key in alike if key[0] == pattern(inner).digest)  # type: ignore[index]
    alike[known] = alike[known] + 1.0
    assert values(outer, (), alike) == pytest.approx(ARRAYS["v"] @ (first + 1.0))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (at("A", i, j), at("A", j, i)),
        (over(at("A", i, k) * at("B", k, j), k, d), over(at("A", j, k) * at("B", k, i), k, d)),
        (over(over(at("A", i, j), i, n), j, d), over(over(at("A", j, i), j, n), i, d)),
        (at("v", i) * at("w", j) + at("s"), at("v", j) * at("w", i) + at("s")),
    ],
)
def test_letters_alone_tell_nothing_apart(one: Expr, other: Expr) -> None:
    assert pattern(one).digest == pattern(other).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (at("A", i, i), at("A", i, j)),
        (at("v", i) * at("v", i + 1), at("v", i) * at("v", j + 1)),
        (over(at("A", i, k), k, d), over(at("A", i, k), k, K)),
        (over(at("A", i, k), k, d), sympy.Sum(at("A", i, k), (k, 1, d))),
        (at("v", i) - at("v", j), at("v", i) + at("v", j)),
        (sympy.exp(at("v", i)), Function("exp")(at("v", i))),
        (at("v", n), at("v", d)),
    ],
)
def test_what_is_another_function_is_not_alike(one: Expr, other: Expr) -> None:
    assert pattern(one).digest != pattern(other).digest
