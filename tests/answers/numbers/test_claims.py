"""Errors planted in what is printed of numbers, each of which must be noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from answers.homework.context import HomeworkContext
from answers.kinds.numbers import NumbersAnswer
from answers.numbers.answer import Numbers, by_rows_of
from answers.numbers.claims import Lines, formula_verdict, verdict
from answers.numbers.lines import Line, rule_lines
from answers.numbers.measured import measured
from derive.render.piece import Typeset
from numeric.errors import ExpressionError
from tests.answers.sample import homework

AT: dict[str, Any] = {
    "x": [1, 2], "y": [1], "W1": [["1/2", -1], [0.5, 1]], "b1": [0, 1], "W2": [[1, "-1/3"]], "b2": [0.25],
}  # fmt: skip
TANH = {"layers": "x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat", "loss": "1/2*MSE"}
Spoil = Callable[[str], str]


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    """A step of gradient descent with momentum, in numerator layout."""
    keys = {"at": AT, "update": {"kind": "SGD", "learning_rate": 0.1, "momentum": 0.5}, "steps": 2}
    item = NumbersAnswer.model_validate({"kind": "numbers", "network": "net", **keys})
    context = HomeworkContext(homework([], networks={"net": TANH}), layout="numerator")
    return Numbers.of(item.plan(context), 4)


def judged(numbers: Numbers, name: str, spoil: Spoil, stage: int = 0) -> bool:
    """Whether everything that is printed of a stage passes where one line is spoilt."""
    one, place = numbers.stages[stage], numbers.measured[stage]
    groups = (numbers.values(one), numbers.gradients(one), *numbers.changes(one))
    found = []
    spoilt = 0
    for lines in groups:
        texts = []
        for line in lines:
            printed = numbers.printed(line)
            changed = tuple(map(spoil, printed)) if line.name == name and _is_last(line, lines) else printed
            spoilt += changed != printed
            texts.append(changed)
        found.append(Lines(tuple(lines), tuple(texts), place.before, place.after, place.noise, by_rows_of(one)))
    assert spoilt or name == ""
    return verdict(found, numbers.digits).ok


def _is_last(line: Line, lines: tuple[Line, ...]) -> bool:
    return all(other.name != line.name for other in lines[lines.index(line) + 1 :])


@pytest.mark.parametrize("stage", [0, 1])
def test_what_is_printed_passes(numbers: Numbers, stage: int) -> None:
    assert judged(numbers, "", str, stage)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("z1", "-1.5", "1.5"),
        ("z1", "3.5", "3.51"),
        ("z2", r"\tanh", r"\sigma"),
        ("z2", "0.9982", "0.9983"),
        ("y_hat", "+", "-"),
        ("l", r"\tfrac{1}{2} \,", ""),
        ("dl/dy_hat", r"\hat{\bm{y}} - \bm{y}", r"\bm{y} - \hat{\bm{y}}"),
        ("dl/dW2", r"\bm{z}_2", r"\bm{z}_1"),
        ("dl/dW1", r"\bm{W}^{(1)}", r"\bm{W}^{(2)}"),
        ("dl/dW1", "&", r"\\"),
        ("dl/dz1", r"\begin{bmatrix}", r"\begin{bmatrix} -"),
        ("W1", r"\eta", r"\mu"),
        ("v_W1", r"\mu", r"\eta"),
        ("v_W1", r"^{\top}", ""),
        ("b2", "-", "+"),
        ("z1", r" + \bm{b}", r" - 2 \, \bm{b}"),
        ("l", r"\hat{\bm{y}} - \bm{y}", r"\hat{\bm{y}} + \bm{y}"),
        ("dl/dz1", r"\bm{z}_2", r"\bm{z}_1"),
    ],
)
def test_a_planted_error_is_noticed(numbers: Numbers, name: str, old: str, new: str) -> None:
    assert not judged(numbers, name, lambda text: text.replace(old, new, 1), stage=1 if "v_" in name else 0)


def test_numbers_of_another_step_are_noticed(numbers: Numbers) -> None:
    second = numbers.printed(numbers.values(numbers.stages[1])[0])
    assert not judged(numbers, "z1", lambda text: second[0])


def test_a_formula_with_no_number_is_noticed(numbers: Numbers) -> None:
    assert not judged(numbers, "z2", lambda text: text.replace(r"\tanh(\bm{z}_1)", r"\ln(-\bm{z}_1 \odot \bm{z}_1)", 1))


@pytest.mark.parametrize(("of", "formula"), [("W1", r"\bm{b}^{(1)}"), ("b1", r"\bm{W}^{(1)}"), ("b1", r"\bm{b}^{(2)}")])
def test_a_rule_of_another_shape_fails_its_check(of: str, formula: str) -> None:
    item = NumbersAnswer.model_validate(
        {"kind": "numbers", "network": "net", "at": AT, "update": {"kind": "SGD", "learning_rate": 0.1}}
    )
    context = HomeworkContext(homework([], networks={"net": TANH}))
    plan = item.plan(context)
    (line,) = rule_lines(of, plan.rules[of], plan.given.network)
    places = [(place.before, place.after) for place in measured(plan)]
    assert formula_verdict([(line,)], places).ok
    spoilt = replace(line, formula=Typeset(rf"{line.left.latex} - \eta \, {formula}"))
    assert not formula_verdict([(spoilt,)], places).ok
    assert not formula_verdict([(replace(line, formula=Typeset(formula)),)], places).ok


def test_a_rule_without_an_optimiser_is_refused(numbers: Numbers) -> None:
    rules = {name: replace(rule, name="RMSprop") for name, rule in numbers.plan.rules.items()}
    with pytest.raises(ExpressionError, match="no optimiser to measure the rule RMSprop"):
        measured(replace(numbers.plan, rules=rules))
