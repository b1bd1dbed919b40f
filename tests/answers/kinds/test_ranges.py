from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError
from sympy import Expr

from answers.formulas.variation import Variation, variation
from answers.latex.sheet import Room
from tests.answers.sample import all_pass, answered, blank, cells, homework, refused, the_table, verdicts


def ranges(**keys: Any) -> dict[str, Any]:
    return {"kind": "ranges", **keys}


@pytest.mark.parametrize(
    ("formula", "interval"),
    [
        ("softplus(z)", r"(0, \infty)"),
        ("ReLU(z)", r"[0, \infty)"),
        ("-z^2", r"(-\infty, 0]"),
        ("1/(1 + z^2)", "(0, 1]"),
        ("z*[abs(z) < 1] + [z >= 1] - [z <= -1]", "[-1, 1]"),
        ("abs(z) - 2", r"[-2, \infty)"),
        ("ELU(z)", r"(-1, \infty)"),
        ("tanh(z)", "(-1, 1)"),
        ("LeakyReLU(z)", r"(-\infty, \infty)"),
    ],
)
def test_ranges_of_functions(formula: str, interval: str) -> None:
    answer = answered(ranges(formulas={"f": formula}))
    ((*_, found),) = cells(the_table(answer.blocks))
    assert found == interval
    assert all_pass(answer)


def test_letters_in_order() -> None:
    formulas = {"f": "a + (b - a)*sigma(z)", "g": "(a + b)/2 + (b - a)/2*tanh(z)"}
    answer = answered(ranges(formulas=formulas, low="a", high="b", order=["a", "b"]))
    assert [row[-1] for row in cells(the_table(answer.blocks))] == ["(a, b)", "(a, b)"]
    assert all_pass(answer)


def test_where_a_function_rises_is_said() -> None:
    ((_, derivative, words, _),) = cells(the_table(answered(ranges(formulas={"f": "z^2"})).blocks))
    assert derivative == "f'(z) = 2z"
    assert words == (
        r"For $z < 0$ the slope is negative: it falls from $\infty$ to $0$. "
        r"For $z > 0$ the slope is positive: it rises from $0$ to $\infty$."
    )


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"formulas": {"f": "z"}, "low": 0}, "f gets below 0: its range is (-\\infty, \\infty)"),
        ({"formulas": {"f": "softplus(z)"}, "high": 5}, "f gets above 5"),
        ({"formulas": {"f": "a + (b - a)*tanh(z)"}, "low": "a", "order": ["a", "b"]}, "f gets below a"),
        ({"formulas": {"f": "[z > 0]"}}, "f jumps"),
    ],
)
def test_a_function_that_leaves_its_bounds_fails(keys: dict[str, Any], said: str) -> None:
    *_, verdict = verdicts(answered(ranges(**keys)))
    assert not verdict.ok
    assert said in verdict.note


def test_a_wrong_range_is_contradicted_by_values(monkeypatch: pytest.MonkeyPatch) -> None:
    halved = partial(_of_the_half, variation)
    monkeypatch.setattr("answers.kinds.ranges.variation", halved)
    *_, verdict = verdicts(answered(ranges(functions=["Sigmoid"])))
    assert not verdict.ok
    assert "gets up to 1 and not to 0.5" in verdict.note


def _of_the_half(right: Callable[..., Variation], formula: Expr, *rest: Any) -> Variation:
    return right(formula / 2, *rest)


def test_what_is_not_shown_is_an_error() -> None:
    refused(ranges(functions=["GELU"]), saying="GELU: the zeros of the slope")
    refused(ranges(functions=["Gelu"]), saying="there is no activation Gelu; did you mean GELU")
    refused(ranges(formulas={"f": "a*z"}), saying="f: the sign of the slope a does not follow")
    with pytest.raises(ValidationError, match="give functions or formulas"):
        homework([ranges()])


def test_the_room_is_as_asked() -> None:
    assert blank(ranges(functions=["ReLU"], lines=6)) == (Room(6),)
