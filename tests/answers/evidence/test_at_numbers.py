from __future__ import annotations

from typing import Any

import pytest

from answers.latex.sheet import Text
from tests.answers.sample import all_pass, answered, homework, last, verdicts

AT: dict[str, Any] = {"x": [1, 2], "y": 1, "W1": [[1, 1]], "b1": [0], "W2": [[2]], "b2": [0.5]}
NUMBERS = {"kind": "at_numbers", "network": "regression", "at": AT, "update": {"kind": "SGD", "learning_rate": 0.1}}


def quoting(text: str, **keys: Any) -> Any:
    """An answer in words that quotes these numbers."""
    return answered({"kind": "prose", "text": text, "evidence": {"n": {**NUMBERS, **keys}}})


def test_a_text_quotes_values_gradients_and_elements() -> None:
    answer = quoting(
        r"The loss is ${{n.l}}$, $\partial \ell/\partial W_1 = {{n.dl/dW1}}$ with ${{n.dl/dW1[1,2]}}$, "
        r"so $W_1 - \eta \, \partial \ell/\partial W_1 = {{n.W1_new}}$."
    )
    (text,) = answer.blocks
    assert r"\(15.125\)" in text.latex or "$15.125$" in text.latex
    assert r"\begin{bmatrix} 11 & 22 \end{bmatrix}" in text.latex
    assert all_pass(answer)


def test_the_second_step_is_quoted_with_its_number() -> None:
    answer = quoting("Then the loss is ${{n.l@2}}$.", steps=2)
    assert all_pass(answer)


def test_a_class_is_quoted_as_it_is_counted() -> None:
    networks = {"classes": {"layers": "x:n -> Linear(3)", "loss": "SoftmaxCrossEntropy(class)"}}
    at = {"x": [1], "W1": [[1], [2], [3]], "b1": [0, 0, 0], "y": 3}
    evidence = {"n": {"kind": "at_numbers", "network": "classes", "at": at}}
    context, part = last(
        homework([{"kind": "prose", "text": "Class ${{n.y}}$.", "evidence": evidence}], networks=networks)
    )
    (answer,) = context.answered(part)
    (text,) = answer.blocks
    assert isinstance(text, Text)
    assert "3" in text.latex
    assert all_pass(answer)


@pytest.mark.parametrize(
    "text",
    [r"$\partial \ell/\partial W_1 = {{n.dl/dW2}}$", r"$\partial \ell/\partial W_1 = -{{n.dl/dW1}}$"],
)
def test_what_is_called_another_derivative_fails(text: str) -> None:
    assert not all(verdict.ok for verdict in verdicts(quoting(text)))
