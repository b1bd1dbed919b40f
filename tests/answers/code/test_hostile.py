"""Hand-ins that mean harm to who runs them: each ends in time, with one message, and none of them passes."""

from __future__ import annotations

import os
import sys
import tempfile
import textwrap
from pathlib import Path
from time import monotonic

import pytest

from answers.code import CodeReport
from answers.code.check import RunningCheck
from answers.code.templates.mlp import Mlp
from answers.errors import SandboxError
from answers.sandbox import Ended, Running, lacking
from answers.sandbox.frames import send
from tests.answers.code.samples import checked, the_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are watched as POSIX has them")

NUMPY = Mlp(library="numpy")
SECONDS, GRACE = 2, 2

HOSTILE = {
    "a pipe in the place of results": "import os\nos.mkfifo('results.json')",
    "a link in the place of results": "import os\nos.symlink('/dev/zero', 'results.json')",
    "a link in the place of arrays": "import os\nos.symlink('/etc/passwd', 'results.npz')",
    "results that are no JSON": "open('results.json', 'w').write('{')\nimport os\nos._exit(0)",
    "results that are no arrays": "open('results.npz', 'wb').write(b'PK')\nimport os\nos._exit(0)",
    "noise on all descriptors": (
        "import os\nfor d in range(3, 30):\n  try: os.write(d, b'x' * 5000)\n  except OSError: pass"
    ),
    "a long array that is none": (
        "import os\nfor d in range(3, 30):\n  try: os.write(d, b'A' + b'\\xff' * 300)\n  except OSError: pass"
    ),
    "closed descriptors": "import os\nos.closerange(0, 100)",
    "much on standard error": "import os\nwhile True: os.write(2, b'x' * 2**20)",
    "much on standard output": "import os\nwhile True: os.write(1, b'x' * 2**20)",
    "much in the pipe": (
        "import os\nwhile True:\n  for d in range(3, 30):\n    try: os.write(d, b'A' * 2**20)\n"
        "    except OSError: pass"
    ),
    "much printed": "import sys\nwhile True: print('x' * 2**20, file=sys.stderr)",
    "many files": "n = 0\nwhile True:\n  n += 1\n  open(f'f{n}', 'w').close()",
    "large files": "n = 0\nwhile True:\n  n += 1\n  open(f'f{n}', 'wb').write(bytes(40_000_000))",
    "files without names": (
        "import os\nkept = []\nwhile True:\n  kept.append(open('f', 'wb'))\n  os.unlink('f')\n"
        "  kept[-1].write(bytes(40_000_000))\n  kept[-1].flush()"
    ),
    "very many results": (
        "import os, struct\none = struct.pack('<cIHQ', b'T', 0, 0, 0)\nfor d in range(3, 30):\n"
        "  try:\n    for _ in range(90): os.write(d, one * 60000)\n  except OSError: pass\nos._exit(0)"
    ),
    "a stop": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "another interpreter": "import _xxsubinterpreters as x\nx.run_string(x.create(), 'import answers')",
    "deep folders": "import os\nfor _ in range(1500):\n  os.mkdir('d')\n  os.chdir('d')",
    "many threads": "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
    "many processes": "import os\nwhile True: os.fork()",
    "sleep": "import time\ntime.sleep(60)",
    "sleep that nothing wakes": (
        "import signal, time\nfor n in range(1, 65):\n  try: signal.signal(n, signal.SIG_IGN)\n"
        "  except (OSError, ValueError): pass\ntime.sleep(60)"
    ),
    "work without end": "while True: pass",
    "work without end in C": "import re\nre.match('(a*)*b', 'a' * 40)",
    "all memory": "kept = []\nwhile True: kept.append(bytearray(2**24))",
    "no way back": "import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()",
    "a fault": "import ctypes\nctypes.string_at(0)",
    "an abort": "import os\nos.abort()",
    "a killed process": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "a killed parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "an exit": "import os\nos._exit(0)",
    "an exit by exception": "class E(BaseException):\n  def __str__(self): raise E\nraise E",
    "an exit at the end": "import atexit, os\natexit.register(os._exit, 0)",
    "an import of the solution": "from answers.code.templates.mlp import Mlp",
    "other functions in NumPy": (
        "import numpy\nnumpy.savez = numpy.array = numpy.asarray = numpy.load = lambda *a, **k: 0"
    ),
    "another runner": (
        "import sys\nfor m in list(sys.modules.values()):\n"
        "  if hasattr(m, 'sequence'): m.sequence = lambda *a: None"
    ),
    "numbers that are none": (
        "class MLP:\n  def __init__(self, *a): self.parameters = self.grads = {}\n"
        "  clear_grad_and_cache = lambda s: 0\n  forward = lambda s, x: 'nan'"
    ),
}  # fmt: skip


def tried(source: str, seconds: int = SECONDS, megabytes: int = 500) -> tuple[CodeReport, float]:
    begun = monotonic()
    report = checked(textwrap.dedent(source), NUMPY, shapes=1, seconds=seconds, megabytes=megabytes)
    return report, monotonic() - begun


@pytest.fixture(scope="module", autouse=True)
def _known() -> None:
    """The cases are measured, and the packages looked for, before the time is taken."""
    tried("")


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_in_time_and_does_not_pass(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    report, took = tried(HOSTILE[name])
    assert not report.ok
    assert took < SECONDS + GRACE
    notes = {report.problem, *(check.note for check in report.checks)}
    assert all(len(note) < 1500 and "Traceback" not in note for note in notes)
    assert any(notes)
    assert list(tmp_path.iterdir()) == []


def test_who_watches_is_told_what_went_wrong() -> None:
    assert "SIGSEGV" in tried("import ctypes\nctypes.string_at(0)")[0].problem
    assert "more than is read" in tried("import os\nwhile True: os.write(2, b'x' * 2**20)")[0].problem
    assert "1,000 files" in tried("n = 0\nwhile True:\n  n += 1\n  open(f'f{n}', 'w').close()")[0].problem


def test_a_file_that_says_it_is_done_passes_nothing() -> None:
    """It writes into the pipe what the runner would, with arrays of the right names and of any shape."""
    report, _ = tried("""
        import os, struct
        def text(number, name, said):
            return struct.pack("<cIH", b"T", number, len(name)) + name + struct.pack("<Q", len(said)) + said
        def array(number, name):
            return struct.pack("<cIH", b"A", number, len(name)) + name + struct.pack("<QQ", 0, 0)[:8] + bytes(8)
        said = text(0, b"begun", b"") + text(0, b"missing", b"numpy") + text(0, b"lacks", b"nothing")
        for number in range(200):
            said += array(number, b"loss") + array(number, b"dJdW1")
        for place in range(3, 30):
            try: os.write(place, said + text(0, b"done", b""))
            except OSError: pass
        os._exit(0)
    """)
    assert not report.ok
    assert report.lacking == ()
    assert report.unconfined == lacking()


def test_the_right_solution_still_passes() -> None:
    source = the_file(NUMPY).solution
    report, _ = tried(source, seconds=60)
    assert report.ok
    assert report.unconfined == lacking()


def test_where_it_is_required_nothing_runs_without() -> None:
    read, write = os.pipe()
    send(write, 0, "lacks", "a part of it")
    send(write, 0, "begun", "NumPy")
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        output = pipe.read()
    assignment = the_file(NUMPY)
    ended = Ended(0, output, "")
    with pytest.raises(SandboxError, match=r"mlp.py was not run: this system lacks for the sandbox a part of it"):
        RunningCheck(assignment, (), Running.of(ended), required=True).report()
    assert RunningCheck(assignment, (), Running.of(ended)).report().unconfined == ("a part of it",)
