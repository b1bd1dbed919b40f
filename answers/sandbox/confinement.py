"""Limits for a process that runs a file of somebody else: time, memory, and what it may write and start.

They keep accidents and idle curiosity inside, on every system; on Linux the kernel enforces them as far as it
can (``landlock.py``). They are no place to run what is meant to do harm.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

LARGEST_FILE = 50_000_000

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

CHANGES = frozenset(
    """os.remove os.rename os.rmdir os.mkdir os.chmod os.chown os.link os.symlink os.truncate os.utime
    shutil.rmtree shutil.move shutil.copyfile""".split()
)
"""Events whose arguments are paths that are changed."""

STARTS = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "pty.spawn",
)
CONNECTS = ("socket.connect", "socket.bind", "socket.getaddrinfo")


def limit(seconds: int, megabytes: int) -> None:
    """Bound the processor time, the memory beyond what is in use now, and the size of files, where the system can."""
    if importlib.util.find_spec("resource") is None:
        return
    resource = importlib.import_module("resource")
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = _memory_in_use(resource.getpagesize())
    if used:
        most = used + megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _memory_in_use(page: int) -> int:
    """The address space of this process in bytes, 0 where the system does not tell."""
    table = Path("/proc/self/statm")
    return int(table.read_text(encoding="ascii").split()[0]) * page if table.exists() else 0


def enclose(folder: Path) -> None:
    """Let this process change files in the folder only, start no program, and connect to nothing.

    What it tries all the same raises a PermissionError that says what is not allowed. It cannot be undone.
    """
    inside = os.path.realpath(folder)

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (flags or 0) & WRITING
            if writes and not isinstance(path, int):
                _require_inside(path, inside)
        elif event in CHANGES:
            for path in arguments:
                if isinstance(path, str | bytes | os.PathLike):
                    _require_inside(path, inside)
        elif event in STARTS:
            raise PermissionError("the file may not start other programs")
        elif event in CONNECTS:
            raise PermissionError("the file may not use the network")

    sys.addaudithook(guard)


def _require_inside(path: Any, folder: str) -> None:
    place = os.path.realpath(os.fsdecode(path))
    if place != folder and os.path.commonpath([place, folder]) != folder and place != os.devnull:
        raise PermissionError(f"the file may not write to {place}, outside of its folder")
