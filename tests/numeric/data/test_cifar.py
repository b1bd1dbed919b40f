from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy
import pytest

from numeric.data import DataError, cifar10, cifar_folder
from numeric.data.cifar import FOLDER
from tests.numeric.data.batches import batch, write_batches


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_batches_are_read_from_the_folder_or_the_one_above(tmp_path: Path, protocol: int) -> None:
    place = write_batches(tmp_path, 20, protocol)
    for folder in (place, tmp_path):
        training, test = cifar10(folder, batch_size=None)
        assert training.x.shape == (100, 3072)
        assert test.x.shape == (20, 3072)
        assert training.x.dtype == numpy.float32
        assert 0 <= training.x.min() <= training.x.max() <= 1
        first = batch(20, 0)
        assert numpy.array_equal(training.y[:20], first[b"labels"])
        assert numpy.array_equal(numpy.rint(training.x[:20] * 255), first[b"data"])


def test_the_official_size_is_expected_unless_told_otherwise(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="data_batch_1: data holds 40 images, expected 10000"):
        cifar10(write_batches(tmp_path))


def test_a_folder_without_the_batches(tmp_path: Path) -> None:
    assert cifar_folder(tmp_path) is None
    with pytest.raises(DataError, match=f"holds no CIFAR-10: expected the folder {FOLDER}"):
        cifar10(tmp_path)


def test_a_missing_batch_is_named(tmp_path: Path) -> None:
    place = write_batches(tmp_path)
    (place / "data_batch_3").unlink()
    with pytest.raises(DataError, match="lacks data_batch_3; CIFAR-10 is five training batches"):
        cifar10(place, None)


@pytest.mark.parametrize("kept", [0, 1, 100, 5000])
def test_a_truncated_batch_is_named(tmp_path: Path, kept: int) -> None:
    place = write_batches(tmp_path)
    whole = (place / "data_batch_2").read_bytes()
    (place / "data_batch_2").write_bytes(whole[:kept])
    with pytest.raises(DataError, match="data_batch_2 is truncated or no pickle"):
        cifar10(place, None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({b"labels": [10] * 40}, "label 0 is 10, expected 0 to 9"),
        ({b"labels": [0] * 39 + [-1]}, "label 39 is -1, expected 0 to 9"),
        ({b"labels": [2**70] * 40}, "labels hold a number of more than 64 bits"),
        ({b"labels": [0] * 39}, "40 images, but 39 labels"),
        ({b"labels": ["cat"] * 40}, "labels is a list, expected a list of integers"),
        ({b"labels": 3}, "labels is a int"),
        ({b"data": numpy.zeros((40, 3072))}, r"data is float64 \(40, 3072\), expected uint8 \(N, 3072\)"),
        ({b"data": numpy.zeros((40, 3000), numpy.uint8)}, r"data is uint8 \(40, 3000\)"),
        ({b"data": [1, 2]}, "data is a list"),
    ],
)
def test_a_batch_of_the_wrong_form_is_named(tmp_path: Path, change: dict[bytes, Any], message: str) -> None:
    place = write_batches(tmp_path)
    (place / "data_batch_4").write_bytes(pickle.dumps({**batch(40, 3), **change}))
    with pytest.raises(DataError, match=f"data_batch_4.*{message}"):
        cifar10(place, None)


def test_a_batch_without_a_key(tmp_path: Path) -> None:
    place = write_batches(tmp_path)
    (place / "test_batch").write_bytes(pickle.dumps({b"data": 1}))
    with pytest.raises(DataError, match="test_batch has no key labels; it has data"):
        cifar10(place, None)
    (place / "test_batch").write_bytes(pickle.dumps([1]))
    with pytest.raises(DataError, match="test_batch holds a list, expected a dictionary"):
        cifar10(place, None)
