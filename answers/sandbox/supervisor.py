"""A process that runs somebody else's code, watched from outside until it ends or is ended.

It has a session of its own, all of which is killed at the end. Nothing is waited for without a bound, and nothing
that it writes is kept without one.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from time import monotonic
from typing import IO, Any

from answers.sandbox.folders import MOST_FOLDERS, removed_but_open, too_full, workspace
from answers.sandbox.frames import one_line
from answers.sandbox.packages import granted

VISIBLE = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "KERAS_BACKEND")
"""Variables that code under test may read."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""Threads that libraries start before the process gives up its rights would keep theirs. On small arrays several only
wait for one another, too."""

UNKNOWN_USERS = range(61184, 65520)
"""Numbers of users that systems give to nobody for long."""

MOST_OUTPUT = 100_000_000
MOST_ERRORS = 10_000_000
KEPT_ERRORS = 20_000
MOST_FILES, MOST_WRITTEN = 1000, 200_000_000
LOOKS = 0.1
"""Seconds between two looks at the process."""
LAST_WAIT = 1.0
"""Seconds that the kernel has to end what was killed."""


@dataclass(frozen=True)
class Limits:
    """How much a process may take.

    Attributes:
        seconds: from its start to its end.
        processor: seconds of computing; as many if left out.
        megabytes: memory beyond what its libraries need.
    """

    seconds: int
    megabytes: int
    processor: int | None = None


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Attributes:
        code: its exit code, or the number of the signal, negative.
        output: all that it wrote to its standard output.
        errors: the end of what it wrote to its standard error.
        stopped: why it was ended, as a clause; empty if it ended by itself.
    """

    code: int
    output: bytes
    errors: str
    stopped: str = ""

    @property
    def problem(self) -> str:
        """What went wrong, as a sentence; empty if nothing did."""
        if self.stopped:
            return f"the file {self.stopped}"
        if self.code == 0:
            return ""
        lines = self.errors.strip().splitlines()
        how = f"with code {self.code}" if self.code > 0 else f"by {_signal_name(-self.code)}"
        return f"the file ended Python {how}" + (f": {one_line(lines[-1])}" if lines and self.code > 0 else "")


class Running:
    """A process that runs; it ends, if not before, when nothing refers to this object any more."""

    def __init__(self, ended: Future[Ended], stop: threading.Event) -> None:
        self._ended = ended
        weakref.finalize(self, stop.set)

    @classmethod
    def of(cls, ended: Ended) -> Running:
        """What has ended already."""
        future: Future[Ended] = Future()
        future.set_result(ended)
        return cls(future, threading.Event())

    def ended(self) -> Ended:
        """How it ended; waited for no longer than its limits say.

        Raises:
            OSError: it could not be started.
        """
        return self._ended.result()


def begin(
    program: Path, files: Mapping[str, bytes], packages: tuple[str, ...], plan: Mapping[str, Any], limits: Limits
) -> Running:
    """Start a program of ours that confines itself and then runs one of the files, in a folder with all of them.

    It finds there ``plan.json``, with the plan and what ``confinement.Bounds`` needs, and the packages that it may
    import in the folder ``packages`` names. Gradsheet is none of them.
    """
    ended: Future[Ended] = Future()
    stop = threading.Event()

    def work() -> None:
        # The process ends with the thread that starts it, which therefore also waits for it.
        try:
            ended.set_result(_run(program, files, packages, plan, limits, stop))
        except BaseException as error:
            ended.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return Running(ended, stop)


def _run(
    program: Path,
    files: Mapping[str, bytes],
    packages: tuple[str, ...],
    plan: Mapping[str, Any],
    limits: Limits,
    stop: threading.Event,
) -> Ended:
    given, owner = granted(packages), _unknown_user()
    with workspace(owner) as (work, beside):
        for name, path in given.packages:
            (beside / name).symlink_to(path)
        bounds = {
            "seconds": limits.seconds if limits.processor is None else limits.processor,
            "megabytes": limits.megabytes,
            "readable": [*map(str, given.readable), str(beside)],
            "packages": str(beside),
            "owner": owner,
            "parent": os.getpid(),
        }
        whole = {**files, "plan.json": json.dumps({**plan, **bounds}).encode()}
        for name, content in whole.items():
            (work / name).write_bytes(content)
            (work / name).chmod(0o644)
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(program)],
            cwd=work,
            env=_environment(work),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        return _watched(process, work, limits, stop)


def _unknown_user() -> int | None:
    """A user that owns nothing, for a process of root; None for those of others, who cannot change theirs."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    return SystemRandom().choice(UNKNOWN_USERS)


def _environment(folder: Path) -> dict[str, str]:
    """What the process sees of this one's environment: what finds libraries, and a home of its own."""
    kept = {name: os.environ[name] for name in VISIBLE if name in os.environ}
    own = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), str(folder))
    return {**kept, **ONE_THREAD, **own}


def _watched(process: subprocess.Popen[bytes], folder: Path, limits: Limits, stop: threading.Event) -> Ended:
    assert process.stdout is not None
    assert process.stderr is not None
    output, errors = _Kept(process.stdout, MOST_OUTPUT), _Kept(process.stderr, MOST_ERRORS, KEPT_ERRORS)
    try:
        stopped = _wait(process, output, errors, folder, limits.seconds, stop)
    finally:
        # Its number is its own, and that of its group, until it is waited for.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(LAST_WAIT)
        for kept in (output, errors):
            kept.pipe.close()
    code = -signal.SIGKILL if process.returncode is None else process.returncode
    if code == -signal.SIGXCPU and not stopped:
        stopped = f"did not finish within {limits.processor or limits.seconds} seconds"
    return Ended(code, bytes(output.data), errors.data.decode(errors="replace"), stopped)


class _Kept:
    """What comes out of a pipe: all of it or its end, and how much it was."""

    def __init__(self, pipe: IO[bytes], most: int, kept: int | None = None) -> None:
        self.pipe = pipe
        self.data = bytearray()
        self._kept = kept
        self._left = most
        os.set_blocking(pipe.fileno(), False)

    def read(self) -> bool | None:
        """Take what is there: False at the end of the pipe, None if nothing is there now."""
        try:
            taken = os.read(self.pipe.fileno(), 2**16)
        except BlockingIOError:
            return None
        self._left -= len(taken)
        self.data += taken
        if self._kept is not None:
            del self.data[: -self._kept]
        return bool(taken)

    @property
    def too_much(self) -> bool:
        return self._left < 0


def _wait(
    process: subprocess.Popen[bytes], output: _Kept, errors: _Kept, folder: Path, seconds: float, stop: threading.Event
) -> str:
    """Read until the process ends, or for so many seconds; why it is to be ended, if it has not."""
    end = monotonic() + seconds
    look = 0.0
    with selectors.DefaultSelector() as selector:
        for kept in (output, errors):
            selector.register(kept.pipe, selectors.EVENT_READ, kept)
        while (now := monotonic()) < end:
            for key, _ in selector.select(max(min(LOOKS, end - now), 0)):
                if key.data.read() is False:
                    selector.unregister(key.fileobj)
            if output.too_much or errors.too_much:
                return "wrote more than is read of it"
            if stop.is_set():
                return "was not waited for"
            if monotonic() >= look:
                look = monotonic() + LOOKS
                left = MOST_WRITTEN - removed_but_open(process.pid)
                if left < 0 or too_full(folder, MOST_FILES, left):
                    return f"wrote more than {MOST_FILES:,} files, {MOST_FOLDERS} folders or {MOST_WRITTEN // 10**6} MB"
            if _has_ended(process):
                return _rest(output, errors)
    return f"did not finish within {seconds} seconds"


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has, without giving its number free where the system can keep it."""
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _rest(*pipes: _Kept) -> str:
    """Take what an ended process left in its pipes; another may hold them open, which is not waited for."""
    for kept in pipes:
        while not kept.too_much and kept.read():
            pass
    return "wrote more than is read of it" if any(kept.too_much for kept in pipes) else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
