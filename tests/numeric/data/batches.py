"""A small folder in the form of the official CIFAR-10 batches."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy

from numeric.data.cifar import FOLDER, PIXELS, TEST, TRAINING


def batch(count: int, seed: int) -> dict[bytes, Any]:
    random = numpy.random.default_rng(seed)
    labels = [int(label) for label in random.permutation(numpy.arange(count) % 10)]
    # The brightness tells the class, so that there is something to learn.
    data = numpy.clip(random.normal(25 * numpy.array(labels)[:, None], 20, (count, PIXELS)), 0, 255)
    return {b"data": data.astype(numpy.uint8), b"labels": labels, b"batch_label": b"a batch", b"filenames": [b"a.png"]}


def write_batches(folder: Path, count: int = 40, protocol: int = 2) -> Path:
    """Write the five training batches and the test batch with so many images each; the folder that holds them."""
    place = folder / FOLDER
    place.mkdir(parents=True)
    for seed, name in enumerate((*TRAINING, TEST)):
        (place / name).write_bytes(pickle.dumps(batch(count, seed), protocol=protocol))
    return place
