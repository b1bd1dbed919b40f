"""Programs of Python run in processes that have the libraries already.

What a process of its own costs is mostly the import of NumPy, scikit-learn and PyTorch. A server imports them once;
each program runs in a copy of it, with its own folder, streams and exit code, as ``python`` would run it.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

LIBRARIES = ["numeric", "numpy", "pytest", "sklearn.datasets", "sklearn.metrics", "sklearn.model_selection", "torch"]
"""What the server imports, where it is installed."""

SECONDS = 120


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    return context


def run_python(
    folder: Path, *command: str, path: Sequence[str | Path] = (), outputs: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``python`` with these arguments, a file or ``-m`` and a module, in the folder.

    ``path`` is searched for modules, too. What the program prints is kept in ``outputs`` while it runs, beside the
    folder if that is left out.

    Raises:
        subprocess.TimeoutExpired: it takes too long.
    """
    streams = [(outputs or folder.parent) / f"{folder.name}.{name}" for name in ("out", "err")]
    given = (str(folder), list(command), [str(place) for place in path], [str(stream) for stream in streams])
    process = _server().Process(target=_run, args=given)
    process.start()
    process.join(SECONDS)
    if process.exitcode is None:
        process.kill()
        raise subprocess.TimeoutExpired(command, SECONDS)
    out, err = (stream.read_text(encoding="utf-8") for stream in streams)
    return subprocess.CompletedProcess(command, process.exitcode, out, err)


def _run(folder: str, command: list[str], path: list[str], streams: list[str]) -> None:
    """What a copy of the server does: it becomes the program, and ends with its exit code."""
    for number, stream in enumerate(streams, start=1):
        os.dup2(os.open(stream, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    os.chdir(folder)
    first, *rest = command
    sys.argv = [rest[0], *rest[1:]] if first == "-m" else command
    sys.path[:] = [folder, *path, *(place for place in sys.path if place not in ("", folder))]
    code = 0
    try:
        if first == "-m":
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        elif first == "-c":
            exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
        else:
            runpy.run_path(first, run_name="__main__")
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
