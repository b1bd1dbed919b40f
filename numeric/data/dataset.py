"""The one value that every source of data gives: samples for training, for validation and for the test."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy
from numpy.typing import NDArray

from numeric.errors import DataError

Array = NDArray[Any]
Scaling = Literal["feature", "all", "none"]
"""Which mean and deviation an input is brought to 0 and 1 by: each feature's own, those of all, or neither."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs ``x`` (N, ...) and targets ``y``: class numbers (N,), or real numbers (N, K)."""

    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, chosen: Array | slice) -> Samples:
        """The samples at these places."""
        return Samples(self.x[chosen], self.y[chosen])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples in three groups. ``classes`` is their number, or None for a regression.

    ``unit`` is what one unit of a target stands for, by which it was divided (1 if it was not).
    """

    name: str
    train: Samples
    validation: Samples
    test: Samples
    classes: int | None = None
    unit: float = 1.0

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return tuple(self.train.x.shape[1:])

    def as_type(self, dtype: str) -> Dataset:
        """The same with real numbers of that type, float32 or float64."""
        train, validation, test = (_as_type(samples, dtype) for samples in (self.train, self.validation, self.test))
        return replace(self, train=train, validation=validation, test=test)

    def fingerprint(self) -> str:
        """A hash of every array: equal data have equal fingerprints."""
        digest = hashlib.sha256(f"{self.name} {self.classes} {self.unit!r}".encode())
        for samples in (self.train, self.validation, self.test):
            for array in (samples.x, samples.y):
                digest.update(f"{array.dtype} {array.shape}".encode())
                digest.update(numpy.ascontiguousarray(array).data)
        return digest.hexdigest()


def checked(samples: Samples, what: str, classes: int | None = None) -> Samples:
    """The samples, if they can be learnt from.

    Raises:
        DataError: there are none, their numbers differ, one is not finite, or a label is out of range; the
            message begins with ``what`` and names the array.
    """
    x, y = samples.x, samples.y
    if len(x) != len(y):
        raise DataError(f"{what}: x has {len(x)} samples, but y has {len(y)}")
    if not len(x):
        raise DataError(f"{what}: there are no samples")
    if x.dtype not in (numpy.float32, numpy.float64):
        raise DataError(f"{what}: x is of type {x.dtype}, expected float32 or float64")
    for name, array in (("x", x), ("y", y)):
        if array.dtype.kind == "f" and not numpy.isfinite(array).all():
            place = tuple(int(at) for at in numpy.argwhere(~numpy.isfinite(array))[0])
            raise DataError(f"{what}: {name}{list(place)} is {array[place]}, expected a finite number")
    if classes is not None:
        check_labels(y, classes, what)
    return samples


def check_labels(labels: Array, classes: int, what: str) -> None:
    """See that labels are class numbers from 0.

    Raises:
        DataError: they are no integers, or one is out of range.
    """
    if labels.ndim != 1:
        raise DataError(f"{what}: labels have shape {labels.shape}, expected (N,)")
    if labels.dtype.kind not in "iu":
        raise DataError(f"{what}: labels are of type {labels.dtype}, expected integers")
    wrong = numpy.flatnonzero((labels < 0) | (labels >= classes))
    if len(wrong):
        raise DataError(f"{what}: label {wrong[0]} is {labels[wrong[0]]}, expected 0 to {classes - 1}")


def divided(
    name: str,
    samples: Samples,
    classes: int | None = None,
    *,
    validation: float = 0.2,
    test: float | Samples = 0.2,
    scaling: Scaling = "feature",
    seed: int = 0,
) -> Dataset:
    """A dataset from samples: shuffled, divided class by class, and scaled by the training samples alone.

    ``test`` is a share of the samples, or samples of their own. The target of a regression is scaled too.

    Raises:
        DataError: the samples cannot be learnt from, or a group would be empty.
    """
    checked(samples, name, classes)
    share = test if isinstance(test, float) else 0.0
    if not (validation > 0 and share >= 0 and validation + share < 1):
        raise DataError(f"{name}: shares of {validation:g} for validation and {share:g} for the test leave no training")
    places = _shares(samples.y if classes else None, len(samples), (validation, share), seed)
    held_out = samples[places[1]] if isinstance(test, float) else checked(test, f"{name}, test", classes)
    groups = (samples[places[2]], samples[places[0]], held_out)
    if not all(map(len, groups)):
        sizes = ", ".join(str(len(group)) for group in groups)
        raise DataError(f"{name}: {len(samples)} samples cannot be divided ({sizes} for training, validation, test)")
    dataset = Dataset(name, *groups, classes)
    return _scaled_targets(_scaled(dataset, scaling)) if classes is None else _scaled(dataset, scaling)


def thinned(samples: Samples, keep: dict[int, float], seed: int = 0) -> Samples:
    """The samples without some of certain classes: of class c only the share ``keep[c]`` stays.

    Raises:
        DataError: there is no such class.
    """
    random = numpy.random.default_rng([seed, 1])
    stays = numpy.ones(len(samples), dtype=bool)
    for label, share in sorted(keep.items()):
        places = numpy.flatnonzero(samples.y == label)
        if not len(places):
            raise DataError(f"there is no class {label} to thin out; the labels go from 0 to {samples.y.max()}")
        stays[random.permutation(places)[max(1, round(share * len(places))) :]] = False
    return samples[stays]


def _shares(labels: Array | None, count: int, shares: tuple[float, ...], seed: int) -> list[Array]:
    """Places of random groups of these shares and of what is left, shuffled; of each class alike."""
    random = numpy.random.default_rng(seed)
    strata = [numpy.arange(count)] if labels is None else [numpy.flatnonzero(labels == c) for c in numpy.unique(labels)]
    groups: list[list[Array]] = [[] for _ in range(len(shares) + 1)]
    for stratum in strata:
        ends = numpy.rint(numpy.cumsum(shares) * len(stratum)).astype(int)
        for group, places in zip(groups, numpy.split(random.permutation(stratum), ends), strict=True):
            group.append(places)
    return [random.permutation(numpy.concatenate(group)) for group in groups]


def _scaled(dataset: Dataset, scaling: Scaling) -> Dataset:
    if scaling == "none":
        return dataset
    axis = 0 if scaling == "feature" else None
    mean, deviation = dataset.train.x.mean(axis=axis), dataset.train.x.std(axis=axis)
    # A feature that is the same in all training samples says nothing; it becomes 0 there.
    deviation = numpy.where(deviation > 0, deviation, 1).astype(deviation.dtype)
    return replace(
        dataset,
        train=Samples((dataset.train.x - mean) / deviation, dataset.train.y),
        validation=Samples((dataset.validation.x - mean) / deviation, dataset.validation.y),
        test=Samples((dataset.test.x - mean) / deviation, dataset.test.y),
    )


def _scaled_targets(dataset: Dataset) -> Dataset:
    mean, unit = dataset.train.y.mean(axis=0), float(dataset.train.y.std()) or 1.0
    return replace(
        dataset,
        unit=unit,
        train=Samples(dataset.train.x, (dataset.train.y - mean) / unit),
        validation=Samples(dataset.validation.x, (dataset.validation.y - mean) / unit),
        test=Samples(dataset.test.x, (dataset.test.y - mean) / unit),
    )


def _as_type(samples: Samples, dtype: str) -> Samples:
    x, y = samples.x, samples.y
    return Samples(x.astype(dtype, copy=False), y.astype(dtype, copy=False) if y.dtype.kind == "f" else y)
