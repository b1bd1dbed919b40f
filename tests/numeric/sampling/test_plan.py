"""What the sizes of a check must show, for layers and networks of many kinds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import layer, network
from derive.forward import Forward
from derive.layers import LAYERS
from numeric.sampling import Plan, plan
from numeric.sampling.features import LONG, OVERLAP, situations
from tests.examples import examples
from tests.needed import needed

SEEDS = st.integers(0, 3)


def shown(model: Forward, choices: Plan) -> set[tuple[str, object]]:
    """The kinds of features that some sizes of a plan have, with which of several they are."""
    found: set[tuple[str, object]] = set()
    for sizes in (*choices.telling, *choices.long, choices.ones):
        table = situations(model).table(sizes, 1)[:, 0]
        features = zip(situations(model).features, table, strict=True)
        found |= {(feature.kind, feature.which) for feature, holds in features if holds}
    return found


@examples(40)
@given(st.integers(1, 9), st.integers(1, 5), st.integers(0, 2), st.integers(1, 2), SEEDS)
def test_windows_stand_at_three_places_with_and_without_a_remainder(
    kernel: int, stride: int, padding: int, dilation: int, seed: int
) -> None:
    one = layer("Conv1d", 2, kernel, stride=stride, padding=padding, dilation=dilation)
    model = one.network.forward
    choices = plan(model, seed)
    lengths = {symbol.name: symbol for symbol in choices.telling[0]}
    span = dilation * (kernel - 1) + 1
    left = [sizes[lengths["L"]] + 2 * padding - span for sizes in choices.telling]
    assert any(rest // stride + 1 >= 3 for rest in left)
    if stride > 1:
        assert {rest % stride != 0 for rest in left} == {True, False}


@pytest.mark.parametrize(
    ("written", "lies"),
    [
        ("MaxPool2d(k, stride=s)", {OVERLAP, "touch", "gap"}),
        ("Conv1d(C_out, k, stride=s, dilation=d)", {OVERLAP, "touch", "gap"}),
        ("MaxPool1d(3, stride=2)", {OVERLAP}),
        ("MaxPool1d(3, stride=3)", {"touch"}),
        ("AvgPool1d(2, stride=3)", {"gap"}),
    ],
)
def test_windows_lie_in_every_way_that_they_can(written: str, lies: set[str]) -> None:
    model = layer(written).network.forward
    for seed in range(3):
        assert lies <= {str(which) for kind, which in shown(model, plan(model, seed)) if kind == "windows"}


@pytest.mark.parametrize("batch", [None, "B"])
@given(seed=SEEDS)
@examples(3)
def test_sizes_differ_and_sums_have_terms_at_the_first_point(batch: str | None, seed: int) -> None:
    for written in ("Linear(d)", "LayerNorm", "Softmax", "Attention", "LSTMCell(H)", "Conv2d(C_out, 3, stride=2)"):
        model = layer(written, batch=batch).network.forward
        first = plan(model, seed).telling[0]
        table = situations(model).table(first, 1)[:, 0]
        missing = [
            feature
            for feature, holds in zip(situations(model).features, table, strict=True)
            if feature.kind == "terms" and not holds
        ]
        assert not missing
        assert len({first[symbol] for symbol in first}) >= len(first) - 1


def test_one_point_is_long_and_one_is_as_small_as_it_can_be() -> None:
    model = network("x:n -> Linear(d) -> ReLU -> Linear(K)", loss="MSE", batch="B").forward
    for seed in range(4):
        choices = plan(model, seed)
        assert all(value >= LONG for value in choices.long[0].values())
        assert set(choices.ones.values()) == {1}


def test_every_layer_has_a_plan_whose_points_are_short_to_compute() -> None:
    for name in LAYERS:
        one = layer(name, **needed(name, LETTERS))
        model = one.network.forward
        choices = plan(model, 0)
        for sizes in (*choices.telling, *choices.long, choices.ones):
            assert situations(model).fit(sizes)
            assert float(situations(model).cost(sizes)) <= 8e6


LETTERS = {"outputs": "O", "hidden": "H", "rows": "V", "dimension": "D", "width": "D", "shape": ("A", 2), "kernel": 3}
"""What arguments without a default are given, where it is not 2."""


def test_sizes_that_are_given_stay() -> None:
    model = layer("Conv1d(C_out, k, stride=s)").network.forward
    size = next(symbol for symbol in plan(model, 0).telling[0] if symbol.name == "s")
    choices = plan(model, 0, ((size, 4),))
    assert {sizes[size] for sizes in (*choices.telling, *choices.long, choices.ones)} == {4}


def test_the_order_of_sets_has_no_say_in_a_plan() -> None:
    program = """
from derive import layer
from numeric.sampling.plan import plan
model = layer("ConvTranspose2d", "C_out", "k", stride="s").network.forward
print([sorted((str(size), number) for size, number in sizes.items()) for sizes in plan(model, 0).sizings])
"""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE
        )
        for seed in "01"
    ]
    first, second = (process.communicate()[0] for process in running)
    assert first
    assert second == first
