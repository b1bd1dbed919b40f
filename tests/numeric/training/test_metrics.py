from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.training import accuracy, mse, weighted_accuracy

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
