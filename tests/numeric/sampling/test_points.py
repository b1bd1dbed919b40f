from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import KroneckerDelta

from derive import layer, network
from derive.expression import symbols
from derive.expression.functions import ArgMax, Bracket
from derive.expression.scalar import ScalarFunction
from derive.expression.symbols import scalar
from derive.forward import Domain, Forward, Row
from numeric.errors import ArrayError
from numeric.expression.forward import forward
from numeric.sampling import plan
from numeric.sampling.kinks import gaps
from numeric.sampling.points import MARGINS, responsive_sample, sample, sample_sizes
from tests.examples import examples
from tests.numeric.models import K, at, convolution, d, i, j, k, n, over, perceptron, softmax_loss, tensor, u

SEEDS = st.integers(0, 1000)


@given(SEEDS)
def test_sizes_are_small_and_distinct(seed: int) -> None:
    sizes = sample_sizes(perceptron(), seed)
    assert len(set(sizes.values())) == len(sizes) == 3
    assert set(sizes.values()) <= {2, 3, 4, 5}


@given(SEEDS)
def test_points_keep_away_from_kinks(seed: int) -> None:
    values = forward(perceptron(), sample(perceptron(), seed))
    assert np.abs(values["z1"]).min() > MARGINS[0]
    assert values["z1"].min() < 0 < values["z1"].max()


def test_a_point_is_the_same_for_the_same_seed_only() -> None:
    first, again, other = (sample(perceptron(), seed) for seed in (4, 4, 5))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["x"].sum(), other["x"].sum())


def test_sizes_can_be_chosen() -> None:
    arrays = sample(perceptron(), 0, {n: 7})
    assert arrays["x"].shape == (7,)
    assert arrays["W1"].shape[1] == 7


CHECKS: dict[Domain, Callable[[Any], bool]] = {
    "real": lambda x: True,
    "positive": lambda x: bool((x > 0).all()),
    "unit": lambda x: bool(((x > 0) & (x < 1)).all()),
    "simplex": lambda x: bool((x > 0).all()) and np.allclose(x.sum(axis=-1), 1),
    "binary": lambda x: bool(np.isin(x, (0, 1)).all()),
    "one_hot": lambda x: bool(np.isin(x, (0, 1)).all()) and np.array_equal(x.sum(axis=-1), np.ones(len(x))),
    "log_simplex": lambda x: np.allclose(np.exp(x).sum(axis=-1), 1),
}


@examples(20)
@given(st.sampled_from(sorted(CHECKS)), SEEDS)
def test_domains(domain: Domain, seed: int) -> None:
    model = Forward(given=(tensor("t", n, d, domain=domain),), rows=())
    arrays = sample(model, seed)
    assert CHECKS[domain](arrays["t"])
    assert len({*arrays["t"].flat}) > 1


def test_classes_are_counted_by_the_axis_that_they_select() -> None:
    drawn = {
        (sample(softmax_loss(True), seed)["y"].item(), sample_sizes(softmax_loss(True), seed)[K]) for seed in range(40)
    }
    assert all(0 <= label < classes for label, classes in drawn)
    assert any(label == classes - 1 for label, classes in drawn)
    by_delta = Row(tensor("l"), (), over(KroneckerDelta(k, at("y")) * at("z", k), k, K))
    by_bracket = replace(by_delta, expression=over(Bracket(sympy.Eq(k, at("y"))) * at("z", k), k, K))
    by_subscript = replace(by_delta, expression=at("z", at("y")))
    for row in (by_delta, by_bracket, by_subscript):
        model = replace(softmax_loss(True), rows=(row,))
        for seed in range(20):
            arrays = sample(model, seed)
            assert forward(model, arrays)["l"] == arrays["z"][int(arrays["y"])]
    with pytest.raises(ArrayError, match="y holds classes, but no row selects"):
        sample(replace(softmax_loss(True), rows=()), 0)


def test_hyper_parameters_get_positive_values() -> None:
    slope = scalar("slope")
    leaky = ScalarFunction("leaky", u, u * Bracket(u > 0) + slope * u * Bracket(u <= 0))
    model = Forward(given=(tensor("x", n),), rows=(Row(tensor("y", n), (i,), leaky(at("x", i))),), functions=(leaky,))
    arrays = sample(model, 0)
    assert 0 < arrays["slope"] < 1
    x = arrays["x"]
    assert np.allclose(forward(model, arrays)["y"], np.where(x > 0, x, arrays["slope"] * x))


def test_gaps_are_found_in_functions_sums_and_absolute_values() -> None:
    (gap,) = gaps(perceptron())
    assert gap.expression == at("z1", i)
    row = Row(tensor("l"), (), over(sympy.Abs(at("x", i) - at("y", i)), i, n))
    (gap,) = gaps(Forward(given=(tensor("x", n), tensor("y", n)), rows=(row,)))
    assert gap.expression == at("x", i) - at("y", i)
    assert gap.ranges == ((i, n),)
    tail = Row(tensor("l"), (), sympy.Sum(sympy.Abs(at("x", i)), (i, 2, n - 1)))
    (gap,) = gaps(Forward(given=(tensor("x", n),), rows=(tail,)))
    assert (gap.expression, gap.ranges) == (at("x", i + 2), ((i, n - 2),))
    assert gaps(convolution()) == ()


def test_a_point_at_which_a_partial_is_not_zero() -> None:
    dead = Row(tensor("y", n), (i,), at("x", i) * Bracket(at("t") > sympy.Rational(9, 4)))
    model = Forward(given=(tensor("x", n), tensor("t")), rows=(dead,))
    for seed in range(3):
        found = responsive_sample(model, seed, "dy/dx")
        assert found is not None
        assert found["t"] > 2.25
    assert responsive_sample(model, 0, "dy/dt") is None
    with pytest.raises(ArrayError, match="y is not the name of a partial"):
        responsive_sample(model, 0, "y")


def test_a_held_tensor_is_held_where_a_response_is_sought() -> None:
    rows = (Row(tensor("t", n), (i,), at("x", i)), Row(tensor("y", n), (i,), at("x", i) - at("t", i)))
    model = Forward(given=(tensor("x", n),), rows=rows)
    assert responsive_sample(model, 0, "dy/dx") is None
    assert responsive_sample(model, 0, "dy/dx|t") is not None


def test_points_keep_away_from_ties_of_a_maximum() -> None:
    place = ArgMax(at("x", i, j), (j, 0, d - 1))
    rows = (
        Row(tensor("m", n, role="hidden", domain="index"), (i,), place),
        Row(tensor("y", n), (i,), at("x", i, at("m", i))),
    )
    model = Forward(given=(tensor("x", n, d),), rows=rows)
    for seed in range(30):
        values = forward(model, sample(model, seed))
        ordered = np.sort(values["x"], axis=1)
        assert np.diff(ordered, axis=1).min() > MARGINS[-1]
        assert np.array_equal(values["y"], ordered[:, -1])


def test_sizes_fit_dimensions_that_could_be_empty_or_fractional() -> None:
    model = Forward(given=(tensor("a", n - 4), tensor("b", n / 3), tensor("c", d)), rows=())
    for seed in range(5):
        sizes = sample_sizes(model, seed)
        assert sizes[n] >= 5
        assert sizes[n] % 3 == 0


def test_a_row_that_is_not_finite_is_avoided() -> None:
    model = Forward(given=(tensor("x", n),), rows=(Row(tensor("y", n), (i,), sympy.log(at("x", i))),))
    assert (sample(model, 0)["x"] > 0).all()


@pytest.mark.parametrize(
    ("formula", "inside"),
    [
        (sympy.log(at("x", i) - 3), lambda x: x > 3),
        (sympy.log(-at("x", i) - 20), lambda x: x < -20),
        (sympy.sqrt(at("x", i) - 1000), lambda x: x > 1000),
        (sympy.acosh(at("x", i) - 7), lambda x: x > 8),
        (sympy.asin(at("x", i) - 4), lambda x: abs(x - 4) < 1),
        (sympy.log(at("x", i) - 3) * sympy.sqrt(10 - at("x", i)), lambda x: (x > 3) & (x < 10)),
        (sympy.log(u - 2) * at("x", i), lambda x: np.isfinite(x)),
    ],
)
def test_functions_that_have_values_far_from_0_only(formula: sympy.Expr, inside: Callable[[Any], Any]) -> None:
    model = Forward(given=(tensor("x", n),), rows=(Row(tensor("y", n), (i,), formula),))
    for seed in range(3):
        assert inside(sample(model, seed)["x"]).all()


def test_no_point_away_from_the_kink() -> None:
    copy = Row(tensor("copy", n), (i,), at("x", i))
    tied = Row(tensor("y", n), (i,), sympy.Abs(at("x", i) - at("copy", i)))
    with pytest.raises(ArrayError, match=r"farther than 0\.0005 from every kink"):
        sample(Forward(given=(tensor("x", n),), rows=(copy, tied)), 0)


@pytest.mark.parametrize(
    "written",
    [
        "Conv1d(C_out, k, stride=s, padding=p)",
        "Conv2d(C_out, k, stride=s, padding=p, dilation=d)",
        "ConvTranspose2d(C_out, k, stride=s, padding=p)",
        "MaxPool2d(k, stride=s)",
    ],
)
def test_windows_overlap_at_some_of_the_sizes_that_are_drawn(written: str) -> None:
    for seed in range(6):
        choices = plan(layer(written).network.forward, seed).telling
        named = [{str(symbol): value for symbol, value in sizes.items()} for sizes in choices]
        assert any(1 < sizes["s"] < sizes.get("d", 1) * (sizes["k"] - 1) + 1 for sizes in named)


def test_sizes_of_long_sums_are_kept_small() -> None:
    model = layer("Conv3d(C_out, k, stride=s, padding=p)").network.forward
    for seed in range(4):
        sizes = {str(symbol): value for symbol, value in sample_sizes(model, seed).items()}
        weights = sizes["C_out"] * sizes["C"] * sizes["k"] ** 3
        assert weights * sizes["D_out"] * sizes["H_out"] * sizes["W_out"] * weights < 10**8
        assert sizes["C"] != sizes["C_out"]


def test_a_number_beyond_floating_point_is_named() -> None:
    model = Forward((tensor("x"),), (Row(tensor("f"), (), sympy.Integer(10) ** 400 * at("x")),))
    with pytest.raises(ArrayError, match=r"1\.00e\+400 is beyond the range of floating-point numbers"):
        sample(model, seed=0)


@pytest.mark.parametrize("loss", ["NLL", "NLL(class)"])
def test_a_slope_of_0_is_none_where_exponentials_are_next_to_0(loss: str) -> None:
    model = network("z:K -> LogSoftmax", loss).forward
    alone = {symbols.size("K"): 1}
    assert all(responsive_sample(model, seed, "dl/dz", alone) is None for seed in range(6))
    assert responsive_sample(model, 0, "dl/dz", {symbols.size("K"): 2}) is not None
