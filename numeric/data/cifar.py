"""The official CIFAR-10 batches in their Python form: six pickles in the folder ``cifar-10-batches-py``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy

from numeric.data.dataset import Array, Samples, check_labels
from numeric.data.plain_pickle import read_plain_pickle
from numeric.errors import DataError

FOLDER = "cifar-10-batches-py"
TRAINING = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = "test_batch"
CLASSES = 10
PIXELS = 3 * 32 * 32
OFFICIAL_SIZE = 10000


def cifar_folder(folder: Path) -> Path | None:
    """The folder of the batches: this one or the one of that name inside it; None if neither is there."""
    inside = folder / FOLDER
    return inside if inside.is_dir() else folder if (folder / TEST).is_file() or folder.name == FOLDER else None


def cifar10(folder: Path, batch_size: int | None = OFFICIAL_SIZE) -> tuple[Samples, Samples]:
    """The training samples and the test samples: inputs (N, 3072) from 0 to 1 in float32, class numbers (N,).

    A file must hold ``batch_size`` images, unless that is None.

    Raises:
        DataError: a file is missing, truncated, refused or of the wrong form; the message names it.
    """
    place = cifar_folder(folder)
    if place is None:
        raise DataError(f"{folder} holds no CIFAR-10: expected the folder {FOLDER} with {TRAINING[0]}, ..., {TEST}")
    missing = [name for name in (*TRAINING, TEST) if not (place / name).is_file()]
    if missing:
        raise DataError(f"{place} lacks {', '.join(missing)}; CIFAR-10 is five training batches and {TEST}")
    batches = [_batch(place / name, batch_size) for name in TRAINING]
    x = numpy.concatenate([_inputs(data) for data, _ in batches])
    test_data, test_labels = _batch(place / TEST, batch_size)
    training = Samples(x, numpy.concatenate([labels for _, labels in batches]))
    return training, Samples(_inputs(test_data), test_labels)


def _inputs(data: Array) -> Array:
    return data.astype(numpy.float32) / numpy.float32(255)


def _batch(path: Path, batch_size: int | None) -> tuple[Array, Array]:
    """The images (N, 3072) of bytes and the labels (N,) of one file."""
    content = read_plain_pickle(path)
    if not isinstance(content, dict):
        raise DataError(f"{path} holds a {type(content).__name__}, expected a dictionary with data and labels")
    entries = {key.decode("latin1") if isinstance(key, bytes) else key: value for key, value in content.items()}
    for key in ("data", "labels"):
        if key not in entries:
            raise DataError(f"{path} has no key {key}; it has {_listed(entries)}")
    data, labels = entries["data"], _labels(entries["labels"], path)
    if not isinstance(data, numpy.ndarray) or data.dtype != numpy.uint8 or data.ndim != 2 or data.shape[1] != PIXELS:
        raise DataError(f"{path}: data is {_form(data)}, expected uint8 (N, {PIXELS})")
    if batch_size is not None and len(data) != batch_size:
        raise DataError(f"{path}: data holds {len(data)} images, expected {batch_size}")
    if len(labels) != len(data):
        raise DataError(f"{path}: there are {len(data)} images, but {len(labels)} labels")
    check_labels(labels, CLASSES, str(path))
    return data, labels


def _labels(labels: Any, path: Path) -> Array:
    plain = isinstance(labels, list) and all(type(label) is int for label in labels)
    array = isinstance(labels, numpy.ndarray) and labels.ndim == 1 and labels.dtype.kind in "iu"
    if not (plain or array):
        raise DataError(f"{path}: labels is {_form(labels)}, expected a list of integers")
    try:
        return numpy.asarray(labels, dtype=numpy.int64)
    except OverflowError as error:
        raise DataError(f"{path}: labels hold a number of more than 64 bits, expected 0 to {CLASSES - 1}") from error


def _listed(names: Iterable[str]) -> str:
    """A few names for a message."""
    few = sorted(name[:40] for name in names)[:10]
    return ", ".join(few) or "none"


def _form(value: Any) -> str:
    return f"{value.dtype} {value.shape}" if isinstance(value, numpy.ndarray) else f"a {type(value).__name__}"
