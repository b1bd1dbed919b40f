"""A file that is checked runs within limits: time, memory, its folder, no programs, no network."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from answers.code.templates.mlp import Mlp
from tests.answers.code.samples import checked

NUMPY = Mlp(library="numpy")


def problem(source: str, **limits: int) -> str:
    report = checked(textwrap.dedent(source), NUMPY, shapes=1, **limits)
    assert not report.ok
    return report.problem


@pytest.mark.parametrize(
    "statement",
    [
        'open("{outside}", "w")',
        'open("{outside}", "ab")',
        'import os; os.open("{outside}", os.O_WRONLY | os.O_CREAT)',
        'from pathlib import Path; Path("{outside}").write_text("mine")',
        'import os; os.remove("{present}")',
        'import os; os.rename("{present}", "here")',
        'import os; os.rename("mlp.py", "{outside}")',
        'import shutil; shutil.copy("mlp.py", "{outside}")',
        'import os; os.mkdir("{outside}")',
        'import os; os.symlink("{present}", "link"); open("link", "w")',
        'import numpy; numpy.save("{outside}", numpy.ones(3))',
    ],
)
def test_nothing_outside_the_folder_is_changed(statement: str, tmp_path: Path) -> None:
    present, outside = tmp_path / "present", tmp_path / "outside"
    present.write_text("mine", encoding="utf-8")
    said = problem(statement.format(outside=outside, present=present))
    assert "PermissionError" in said
    assert present.read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["present"]


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel can refuse what Python does not see")
def test_the_kernel_refuses_writes_that_python_does_not_see(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    said = problem(f"""
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        place = libc.open(b"{outside}", os.O_WRONLY | os.O_CREAT, 0o600)
        raise RuntimeError(os.strerror(ctypes.get_errno()) if place < 0 else "written")
    """)
    if "written" in said:
        pytest.skip("this kernel has no Landlock: the guard is Python's alone")
    assert "Permission denied" in said
    assert not outside.exists()


def test_the_folder_itself_may_be_written() -> None:
    report = checked("open('notes.txt', 'w').write('x')\nraise RuntimeError('as far as here')", NUMPY, shapes=1)
    assert report.problem == "RuntimeError: as far as here (line 2 of mlp.py)"


@pytest.mark.parametrize(
    "statement",
    [
        'import subprocess; subprocess.run(["true"])',
        'import os; os.system("true")',
        "import os; os.fork()",
    ],
)
def test_no_other_program_is_started(statement: str) -> None:
    assert "may not start other programs" in problem(statement)


def test_the_network_is_closed() -> None:
    assert "may not use the network" in problem('import socket; socket.create_connection(("127.0.0.1", 9))')


@pytest.mark.skipif(sys.platform != "linux", reason="the memory in use is read where Linux tells it")
def test_memory_is_bounded() -> None:
    source = "import numpy\nkept = [numpy.ones(2**20) for _ in range(100)]"
    assert "MemoryError" in problem(source, megabytes=200)
    assert "no attribute 'MLP'" in checked(source, NUMPY, shapes=1, megabytes=2000).checks[0].note


def test_time_is_bounded() -> None:
    assert problem("while True: pass", seconds=2) != ""
    assert problem("import time\ntime.sleep(60)", seconds=1) == "the file did not finish within 1 seconds"


def test_the_file_does_not_see_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "whispered")
    assert "nothing" in problem("import os\nraise RuntimeError(os.environ.get('A_SECRET', 'nothing'))")
