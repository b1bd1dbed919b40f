from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.data import DataError, Samples, checked, divided, thinned


def labelled(counts: list[int], features: int = 3) -> Samples:
    y = numpy.repeat(numpy.arange(len(counts)), counts)
    return Samples(numpy.random.default_rng(0).normal(5, 2, (len(y), features)), y)


@given(st.lists(st.integers(10, 60), min_size=2, max_size=4), st.integers(0, 99))
def test_groups_hold_every_sample_once_and_every_class_alike(counts: list[int], seed: int) -> None:
    samples = labelled(counts)
    data = divided("drawn", samples, len(counts), validation=0.2, test=0.3, scaling="none", seed=seed)
    together = numpy.concatenate([data.train.x, data.validation.x, data.test.x])
    assert sorted(map(tuple, together)) == sorted(map(tuple, samples.x))
    for label, count in enumerate(counts):
        assert abs((data.validation.y == label).sum() - 0.2 * count) <= 1
        assert abs((data.test.y == label).sum() - 0.3 * count) <= 1


def test_the_training_samples_alone_decide_the_scale() -> None:
    data = divided("drawn", labelled([50, 50]), 2)
    assert numpy.allclose(data.train.x.mean(axis=0), 0)
    assert numpy.allclose(data.train.x.std(axis=0), 1)
    assert not numpy.allclose(data.test.x.mean(axis=0), 0)


def test_one_scale_for_all_features_keeps_their_proportions() -> None:
    samples = labelled([50, 50])
    data = divided("drawn", Samples(samples.x * [1, 10, 100], samples.y), 2, scaling="all")
    deviation = data.train.x.std(axis=0)
    assert deviation[2] > 50 * deviation[0]
    assert data.train.x.std() == pytest.approx(1)


def test_the_target_of_a_regression_is_scaled_and_its_unit_known() -> None:
    samples = Samples(numpy.ones((40, 1)), numpy.arange(40.0)[:, None])
    data = divided("line", samples)
    assert data.train.y.std() == pytest.approx(1)
    spread = numpy.ptp(numpy.concatenate([data.train.y, data.validation.y, data.test.y]))
    assert spread * data.unit == pytest.approx(39)


def test_a_feature_that_never_changes_is_no_division_by_zero() -> None:
    assert not divided("flat", Samples(numpy.ones((20, 2)), numpy.arange(20) % 2), 2).train.x.any()


def test_the_seed_decides() -> None:
    one, same, other = (divided("drawn", labelled([30, 30]), 2, seed=seed).fingerprint() for seed in (0, 0, 1))
    assert one == same != other


def test_samples_of_a_class_are_thinned_out() -> None:
    left = thinned(labelled([100, 40]), {0: 0.1})
    assert numpy.bincount(left.y).tolist() == [10, 40]
    with pytest.raises(DataError, match="there is no class 7 to thin out; the labels go from 0 to 1"):
        thinned(labelled([10, 10]), {7: 0.5})


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (Samples(numpy.array([[0.0], [numpy.nan]]), numpy.array([0, 1])), r"bad: x\[1, 0\] is nan"),
        (Samples(numpy.zeros((2, 1)), numpy.array([[0.0], [numpy.inf]])), r"bad: y\[1, 0\] is inf"),
        (Samples(numpy.zeros((2, 1)), numpy.array([0, 2])), "bad: label 1 is 2, expected 0 to 1"),
        (Samples(numpy.zeros((2, 1)), numpy.array([0, -1])), "bad: label 1 is -1, expected 0 to 1"),
        (Samples(numpy.zeros((3, 1)), numpy.array([0, 1])), "bad: x has 3 samples, but y has 2"),
        (Samples(numpy.zeros((2, 1), dtype=int), numpy.array([0, 1])), "bad: x is of type int64, expected float32"),
        (Samples(numpy.zeros((2, 1)), numpy.array([0.0, 1.0])), "bad: labels are of type float64, expected integers"),
        (Samples(numpy.zeros((0, 1)), numpy.array([], dtype=int)), "bad: there are no samples"),
    ],
)
def test_what_cannot_be_learnt_from_is_named(samples: Samples, message: str) -> None:
    with pytest.raises(DataError, match=message):
        checked(samples, "bad", 2 if samples.y.ndim == 1 else None)


def test_shares_that_leave_no_training() -> None:
    with pytest.raises(DataError, match="leave no training"):
        divided("drawn", labelled([10, 10]), 2, validation=0.5, test=0.5)
    with pytest.raises(DataError, match="cannot be divided"):
        divided("drawn", labelled([2, 2]), 2, validation=0.1, test=0.1)
