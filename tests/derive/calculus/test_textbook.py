from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import Phase, given
from sympy import Expr, Sum

from derive.calculus.factors import cost
from derive.calculus.facts import Facts
from derive.calculus.fold import Folding
from derive.calculus.textbook import Simplifier
from derive.derivation import Derivation
from derive.expression.symbols import element, index
from derive.network import network
from derive.render.derivations import derivation_unicode
from tests.derive.formulas import FREE, expressions, i, n, value
from tests.examples import examples

PLAIN = Simplifier(Folding(rules=(), solved=(), facts=Facts()))
CLASSIFIER = ("x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax", "CrossEntropy")
BINARY = ("x:n -> Linear(d) -> Tanh -> Linear(K) -> Sigmoid", "BCE")


@examples(25)
@given(expressions(depth=2))
def test_lines_keep_the_value(expression: Expr) -> None:
    for line in PLAIN.lines(expression, FREE):
        assert np.allclose(value(line.expression), value(expression), rtol=1e-9, atol=1e-9), line.rule


@examples(60, derandomize=True, phases=[Phase.generate])
@given(expressions(depth=2))
def test_the_last_line_is_no_longer_than_the_first(expression: Expr) -> None:
    assert cost(PLAIN.simplify(expression, FREE)) <= cost(expression)


def test_a_difference_under_a_sum_stays_together() -> None:
    k = index("k")
    difference = Sum(element("a", (k,)) - element("t", (k,)), (k, 0, n - 1))
    assert PLAIN.simplify(difference, {}) == difference


def test_quotients_cancel() -> None:
    a = element("a", (i,))
    assert PLAIN.simplify((1 - a) * a / (a * (1 - a) ** 2), FREE) == 1 / (1 - a)


@pytest.mark.parametrize(
    ("model", "partial", "expected"),
    [
        (CLASSIFIER, "dl/dz3", "ŷ − y"),
        (CLASSIFIER, "dl/dy_hat", "−y ⊘ ŷ"),
        (CLASSIFIER, "dy_hat/dz3", "diag(ŷ) − ŷ ŷᵀ"),
        (CLASSIFIER, "dz2/dz1", "diag(1[z₁ > 0])"),
        (CLASSIFIER, "dl/dW2", "(ŷ − y) z₂ᵀ"),
        (CLASSIFIER, "dl/db2", "ŷ − y"),
        (CLASSIFIER, "dl/dW1", "((W₂ᵀ (ŷ − y)) ⊙ 1[z₁ > 0]) xᵀ"),
        (BINARY, "dl/dz3", "ŷ − y"),
        (BINARY, "dy_hat/dz3", "diag(ŷ ⊙ (𝟏 − ŷ))"),
        (BINARY, "dz2/dz1", "diag(𝟏 − z₂ ⊙ z₂)"),
        ((BINARY[0], "BCE(mean)"), "dl/dz3", "(1/K)(ŷ − y)"),
        (("x:n -> Linear(K)", "MSE"), "dl/dy_hat", "2(ŷ − y)"),
        (("x:n -> Linear(K)", "1/2*MSE"), "dl/dy_hat", "ŷ − y"),
        (("x:n -> Linear(K)", "MSE(mean)"), "dl/dy_hat", "(2/K)(ŷ − y)"),
        (("x:n -> Linear(K)", "1/2*MSE(mean)"), "dl/dy_hat", "(1/K)(ŷ − y)"),
        (("x:n -> Linear(K)", "SoftmaxCrossEntropy"), "dl/dy_hat", "p − y"),
        (("x:n -> Linear(K)", "BCEWithLogits"), "dl/dy_hat", "p − y"),
        (("x:n -> Linear(K) -> LogSoftmax", "NLL"), "dl/dz1", "exp(ŷ) − y"),
        (("x:n -> Linear(K) -> 5*ReLU", "1/2*MSE"), "dy_hat/dz1", "5 diag(1[z₁ > 0])"),
        (("x:n -> Linear(K) -> f", "1/2*MSE"), "dy_hat/dz1", "diag(f′(z₁))"),
        (("x:n -> Linear(K) -> Identity", "1/2*MSE"), "dy_hat/dz1", "I"),
        (("x:n -> Linear(K) -> Softplus", "1/2*MSE"), "dy_hat/dz1", "diag(σ(z₁))"),
    ],
)
def test_textbook_forms(model: tuple[str, str], partial: str, expected: str) -> None:
    assert _right_side(network(*model).partial(partial)) == expected


@pytest.mark.parametrize(
    ("model", "parameter", "expected"),
    [
        (CLASSIFIER, "b2", "softmax(W₂ ReLU(W₁ x + b₁) + b₂) − y"),
        (CLASSIFIER, "W2", "(softmax(W₂ ReLU(W₁ x + b₁) + b₂) − y) ReLU(W₁ x + b₁)ᵀ"),
        (BINARY, "b2", "σ(W₂ tanh(W₁ x + b₁) + b₂) − y"),
        (("x:n -> Linear(d) -> 5*ReLU -> Linear(K)", "1/2*MSE"), "b2", "5W₂ ReLU(W₁ x + b₁) + b₂ − y"),
    ],
)
def test_textbook_forms_without_the_prediction(model: tuple[str, str], parameter: str, expected: str) -> None:
    answer = network(*model).gradient(parameter, ["x", "y", "W1", "b1", "W2", "b2"])
    assert _right_side(answer) == expected


def test_the_gradient_in_a_vocabulary_of_partials() -> None:
    net = network("x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> Identity -> y_hat", "MSE")
    answer = net.gradient("W1", ["x", "y", "W1", "b1", "W2", "b2", "dl/dy_hat", "dz2/dz1", "dy_hat/dz3"])
    assert _right_side(answer) == "(∂z₂/∂z₁)ᵀ W₂ᵀ (∂ŷ/∂z₃)ᵀ ∂ℓ/∂ŷ xᵀ"


def test_a_class_gives_the_one_hot_form() -> None:
    net = network("x:n -> Linear(K)", "SoftmaxCrossEntropy(class)")
    result = net.partial("dl/dy_hat").result
    place = net.partial("dl/dy_hat").quantity.indices[0]
    assert result == element("p", (place,)) - sympy.KroneckerDelta(place, element("y", ()))


def test_a_minus_before_a_sum_is_a_minus_before_all_of_it() -> None:
    value, one = (network(f"x:n -> Linear({outputs}) -> Sigmoid", "BCE").value("l") for outputs in ("K", "1"))
    assert _right_side(value) == "−((𝟏 − y)ᵀ log(𝟏 − ŷ) + yᵀ log(ŷ))"
    assert _right_side(one) == "−y · log(ŷ) − (1 − y) · log(1 − ŷ)"


def test_the_slope_of_an_absolute_error_reads_prediction_minus_target() -> None:
    assert "y − ŷ" not in derivation_unicode(network("x:n -> Linear(K)", "L1").partial("dl/dy_hat"))


def test_internal_rows_never_appear_in_answers() -> None:
    answer = network("x:n -> Linear(d) -> 3*LogSoftmax", "MSE").gradient("b1")
    assert "s_" not in _right_side(answer)


def _right_side(answer: Derivation) -> str:
    return derivation_unicode(answer).split(" = ", 1)[1]
