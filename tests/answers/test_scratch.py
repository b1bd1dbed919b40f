"""Temporary folders go with the run that made them, or with the next one if it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import answers
from answers.scratch import PREFIX, SETTLED, remove, scratch, sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders are held as POSIX does")

TOP = Path(answers.__file__).parent.parent


def older(folder: Path) -> None:
    past = time.time() - 2 * SETTLED
    os.utime(folder, (past, past))


def test_a_folder_goes_at_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch() as folder:
        (folder / "file").write_text("x")
        older(folder)
        sweep(tmp_path)
        assert (folder / "file").exists()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_goes_with_the_next(tmp_path: Path) -> None:
    source = """
        import time
        from answers.scratch import scratch
        with scratch() as folder:
            (folder / "file").write_text("x")
            print(folder, flush=True)
            time.sleep(60)
    """
    command = [sys.executable, "-c", textwrap.dedent(source)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=TOP, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        older(folder)
        sweep(tmp_path)
        assert folder.exists()
        run.send_signal(signal.SIGKILL)
    sweep(tmp_path)
    assert not folder.exists()


def test_what_is_young_or_not_ours_is_left(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    names = (f"{PREFIX}abcdefgh", f"{PREFIX}of-mine", "gradsheet-homework")
    for name in names:
        (tmp_path / name).mkdir()
    link = tmp_path / f"{PREFIX}a_link_8"
    link.symlink_to(tmp_path / "kept")
    sweep(tmp_path)
    for name in names:
        assert (tmp_path / name).exists()
        older(tmp_path / name)
    older(tmp_path / "kept")
    sweep(tmp_path)
    assert [name for name in names if (tmp_path / name).exists()] == list(names[1:])
    assert link.is_symlink()
    assert (tmp_path / "kept").exists()


def test_deep_folders_are_removed_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("mine")
    top = tmp_path / "top"
    top.mkdir()
    place = os.open(top, os.O_RDONLY)
    for depth in range(300):
        os.symlink(tmp_path / "kept", "link", dir_fd=place)
        os.mkdir("d" * 200, dir_fd=place)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=place)
        if depth % 7 == 1:
            os.fchmod(place, 0)
        os.close(place)
        place = inner
    os.close(place)
    remove(top)
    assert not top.exists()
    assert (tmp_path / "kept" / "file").read_text() == "mine"
