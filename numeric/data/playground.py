"""The point sets of the TensorFlow playground: two features, drawn with a seed.

The sets are those that https://playground.tensorflow.org shows; ``noise`` is its slider divided by 100.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy
from numpy.random import Generator

from numeric.data.dataset import Array, Samples

TURNS = 1.75
RADIUS = 5.0
PLANE_RADIUS = 6.0
HILLS = numpy.array([(-4, 2.5), (0, 2.5), (4, 2.5), (-4, -2.5), (0, -2.5), (4, -2.5)])
HILL_SIGNS = numpy.array([1, -1, 1, -1, 1, -1])
HILL_WIDTH = 2.0


def spiral(samples: int, noise: float, random: Generator) -> Samples:
    """Two arms that wind 1.75 times around the origin, half a turn apart; noise moves each point."""
    arm = numpy.arange(samples) % 2
    along = (numpy.arange(samples) // 2) / (samples // 2)
    angle = 2 * numpy.pi * TURNS * along + numpy.pi * arm
    points = RADIUS * along[:, None] * numpy.stack([numpy.sin(angle), numpy.cos(angle)], axis=1)
    return Samples(points + noise * random.uniform(-1, 1, points.shape), arm)


def circle(samples: int, noise: float, random: Generator) -> Samples:
    """A disc (class 1) within a ring (class 0); noise changes labels near the edges."""
    inside = numpy.arange(samples) % 2 == 0
    low, high = numpy.where(inside, 0.0, 0.7 * RADIUS), numpy.where(inside, 0.5 * RADIUS, RADIUS)
    radius, angle = random.uniform(low, high), random.uniform(0, 2 * numpy.pi, samples)
    points = radius[:, None] * numpy.stack([numpy.sin(angle), numpy.cos(angle)], axis=1)
    moved = points + noise * random.uniform(-RADIUS, RADIUS, points.shape)
    return Samples(points, (numpy.hypot(*moved.T) < 0.5 * RADIUS).astype(int))


def xor(samples: int, noise: float, random: Generator) -> Samples:
    """Four squares around the origin, opposite ones of one class; noise changes labels near the axes."""
    points = random.uniform(-RADIUS, RADIUS, (samples, 2))
    points += numpy.where(points > 0, 0.3, -0.3)
    moved = points + noise * random.uniform(-RADIUS, RADIUS, points.shape)
    return Samples(points, (moved.prod(axis=1) >= 0).astype(int))


def gauss(samples: int, noise: float, random: Generator) -> Samples:
    """Two clouds around (2, 2) and (-2, -2), whose variance grows with the noise from 0.5 to 4."""
    cloud = numpy.arange(samples) % 2
    centre = numpy.where(cloud[:, None] == 1, 2.0, -2.0)
    return Samples(centre + numpy.sqrt(0.5 + 7 * noise) * random.standard_normal((samples, 2)), cloud)


def plane(samples: int, noise: float, random: Generator) -> Samples:
    """Regression: a target that rises along the diagonal; noise moves the place at which it is read."""
    points = random.uniform(-PLANE_RADIUS, PLANE_RADIUS, (samples, 2))
    moved = points + noise * random.uniform(-PLANE_RADIUS, PLANE_RADIUS, points.shape)
    return Samples(points, moved.sum(axis=1, keepdims=True) / 10)


def hills(samples: int, noise: float, random: Generator) -> Samples:
    """Regression: six hills and hollows in turn; noise moves the place at which they are read."""
    points = random.uniform(-PLANE_RADIUS, PLANE_RADIUS, (samples, 2))
    moved = points + noise * random.uniform(-PLANE_RADIUS, PLANE_RADIUS, points.shape)
    return Samples(points, _height(moved)[:, None])


def _height(points: Array) -> Array:
    distance = numpy.linalg.norm(points[:, None] - HILLS, axis=2)
    heights = HILL_SIGNS * numpy.clip(1 - distance / HILL_WIDTH, 0, None)
    return numpy.take_along_axis(heights, numpy.abs(heights).argmax(axis=1)[:, None], axis=1)[:, 0]


CLASSIFICATION: dict[str, Callable[[int, float, Generator], Samples]] = {
    "spiral": spiral,
    "circle": circle,
    "xor": xor,
    "gauss": gauss,
}
REGRESSION: dict[str, Callable[[int, float, Generator], Samples]] = {"plane": plane, "hills": hills}


def playground(name: str, samples: int, noise: float, seed: int) -> tuple[Samples, int | None]:
    """The samples of a set by its name, and the number of its classes (None for a regression)."""
    random = numpy.random.default_rng(seed)
    if name in CLASSIFICATION:
        return CLASSIFICATION[name](samples, noise, random), 2
    return REGRESSION[name](samples, noise, random), None
