from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy
import pytest

from numeric.training import TrainingError, load_arrays, save_arrays
from tests.numeric.training.learning import settings, trained

CHILD = """
from pathlib import Path
import sys
from tests.numeric.training.learning import settings, trained
trained(settings(epochs=100000), checkpoint=Path(sys.argv[1]), every_seconds=0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_training_that_was_killed_goes_on_bit_for_bit(tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.npz"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(checkpoint)], env={**os.environ})
    try:
        deadline = time.monotonic() + 60
        while not _epochs(checkpoint) and child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    done = _epochs(checkpoint)
    assert done > 0
    chosen = settings(epochs=done + 7)
    resumed, whole = trained(chosen, checkpoint=checkpoint), trained(chosen)
    assert resumed.epochs == whole.epochs == done + 7
    for name, array in whole.parameters.items():
        assert array.tobytes() == resumed.parameters[name].tobytes()
    for name, values in whole.history.items():
        assert values.tobytes() == resumed.history[name].tobytes()
    assert resumed.first_losses.tobytes() == whole.first_losses.tobytes()


def _epochs(checkpoint: Path) -> int:
    return int(load_arrays(checkpoint)["epoch"]) if checkpoint.exists() else 0


def test_progress_after_a_resume_counts_only_what_was_left(tmp_path: Path) -> None:
    told: list[int] = []
    trained(settings(epochs=2), checkpoint=tmp_path / "run.npz")
    trained(settings(epochs=5), checkpoint=tmp_path / "run.npz", progress=lambda epoch, _: told.append(epoch))
    assert told == [3, 4, 5]


def test_the_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    trained(settings(), checkpoint=tmp_path / "run.npz")
    with pytest.raises(TrainingError, match="the checkpoint of another training"):
        trained(settings(seed=1), checkpoint=tmp_path / "run.npz")


def test_arrays_come_back_and_damage_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    save_arrays(path, {"a": numpy.arange(6.0), "b/c": numpy.array("text")})
    read = load_arrays(path)
    assert read["a"].tolist() == list(range(6))
    assert str(read["b/c"]) == "text"
    first = path.read_bytes()
    save_arrays(path, {"a": numpy.arange(6.0), "b/c": numpy.array("text")})
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]
    for damaged in (first[:50], b"", first.replace(b"\x00\x40", b"\x00\x41", 1), b"no arrays"):
        path.write_bytes(damaged)
        with pytest.raises(TrainingError, match="damaged"):
            load_arrays(path)


def test_arrays_of_another_digest_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "arrays.npz"
    save_arrays(path, {"a": numpy.arange(3.0)})
    with numpy.load(path) as file:
        digest = file["digest"]
    numpy.savez(path, a=numpy.arange(4.0), digest=digest)
    with pytest.raises(TrainingError, match="do not have the digest"):
        load_arrays(path)


def test_an_archive_of_something_else_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.npz"
    save_arrays(path, {"a": numpy.ones((2, 3), order="F"), "b": numpy.array("text"), "c": numpy.array(3)})
    assert load_arrays(path)["a"].shape == (2, 3)
    whole = path.read_bytes()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(2**20))
    with pytest.raises(TrainingError, match="damaged"):
        load_arrays(path)
    numpy.savez(path, a=numpy.array([{}], dtype=object))
    with pytest.raises(TrainingError, match="not of the size"):
        load_arrays(path)
    # The field of the method of compression, of the first entry.
    place = whole.index(b"PK\x01\x02") + 10
    path.write_bytes(whole[:place] + b"\x63" + whole[place + 1 :])
    with pytest.raises(TrainingError, match="damaged"):
        load_arrays(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(TrainingError, match="no file"):
        load_arrays(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of POSIX")
def test_a_pipe_in_the_place_of_a_checkpoint_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "checkpoint.npz")
    with pytest.raises(TrainingError, match="it is no file"):
        load_arrays(tmp_path / "checkpoint.npz")
