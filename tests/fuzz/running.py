"""Inputs run through the command: each ends in time and in little memory with 0, 1 or 2, with one message if with 2."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from numeric.data import DataError
from numeric.data.plain_pickle import read_plain_pickle
from numeric.training import TrainingError, load_arrays
from tests.answers.command.runner import run
from tests.fuzz.inputs import Input, Reader

LONGEST = 20
"""Seconds of computing that an input may take."""
LARGEST = 2 * 2**30
"""Bytes of memory that an input may need, with all that is loaded."""


class TooLongError(BaseException):
    """An input takes longer than it may; no error of the program's, which must not catch it."""


@dataclass(frozen=True)
class Ended:
    """How an input ended: with which code, and what is wrong with that, if anything is."""

    code: int | None
    complaint: str = ""


def ended(given: Input, seconds: int = LONGEST) -> Ended:
    """Run an input in the working folder."""
    if given.homework:
        Path("hw.yaml").write_text(given.homework, encoding="utf-8")
    try:
        with _in_time(seconds):
            if given.reader is not None:
                return _read(given.reader, given.data)
            outcome = run(*given.arguments)
    except TooLongError:
        return Ended(None, f"takes more than {seconds} s")
    except Exception as error:
        return Ended(None, f"{type(error).__name__}: {error}")
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > LARGEST:
        return Ended(outcome.code, f"needs more than {LARGEST / 2**30:g} GB")
    if outcome.code not in (0, 1, 2):
        return Ended(outcome.code, f"ends with {outcome.code}")
    if "Traceback" in outcome.err:
        return Ended(outcome.code, outcome.err)
    if outcome.code == 2 and sum(line.startswith("error: ") for line in outcome.err.splitlines()) != 1:
        return Ended(outcome.code, f"has no message, or several: {outcome.err}")
    return Ended(outcome.code)


def _read(reader: Reader, data: bytes) -> Ended:
    """How reading the data ends: as a command does that meets it."""
    path = Path("data")
    path.write_bytes(data)
    try:
        _ = read_plain_pickle(path) if reader == "pickle" else load_arrays(path)
    except (DataError, TrainingError):
        return Ended(2)
    return Ended(0)


@contextmanager
def _in_time(seconds: int) -> Iterator[None]:
    def late(number: int, frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
