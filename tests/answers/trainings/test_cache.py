from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from answers.trainings.cache import VARIABLE, Cache, cache_folder
from numeric.training import save_arrays
from tests.answers.trainings.described import job, outcome


def test_a_result_comes_back_bit_for_bit(tmp_path: Path) -> None:
    cache, trained = Cache(tmp_path), outcome().trained
    assert cache.find(cache.path(job().description())) is None
    cache.store(cache.path(job().description()), trained)
    found = cache.find(cache.path(job().description()))
    assert found is not None
    assert found.test == trained.test
    for name, array in trained.parameters.items():
        assert array.tobytes() == found.parameters[name].tobytes()
    for name, values in trained.history.items():
        assert values.tobytes() == found.history[name].tobytes()


@pytest.mark.parametrize("change", [{"seed": 1}, {"epochs": 5}, {"data": {"kind": "xor"}}, {"decay": 0.9}])
def test_another_training_is_not_found(tmp_path: Path, change: dict[str, object]) -> None:
    cache = Cache(tmp_path)
    cache.store(cache.path(job().description()), outcome().trained)
    assert cache.find(cache.path(job(**change).description())) is None


def test_other_code_is_another_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    before = cache.path(job().description())
    monkeypatch.setattr("answers.trainings.cache.code_digest", lambda: "other")
    assert cache.path(job().description()) != before


def test_a_damaged_result_is_not_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store(cache.path(job().description()), outcome().trained)
    path = cache.path(job().description())
    content = bytearray(path.read_bytes())
    place = content.index(b"parameters/W1") + 200
    content[place] ^= 1
    path.write_bytes(content)
    assert cache.find(cache.path(job().description())) is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "inside")
    cache.store(cache.path(job().description()), outcome().trained)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_the_variable_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv(VARIABLE)
    assert "gradsheet" in cache_folder().parts


def test_arrays_that_are_no_result_are_not_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    several = {"stopped": numpy.array(""), "test/accuracy": numpy.ones(3), "first_losses": numpy.ones(1)}
    for arrays in ({"a": numpy.ones(3)}, several):
        save_arrays(tmp_path / "kept.npz", arrays)
        assert cache.find(tmp_path / "kept.npz") is None
