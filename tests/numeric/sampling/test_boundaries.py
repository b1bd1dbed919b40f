from __future__ import annotations

import numpy as np
import pytest

from derive import layer, network
from numeric.expression.forward import forward
from numeric.sampling.boundaries import boundaries
from numeric.sampling.kinks import gaps
from numeric.sampling.points import MARGINS, sample_sizes


@pytest.mark.parametrize(
    ("text", "loss", "at"),
    [
        ("x:n -> Linear(d) -> Tanh -> Linear(m) -> ReLU -> Linear(K)", "MSE", "z3"),
        ("x:n -> Linear(d) -> LayerNorm -> LeakyReLU -> Linear(K)", "MSE", "z2"),
        ("x:(T,n) -> SelfAttention(n) -> a; a + x -> s; s -> ReLU -> Flatten -> Linear(K)", "MSE", "s"),
    ],
)
def test_values_behind_smooth_functions_are_exactly_0_at_some_point(text: str, loss: str, at: str) -> None:
    model = network(text, loss).forward
    found = boundaries(model, sample_sizes(model, 1), 1)
    assert not found.unmet
    assert any((forward(model, arrays)[at] == 0).any() for arrays in found.points)


def test_both_sides_of_a_hinge_meet_behind_smooth_functions() -> None:
    model = network("x:n -> Linear(d) -> Softplus -> Linear(K) -> y_hat", "MultiClassHinge").forward
    assert not boundaries(model, sample_sizes(model, 0), 0).unmet


def test_what_is_never_0_is_unmet() -> None:
    model = network("x:n -> Linear(d) -> Softmax -> ReLU -> Linear(K)", "MSE").forward
    found = boundaries(model, sample_sizes(model, 0), 0)
    assert found.unmet == gaps(model)
    assert found.points == ()


def test_a_maximum_of_one_candidate_has_no_boundary() -> None:
    model = layer("MaxPool1d(1, stride=2)").network.forward
    assert boundaries(model, sample_sizes(model, 0), 0).unmet == ()


def test_no_value_is_0_by_rounding_alone() -> None:
    # A sum of many numbers is nearly 0 at some candidates: another order of it would be on the other side there.
    model = network("x:n -> Sigmoid -> a; x + a -> s; s -> Linear(d) -> ReLU -> Linear(K)", "MSE").forward
    points = [point for seed in range(6) for point in boundaries(model, sample_sizes(model, seed), seed).points]
    assert points
    for arrays in points:
        values = forward(model, arrays)
        assert (values["z2"] == 0).any()
        assert not ((values["z2"] != 0) & (np.abs(values["z2"]) < MARGINS[-1])).any()
        assert np.isfinite(values["l"])
