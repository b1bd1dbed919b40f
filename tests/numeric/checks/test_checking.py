from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Function, Symbol

from derive.expression.functions import Bracket
from derive.forward import Forward, Row
from derive.network import network
from derive.remembering import forget
from derive.step_rules import StepRule
from derive.steps import Quantity, Step
from numeric import ArrayError, CheckError, check, checked
from numeric.checks.comparison import floor_of, is_zero, relative_error
from numeric.checks.tolerances import DIFFERENCES, DOUBLE
from numeric.measuring.differences import Measured
from tests.examples import examples
from tests.numeric.derivations import CORRECT, RIGHT, W1_GRADIENT, W1_MATRIX
from tests.numeric.models import (
    SIGMA,
    K,
    at,
    d,
    derivation,
    i,
    j,
    k,
    n,
    over,
    perceptron,
    softmax_loss,
    tensor,
)


@pytest.mark.parametrize("name", CORRECT)
@pytest.mark.parametrize("seed", [0, 10, 20])
def test_correct_derivations_pass(name: str, seed: int) -> None:
    result = check(CORRECT[name], seed=seed)
    assert result.ok, [item for item in result.items if not item.ok]
    assert result.points >= 3
    assert result.max_error < 1e-5
    assert all(0 <= item.error <= item.tolerance for item in result.items)


def test_what_is_checked() -> None:
    quantity = RIGHT.quantity
    chain = over(at("dl/dz1", k) * at("dz1/dW1", k, i, j), k, d)
    steps = (
        Step(Quantity("z1", (i,), (d,)), over(at("W1", i, k) * at("x", k), k, n) + at("b1", i), StepRule.FORWARD, "."),
        Step(quantity, chain, StepRule.CHAIN, "."),
        Step(quantity, W1_GRADIENT, StepRule.INSERT, ".", W1_MATRIX),
    )
    result = check(replace(RIGHT, steps=steps))
    assert result.ok
    assert [item.what for item in result.items] == [
        "step 1, z1 (forward): against the forward definition",
        "step 2, dl/dW1 (chain rule): against the complex step",
        "step 3, dl/dW1 (insert): against the complex step",
        "step 3, dl/dW1 (insert): matrix form",
        "step 3, dl/dW1 (insert): against the step before",
        "result, dl/dW1: against the complex step",
        "result, dl/dW1: matrix form",
        "result, dl/dW1: against central differences",
    ]
    assert {item.tolerance for item in result.items} == {DOUBLE, DIFFERENCES}
    assert result.max_error == max(item.error for item in result.items)


def test_a_wrong_step_is_found_among_right_ones() -> None:
    wrong = Step(RIGHT.quantity, W1_GRADIENT / 2, StepRule.INSERT, ".")
    result = check(replace(RIGHT, steps=(RIGHT.steps[0], wrong, RIGHT.steps[0])))
    failed = [item.what for item in result.items if not item.ok]
    assert failed == [
        "step 2, dl/dW1 (insert): against the complex step",
        "step 2, dl/dW1 (insert): against the step before",
        "step 3, dl/dW1 (collect): against the step before",
    ]


def test_only_what_passes_is_handed_on() -> None:
    assert checked(RIGHT) is RIGHT
    with pytest.raises(CheckError, match=r"dl/dW1 fails its check and is no answer: .*result, dl/dW1: against"):
        checked(replace(RIGHT, result=2 * RIGHT.result))


def test_the_same_seed_gives_the_same_check() -> None:
    assert check(RIGHT, seed=3) == check(RIGHT, seed=3)
    assert check(RIGHT, seed=3) != check(RIGHT, seed=4)


def test_an_expression_that_reads_its_own_quantity_fails() -> None:
    circular = derivation(perceptron(), "dl/dz1", (i,), (d,), at("dl/dz1", i))
    result = check(circular)
    assert not result.ok
    assert "reads dl/dz1 itself" in result.items[0].note


def test_a_value_may_be_given_by_its_name_but_not_by_a_formula_in_itself() -> None:
    assert check(derivation(perceptron(), "x", (i,), (n,), at("x", i))).ok
    assert not check(derivation(perceptron(), "z1", (i,), (d,), at("b1", i))).ok
    result = check(derivation(perceptron(), "z2", (i,), (d,), at("z2", i) * Bracket(at("z1", i) > 0)))
    assert not result.ok
    assert "reads z2 itself" in result.items[0].note


@pytest.mark.parametrize(
    ("name", "indices", "shape", "result", "note"),
    [
        ("dl/dW3", (i,), (d,), at("z1", i), "W3 is not a tensor of the model"),
        ("delta", (i,), (d,), at("z1", i), "delta is neither a tensor"),
        ("dl/dz1", (i,), (K,), at("y", i), "shape (3,), expected (2,)"),
        ("dl/dz1", (), (), at("l"), "shape (), expected (2,)"),
        ("dl/dz1", (i,), (d,), at("unheard", i), "unheard is needed and not given"),
        ("dl/dz1", (i,), (d,), sympy.log(0 * at("z1", i) - at("z1", i) ** 2), "not finite"),
        ("dl/dz1", (i,), (d,), sympy.zeta(at("z1", i)), "zeta has no number"),
    ],
)
def test_what_cannot_be_compared_fails_and_says_why(
    name: str, indices: tuple[Symbol, ...], shape: tuple[Expr, ...], result: Expr, note: str
) -> None:
    checked = check(derivation(perceptron(), name, indices, shape, result))
    assert not checked.ok
    assert checked.max_error == float("inf")
    assert any(note in item.note for item in checked.items), [item.note for item in checked.items]


def test_a_check_of_no_points_is_refused() -> None:
    with pytest.raises(ArrayError, match="at least one point"):
        check(RIGHT, points=0)


@pytest.mark.parametrize("seed", range(5))
def test_points_at_which_a_layer_is_dead_do_not_count_alone(seed: int) -> None:
    """The derivative through six ReLU units in a row is zero at most points; a wrong one must still be seen."""
    layers = range(1, 7)
    names = {0: "x", **{layer: f"h{layer}" for layer in layers}}
    rows = tuple(
        Row(tensor(names[m]), (), Function("ReLU")(at(names[m - 1]) * at(f"w{m}") + at(f"b{m}"))) for m in layers
    )
    parameters = (tensor(f"{letter}{m}", role="parameter") for m in layers for letter in "wb")
    model = Forward((tensor("x"), *parameters), rows, perceptron().functions)
    slope = sympy.prod([Bracket(at(names[m]) > 0) * at(f"w{m}") for m in layers])
    assert check(derivation(model, "dh6/dx", (), (), slope), seed, points=1).ok
    assert not check(derivation(model, "dh6/dx", (), (), sympy.S.Zero), seed, points=1).ok
    assert not check(derivation(model, "dh6/dx", (), (), slope / 2), seed, points=1).ok


def test_a_gradient_that_vanishes_is_checked_on_its_own_scale() -> None:
    rows = tuple(Row(tensor(f"h{m}"), (), SIGMA(at(f"h{m - 1}") if m > 1 else at("x")) / 100) for m in range(1, 21))
    model = Forward((tensor("x"),), rows, (SIGMA,))
    slopes = sympy.prod([at(f"h{m}") * (1 - 100 * at(f"h{m}")) for m in range(1, 21)])
    assert check(derivation(model, "dh20/dx", (), (), slopes)).ok
    assert not check(derivation(model, "dh20/dx", (), (), slopes * sympy.Rational(1001, 1000))).ok
    assert not check(derivation(model, "dh20/dx", (), (), sympy.S.Zero)).ok


def test_a_zero_that_cancels_passes_as_zero() -> None:
    total = Row(tensor("t"), (), over(at("a", i), i, K))
    model = replace(softmax_loss(), rows=(*softmax_loss().rows, total))
    assert check(derivation(model, "dt/dz", (i,), (K,), sympy.S.Zero)).ok
    assert not check(derivation(model, "dt/dz", (i,), (K,), at("a", i) * sympy.Float("1e-12"))).ok


@examples(50)
@given(st.floats(1e-30, 1e3), st.floats(1e-8, 1), st.sampled_from([DOUBLE, DIFFERENCES]))
def test_a_relative_change_is_seen_at_every_scale(scale: float, change: float, tolerance: float) -> None:
    truth = Measured(scale * np.array([1.0, -0.5, 0.1]), scale * np.full(3, 1e-17))
    floor = floor_of(truth, tolerance)
    assert relative_error(truth.value, truth.value, floor) == 0
    assert relative_error(truth.value * (1 + change), truth.value, floor) == pytest.approx(
        change / (1 + change), rel=1e-6
    )
    assert relative_error(0 * truth.value, truth.value, floor) == 1
    assert not is_zero(truth)


def test_rounding_of_a_sum_that_cancels_is_allowed_for_and_no_more() -> None:
    truth = Measured(np.array([1e-10]), np.array([1e-17]))
    floor = floor_of(truth, DOUBLE)
    assert relative_error(truth.value + 5e-17, truth.value, floor) < DOUBLE
    assert relative_error(truth.value + 5e-15, truth.value, floor) > DOUBLE
    assert relative_error(0 * truth.value, truth.value, floor) > DOUBLE


def test_nothing_compared_is_no_agreement() -> None:
    for value, truth in ((np.zeros(0), np.zeros(0)), (np.zeros(2), np.zeros((2, 1))), (np.array([np.nan]),) * 2):
        with pytest.raises(ArrayError):
            relative_error(value, truth, np.array(1.0))


def test_a_loss_near_0_is_told_from_its_rounding() -> None:
    images = "x:(C,H,W) -> Conv2d(F, 3, padding=1) -> ReLU -> GlobalAvgPool2d -> Linear(K)"
    assert check(network(images, "SoftmaxCrossEntropy").gradient("W1")).ok


NETWORKS = (
    ("x:n -> Linear(d) -> LayerNorm -> Tanh -> Linear(K)", "SoftmaxCrossEntropy"),
    ("x:(C,H,W) -> Conv2d(D,3) -> ReLU -> MaxPool2d(2) -> Flatten -> Linear(K)", "MSE"),
)


@pytest.mark.parametrize(("description", "loss"), NETWORKS)
def test_a_check_does_not_depend_on_what_was_checked_before(description: str, loss: str) -> None:
    net = network(description, loss)
    gradients = [net.gradient(name) for name in net.parameters]
    together = [check(gradient, seed=3) for gradient in gradients]
    for gradient, found in zip(reversed(gradients), reversed(together), strict=True):
        forget()
        assert check(gradient, seed=3) == found


def test_an_error_is_found_where_right_equations_were_checked_before() -> None:
    net = network(*NETWORKS[0])
    right = net.gradient("W1")
    assert check(right).ok
    first, *others = right.steps
    wrong = replace(right, steps=(replace(first, expression=2 * first.expression), *others))
    found = check(wrong)
    assert next(item.what for item in found.items if not item.ok).startswith("step 1, ")
    assert check(right).ok


@pytest.mark.parametrize(
    ("layers", "loss"),
    [
        ("x:n -> Linear(4) -> GELU -> Linear(K) -> y_hat", "MultiClassHinge"),
        ("x:n -> Linear(d) -> GELU -> Linear(K) -> y_hat", "L1"),
        ("x:n -> Linear(d) -> SiLU -> Linear(K) -> y_hat", "Huber"),
    ],
)
def test_the_step_along_the_imaginary_axis_crosses_no_boundary(layers: str, loss: str) -> None:
    """The square of the step would, beside a condition that is exactly at its boundary."""
    gradient = network(layers, loss, batch="B").gradient("W1")
    for seed in range(3):
        assert check(gradient, seed).ok


@pytest.mark.parametrize(
    ("layers", "loss", "batch", "name", "seed"),
    [
        ("x:n -> Linear(d1) -> ReLU -> Linear(K) -> y_hat", "BCEWithLogits", "B", "W1", 3),
        (
            "x:n -> Linear(d1) -> 5*ReLU -> Linear(d2) -> Linear(d3) -> Identity -> Linear(K) -> Sigmoid -> y_hat",
            "BCE",
            "B",
            "W3",
            0,
        ),
        ("x:n -> Linear(d1) -> ReLU -> Linear(d2) -> ReLU -> Linear(K) -> y_hat", "BCEWithLogits", "B", "W1", 3),
        # At all points of many units a logit is above 20, and 1 less its probability a few of the last digits.
        (
            "x:(C,H) -> AvgPool1d(3, stride=2) -> f -> Flatten -> Linear(d1) -> Dropout(0.5) -> 5*ReLU -> Linear(d2)"
            " -> Dropout(0.5) -> ReLU -> Linear(K) -> y_hat",
            "BCEWithLogits",
            "B",
            "b3",
            1,
        ),
        # A value of the first layer is exactly 0, and beside it a logit is 11.
        ("x:n -> Linear(d1) -> LeakyReLU -> Linear(K) -> y_hat", "BCEWithLogits", "4", "W1", 4),
    ],
)
def test_probabilities_near_1_are_rounded_and_no_more(layers: str, loss: str, batch: str, name: str, seed: int) -> None:
    """What is rounded is not wrong, and what is wrong by little more than that is."""
    gradient = network(layers, loss, batch=batch).gradient(name)
    assert check(gradient, seed).ok
    wrong = replace(gradient, result=gradient.result * sympy.Rational(10**7 + 1, 10**7), matrix=None)
    assert not check(wrong, seed).ok
