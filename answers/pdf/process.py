"""One run of TeX as a process that reads its own folder and its installation, and nothing else."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

from answers.pdf.engine import Engine
from answers.sandbox import landlock

LARGEST_FILE = 200_000_000
MOST_MEMORY = 2**31

POLICY = {
    "openin_any": "p",
    "openout_any": "p",
    "shell_escape": "f",
    **dict.fromkeys(("MKTEXFMT", "MKTEXMF", "MKTEXPK", "MKTEXTFM", "MKOCP", "MKOFM"), "0"),
}
"""What TeX itself refuses: files named by an absolute path or by ``..``, and starting programs."""

DIRECTED = ("TEXINPUTS", "TEXMFOUTPUT", "TEXMF_OUTPUT_DIRECTORY")
"""Variables that have TeX read and write in other folders."""

SYSTEM = tuple(
    Path(folder)
    for folder in (
        *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"),
        *("/bin", "/usr/bin", "/usr/share/fonts", "/nix/store", "/gnu/store"),
    )
)
"""Where the libraries of a program are, and the fonts that a TeX of the system links to."""


def run(arguments: Sequence[str], engine: Engine, folder: Path, environment: Mapping[str, str], timeout: float) -> None:
    """Run the engine in a folder, in which it may read and write; what it says is in its log.

    TeX is told to refuse other files, but it does not ask for all that it opens. Where the kernel can, it
    therefore refuses everything outside of the folder and of the engine's installation, if that is known.

    Raises:
        subprocess.TimeoutExpired: it did not end in so many seconds.
        OSError: it cannot be started.
    """
    with _confined(arguments, engine, folder, environment) as process:
        try:
            _limit(process.pid)
            process.wait(timeout)
        finally:
            process.kill()


def _confined(
    arguments: Sequence[str], engine: Engine, folder: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start the engine in a thread of its own: the kernel restricts the thread that asks for it, for good."""
    started: Future[subprocess.Popen[bytes]] = Future()

    def start() -> None:
        try:
            if engine.installation:
                landlock.restrict(landlock.READ | landlock.WRITE, allowed)
            started.set_result(_start(arguments, engine, folder, environment))
        except BaseException as error:
            started.set_exception(error)

    allowed = _allowed(engine, folder)
    Thread(target=start).start()
    return started.result()


def _allowed(engine: Engine, folder: Path) -> dict[Path, int]:
    program = engine.command.resolve().parent
    readable = (*SYSTEM, program, program.parent / "lib", *engine.installation)
    everything = landlock.READ | landlock.WRITE
    return {**dict.fromkeys(readable, landlock.READ), folder: everything, Path(os.devnull): everything}


def _start(
    arguments: Sequence[str], engine: Engine, folder: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in engine.environment.items() if not name.upper().startswith(DIRECTED)}
    # Names of files may begin with ~ or a variable, so the home is where nothing else lies.
    home = {} if sys.platform == "win32" else {"HOME": str(folder)}
    return subprocess.Popen(
        [str(engine.command), *arguments],
        cwd=folder,
        env={**kept, **home, **environment, **POLICY},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _limit(process: int) -> None:
    """Bound the memory of a process and the size of its files, where the system can."""
    if sys.platform != "linux":
        return
    resource = importlib.import_module("resource")
    for what, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_FSIZE, LARGEST_FILE)):
        try:
            _, hard = resource.prlimit(process, what)
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.prlimit(process, what, (bound, bound))
        except (ProcessLookupError, PermissionError):
            return
