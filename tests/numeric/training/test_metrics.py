from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.training import accuracy, mse, r_squared, rmse, weighted_accuracy

LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


@given(LABELS)
def test_weighted_accuracy_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    predicted, true = numpy.array(pairs).T
    recalls = metrics.recall_score(true, predicted, labels=numpy.unique(true), average=None, zero_division=0)
    assert weighted_accuracy(predicted, true) == pytest.approx(recalls.mean())
    assert accuracy(predicted, true) == pytest.approx(metrics.accuracy_score(true, predicted))


@given(LABELS)
def test_weights_of_the_shares_give_the_plain_accuracy(pairs: list[tuple[int, int]]) -> None:
    predicted, true = numpy.array(pairs).T
    shares = numpy.bincount(true, minlength=4) / len(true)
    assert weighted_accuracy(predicted, true, shares.tolist()) == pytest.approx(accuracy(predicted, true))


def test_saying_always_the_common_class_is_worth_half() -> None:
    true = numpy.repeat([0, 1], [95, 5])
    always = numpy.zeros(100, dtype=int)
    assert accuracy(always, true) == 0.95
    assert weighted_accuracy(always, true) == 0.5


def test_squared_errors_are_in_the_unit_of_the_target() -> None:
    assert mse(numpy.array([[1.0], [3.0]]), numpy.array([[0.0], [0.0]])) == 5
    assert mse(numpy.array([[1.0], [3.0]]), numpy.array([[0.0], [0.0]]), unit=10) == 500
    assert rmse(numpy.array([[1.0], [3.0]]), numpy.array([[0.0], [0.0]]), unit=10) == pytest.approx(500**0.5)


@pytest.mark.parametrize("outputs", [1, 3])
def test_the_share_of_the_variance_is_that_of_scikit_learn_and_has_no_unit(outputs: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = numpy.random.default_rng(outputs)
    targets, predicted = random.normal(size=(20, outputs)), random.normal(size=(20, outputs))
    assert r_squared(predicted, targets) == pytest.approx(metrics.r2_score(targets, predicted))
    assert r_squared(7 + 5 * predicted, 7 + 5 * targets) == pytest.approx(r_squared(predicted, targets))
    assert r_squared(targets, targets) == 1
    assert r_squared(numpy.broadcast_to(targets.mean(axis=0), targets.shape), targets) == pytest.approx(0)


def test_targets_that_are_all_the_same_have_no_share_of_the_variance() -> None:
    assert numpy.isnan(r_squared(numpy.zeros((3, 1)), numpy.ones((3, 1))))
