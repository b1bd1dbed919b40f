from __future__ import annotations

import numpy
import pytest

from numeric.data.playground import CLASSIFICATION, REGRESSION, playground


@pytest.mark.parametrize("name", CLASSIFICATION)
def test_a_set_has_two_classes_and_its_seed_decides(name: str) -> None:
    samples, classes = playground(name, 200, 0.1, seed=3)
    assert classes == 2
    assert samples.x.shape == (200, 2)
    assert set(samples.y) == {0, 1}
    again, other = playground(name, 200, 0.1, seed=3)[0], playground(name, 200, 0.1, seed=4)[0]
    assert numpy.array_equal(samples.x, again.x)
    assert not numpy.array_equal(samples.x, other.x)


@pytest.mark.parametrize("name", REGRESSION)
def test_a_regression_has_targets_between_its_bounds(name: str) -> None:
    samples, classes = playground(name, 300, 0.0, seed=0)
    assert classes is None
    assert samples.y.shape == (300, 1)
    assert numpy.abs(samples.y).max() <= 1.2
    assert samples.y.std() > 0.1


def test_the_arms_of_the_spiral_are_half_a_turn_apart() -> None:
    samples, _ = playground("spiral", 100, 0.0, seed=0)
    assert numpy.allclose(samples.x[samples.y == 0], -samples.x[samples.y == 1])
    radius = numpy.hypot(*samples.x[samples.y == 0].T)
    assert numpy.all(numpy.diff(radius) > 0)


def test_noise_moves_points_by_at_most_itself() -> None:
    quiet, noisy = (playground("spiral", 100, noise, seed=0)[0].x for noise in (0.0, 0.2))
    assert 0.1 < numpy.abs(quiet - noisy).max() <= 0.2


def test_without_noise_a_rule_tells_the_classes() -> None:
    disc, squares = (playground(name, 200, 0.0, seed=1)[0] for name in ("circle", "xor"))
    assert numpy.array_equal(numpy.hypot(*disc.x.T) < 2.5, disc.y == 1)
    assert numpy.array_equal(squares.x.prod(axis=1) > 0, squares.y == 1)
