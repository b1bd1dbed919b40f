"""Inputs run by workers that are forked from one parent in which everything is loaded.

A worker runs a slice of the numbers and ends. The parent watches from outside: one that hangs where Python handles no
signals, that is killed, or that takes all memory, is told with the number of its input, and the next takes over.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, process_time
from typing import IO

from tests.fuzz.inputs import EQUATIONS, HOMEWORK, LOSSES, NETWORKS, Input, drawn, homeworks
from tests.fuzz.running import LARGEST, LONGEST, ended

SLICE = 250
"""Inputs of a worker, so that what is remembered of them is forgotten."""
PATIENCE = 10 * LONGEST
"""Seconds on the clock for an input, on a machine that does other things too."""


@dataclass(frozen=True)
class Ran:
    """An input by its number that was run, how it ended, and what it took: seconds of computing and megabytes."""

    number: int
    kind: str
    code: int | None
    complaint: str
    seconds: float = 0.0
    megabytes: int = 0


@dataclass
class _Worker:
    """A child process, the numbers that it has still to run, the first being under way, and since when."""

    pid: int
    pipe: IO[bytes]
    left: range
    since: float


def ran(first: int, count: int, workers: int = 1) -> Iterator[Ran]:
    """Run inputs, several at a time; each as soon as it has ended."""
    load()
    slices = iter([range(start, min(start + SLICE, first + count)) for start in range(first, first + count, SLICE)])
    with selectors.DefaultSelector() as selector:

        def begin(numbers: range | None) -> None:
            if numbers:
                worker = _forked(numbers)
                selector.register(worker.pipe, selectors.EVENT_READ, worker)

        for _ in range(workers):
            begin(next(slices, None))
        while selector.get_map():
            for key in [key for key, _ in selector.select(1)]:
                worker: _Worker = key.data
                line = worker.pipe.readline()
                if line:
                    yield Ran(**json.loads(line))
                    worker.left, worker.since = worker.left[1:], monotonic()
                    continue
                selector.unregister(worker.pipe)
                yield from _lost(worker, _left(worker))
                begin(worker.left[1:] or next(slices, None))
            for key in list(selector.get_map().values()):
                if monotonic() - key.data.since > PATIENCE:
                    os.kill(key.data.pid, signal.SIGKILL)


def load() -> None:
    """Load what commands load, and derive what inputs begin with, once."""
    right = [Input("network", ("derive", given, "--loss", loss)) for given in NETWORKS for loss in LOSSES[:2]]
    right += [Input("equations", ("derive", given)) for given in EQUATIONS]
    right += [Input("homework", ("verify", "hw.yaml"), homework) for homework in (HOMEWORK, *homeworks())]
    with tempfile.TemporaryDirectory() as folder:
        before = Path.cwd()
        os.chdir(folder)
        for given in right:
            ended(given)
        os.chdir(before)


def _forked(numbers: range) -> _Worker:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            _work(numbers, writing)
        finally:
            os._exit(0)
    os.close(writing)
    return _Worker(pid, os.fdopen(reading, "rb", buffering=0), numbers, monotonic())


def _work(numbers: range, place: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (3 * LARGEST, 3 * LARGEST))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number in numbers:
            given, begun = drawn(number), process_time()
            found = ended(given)
            used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            told = Ran(number, given.kind, found.code, found.complaint[:2000], process_time() - begun, used)
            os.write(place, json.dumps(asdict(told)).encode() + b"\n")
        os.chdir(os.path.sep)


def _left(worker: _Worker) -> str:
    """How a worker ended."""
    worker.pipe.close()
    _, status = os.waitpid(worker.pid, 0)
    return f"killed by {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else ""


def _lost(worker: _Worker, how: str) -> Iterator[Ran]:
    """The input that a worker did not end, if there is one."""
    if worker.left:
        number = worker.left[0]
        late = monotonic() - worker.since > PATIENCE
        reason = f"does not end within {PATIENCE} s" if late else how or "ends Python"
        yield Ran(number, drawn(number).kind, None, reason)


def cores() -> int:
    """As many as there are cores to run on."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
