"""Processes are watched until they end, and ended with all that they started where the kernel lets them start any."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import answers
from answers.sandbox import Limits, begin, lacking, lacking_line
from answers.sandbox.folders import removed_but_open, too_full, workspace

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for as Linux shows them")

TOP = Path(answers.__file__).parent.parent


def program(folder: Path, source: str) -> Path:
    """A program of ours, which is not confined."""
    path = folder / "program.py"
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    return path


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]


def gone(pid: int, seconds: float = 3) -> bool:
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


def test_what_it_started_ends_with_it_and_its_open_pipes_are_not_waited_for(tmp_path: Path) -> None:
    path = program(tmp_path, """
        import os, time
        child = os.fork()
        if child == 0:
            time.sleep(60)
        os.write(1, str(child).encode())
    """)  # fmt: skip
    begun = time.monotonic()
    ended = begin(path, {}, (), {}, Limits(20, 500)).ended()
    assert time.monotonic() - begun < 10
    assert ended.problem == ""
    assert gone(int(ended.output))


def test_a_process_that_nobody_waits_for_ends(tmp_path: Path) -> None:
    path = program(tmp_path, f"""
        import os, time
        open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))
        time.sleep(60)
    """)  # fmt: skip
    running = begin(path, {}, (), {}, Limits(50, 500))
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.02)
    del running
    gc.collect()
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_process_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    entry = TOP / "answers" / "sandbox" / "entry.py"
    path = program(tmp_path, f"""
        import importlib.util, os, time
        spec = importlib.util.spec_from_file_location("entry", {str(entry)!r})
        entry = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(entry)
        open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))
        entry.enter(entry.modules(), entry.plan())
        time.sleep(60)
    """)  # fmt: skip
    source = f"""
        from pathlib import Path
        from answers.sandbox import Limits, begin
        begin(Path({str(path)!r}), {{}}, (), {{}}, Limits(50, 500)).ended()
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(source)], cwd=TOP)
    try:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.02)
        time.sleep(0.5)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert gone(int((tmp_path / "pid").read_text()))


def test_what_cannot_be_started_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(OSError, match="No such file"):
        begin(tmp_path / "program.py", {}, (), {}, Limits(5, 500)).ended()


@pytest.mark.parametrize(("landlocked", "filtered", "words"), [(False, True, "files"), (True, False, "network")])
def test_what_the_system_lacks_is_said(landlocked: bool, filtered: bool, words: str, tmp_path: Path) -> None:
    source = f"""
        import os
        from pathlib import Path
        from answers.sandbox import confinement, landlock, seccomp
        if not {landlocked}: landlock.version = lambda: 0
        if not {filtered}: seccomp.restrict = lambda process: False
        bounds = confinement.Bounds(9, 500, ("/usr", "/lib", "/lib64"), None, os.getppid())
        said = confinement.confine(Path.cwd(), bounds)
        print(*said, sep="|")
    """
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert words in done.stdout
    assert words in lacking_line(done.stdout.strip().split("|"))


def test_the_line_is_empty_where_nothing_is_lacking() -> None:
    assert lacking_line(()) == ""
    assert isinstance(lacking(), tuple)


def test_a_folder_is_too_full_by_files_or_by_bytes(tmp_path: Path) -> None:
    assert not too_full(tmp_path, 2, 10_000)
    (tmp_path / "a").write_bytes(b"x" * 20_000)
    assert too_full(tmp_path, 2, 10_000)
    assert not too_full(tmp_path, 2, 30_000)
    for name in "bc":
        (tmp_path / name).touch()
    assert too_full(tmp_path, 2, 10**6)
    assert not too_full(tmp_path / "not there", 0, 0)


def test_room_counts_that_a_file_takes_beyond_its_length(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, 200_000)
        except OSError:
            pytest.skip("this disk keeps no room")
        os.ftruncate(file.fileno(), 10**9)
        assert too_full(tmp_path, 2, 10**8)
        os.ftruncate(file.fileno(), 0)
        assert not too_full(tmp_path, 2, 10**8)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root sees what others hold open")
def test_files_without_names_are_seen(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.write(bytes(50_000))
        file.flush()
        assert removed_but_open(os.getpid()) == 0
        (tmp_path / "a").unlink()
        assert removed_but_open(os.getpid()) >= 50_000


def test_what_lies_in_folders_counts_and_what_cannot_be_looked_into_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"x" * 20_000_000)
    assert too_full(tmp_path, 2, 10**8)
    assert too_full(tmp_path, 3, 10**7)
    assert not too_full(tmp_path, 3, 10**8)
    assert too_full(tmp_path, 3, 10**8, inner=1)
    monkeypatch.chdir(tmp_path)
    for _ in range(30):
        Path("d" * 200).mkdir()
        os.chdir("d" * 200)
    os.chdir(tmp_path)
    assert too_full(tmp_path, 100, 10**8)


def test_the_folder_is_gone_afterwards() -> None:
    with workspace(None) as (work, beside):
        (work / "file").write_text("x")
        assert work.parent == beside.parent
    assert not work.parent.exists()
