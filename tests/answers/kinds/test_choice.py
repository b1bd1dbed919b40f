"""Boxes to tick: what is right is computed, and a box that is wrong fails its check."""

from __future__ import annotations

from typing import Any

import pytest

from answers.contract.item import Answered
from answers.errors import HomeworkContentError
from answers.homework.context import HomeworkContext
from answers.latex.sheet import Choices
from tests.answers.sample import homework

FORMULAS = {"kind": "choice", "network": "scores", "of": "dl/dz3"}
NETWORK = {"scores": {"layers": "x:n -> Linear(d) -> Tanh -> Linear(K) -> Softmax -> y_hat", "loss": "CrossEntropy"}}


def answered(item: dict[str, Any]) -> tuple[Answered, Choices]:
    model = homework([item]).model_copy(update={})
    context = HomeworkContext(type(model).model_validate({**data([item]), "networks": NETWORK}))
    (part,) = context.homework.parts()
    (answer,) = context.answered(part)
    (sheet,) = (block for block in context.blank(part) if isinstance(block, Choices))
    (key,) = (block for block in answer.blocks if isinstance(block, Choices))
    assert [choice.latex for choice in sheet.choices] == [choice.latex for choice in key.choices]
    assert all(choice.right is None and not choice.reason for choice in sheet.choices)
    return answer, key


def data(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": "T",
        "questions": [{"id": "1", "title": "Q", "parts": [{"id": "1a", "question": "?", "answer": items}]}],
    }


def choices(*offers: dict[str, Any]) -> tuple[Answered, Choices]:
    return answered({**FORMULAS, "choices": [*offers, {"text": "none"}]})


def holds(answer: Answered) -> list[bool]:
    return [claim.check().ok for claim in answer.claims]


@pytest.mark.parametrize(
    ("formula", "right", "reason"),
    [
        (r"\hat{\bm{y}} - \bm{y}", True, "It is what is derived."),
        (r"-(\bm{y} - \hat{\bm{y}})", True, "It is what is derived."),
        (r"\bm{y} - \hat{\bm{y}}", False, "right is"),
        (r"(\hat{\bm{y}} - \bm{y})^\top", False, "transpose"),
        (r"\bm{W}^{(2)}", False, "Its shape is"),
        (r"2(\hat{\bm{y}} - \bm{y})", False, "its element"),
    ],
)
def test_a_formula_is_compared_with_what_is_derived(formula: str, right: bool, reason: str) -> None:
    answer, key = choices({"formula": formula, "right": right})
    assert reason in key.choices[0].reason
    assert (key.choices[0].right, key.choices[1].right) == (right, False)
    assert holds(answer) == [True]
    wrong, _ = choices({"formula": formula, "right": not right})
    assert holds(wrong) == [False]


@pytest.mark.parametrize(
    ("statement", "right", "reason"),
    [
        ("sigma'(z) <= 1/4", True, ""),
        ("tanh(z) = 2*sigma(2*z) - 1", True, "Algebra shows it."),
        ("sigma'(z) = sigma(z)*(1 + sigma(z))", False, "its sides are $0.2260$ and $1.084$."),
        ("exp(z)*exp(z) = exp(z^2)", False, r"At $z = 1$ its sides are $7.389$ and $2.718$."),
        ("ReLU(z) > 0", False, "At $z = 0$ its sides are $0$ and $0$."),
        ("log(exp(z)) = z", True, ""),
        ("sigma(z)*[z > 0] >= 0", True, ""),
        ("max(a, b) = (a + b + abs(a - b))/2", True, ""),
        ("sqrt(z^2) = z", False, "its sides are $1$ and $-1$"),
    ],
)
def test_a_statement_is_computed(statement: str, right: bool, reason: str) -> None:
    for said in (True, False):
        answer, key = answered({"kind": "true_false", "statements": [{"statement": statement, "right": said}]})
        assert key.true_false
        assert reason in key.choices[0].reason
        assert holds(answer) == [said == right]


def test_words_are_what_their_author_says() -> None:
    offer = {"text": "It *is*.", "right": True, "because": "At most ${{s.Tanh_max}}$."}
    evidence = {"s": {"kind": "slopes", "functions": ["Tanh"]}}
    answer, key = answered({"kind": "choice", "choices": [offer, {"text": "No"}], "evidence": evidence})
    assert key.choices[0].latex == r"It \emph{is}."
    assert key.choices[0].reason == "At most $1$."
    assert all(holds(answer))


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"kind": "choice", "network": "scores", "choices": [{"formula": "x"}, {"text": "a"}]}, "of which partial"),
        ({**FORMULAS, "choices": [{"formula": r"\clubsuit + \oint"}, {"text": "a"}]}, "Not read"),
        ({"kind": "true_false", "statements": [{"statement": "z^2"}]}, "expected two formulas with one of"),
        ({"kind": "true_false", "statements": [{"statement": "z <= z^2 <= 3"}]}, "expected two formulas with one of"),
    ],
)
def test_what_cannot_be_judged_is_refused(item: dict[str, Any], said: str) -> None:
    with pytest.raises(HomeworkContentError, match=said):
        answered(item)
