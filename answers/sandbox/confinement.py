"""What a process gives up, for good, before it runs a file of somebody else.

The kernel keeps it to that, as far as it can: files by ``landlock.py``, connections, processes and all other system
calls by ``seccomp.py``, time and memory by its limits. What the kernel lacks is told by its name. Python's own hook
says in words what is not allowed; it stops nobody who means it, and nothing depends on it.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import signal
import struct
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answers.sandbox import landlock, seccomp

LARGEST_FILE = 50_000_000
MOST_OPEN = 64

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

DIES_WITH_PARENT, DUMPABLE, KEEP_CAPABILITIES = 1, 4, 8
CAPABILITIES_VERSION = 0x20080522
READ_ALL = 1 << 2
"""The capability to read what the rights of files do not let one read; the kernel still refuses all other folders."""

READ = landlock.READ_FILE | landlock.READ_FOLDER
CHANGE = landlock.WRITE_FILE | landlock.TRUNCATE | landlock.MOVE
OWN_FOLDER = (
    READ | CHANGE | sum((landlock.MAKE_FILE, landlock.MAKE_FOLDER, landlock.REMOVE_FILE, landlock.REMOVE_FOLDER))
)

FILES = "Landlock (files outside of its folder)"
CALLS = "seccomp (the network, other processes)"
USER = "another user (it runs as root)"
THREADS = "one thread (those of libraries may read other files)"


@dataclass(frozen=True)
class Bounds:
    """What a process is bound to.

    Attributes:
        seconds: of the processor, from now on.
        megabytes: of memory, beyond what is in use now.
        readable: files and folders that may be read.
        owner: the user that it becomes, if it is root.
        parent: the process with which it ends.
    """

    seconds: int
    megabytes: int
    readable: tuple[str, ...]
    owner: int | None
    parent: int

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> Bounds:
        """The bounds that a plan, read from a file, states."""
        return cls(plan["seconds"], plan["megabytes"], tuple(plan["readable"]), plan["owner"], plan["parent"])


def confine(folder: Path, bounds: Bounds) -> tuple[str, ...]:
    """Give up everything but the folder and what is readable; what the system lacks for that.

    It cannot be undone. What is tried all the same raises a PermissionError.
    """
    lacks = [] if _threads() <= 1 else [THREADS]
    limit(bounds.seconds, bounds.megabytes)
    allowed = {**dict.fromkeys(map(Path, bounds.readable), READ), folder: OWN_FOLDER}
    allowed[Path(os.devnull)] = READ | landlock.WRITE_FILE
    files = landlock.restrict(landlock.EVERYTHING, allowed, alone=True)
    lacks += [] if files else [FILES]
    if not _become(bounds.owner, reads_all=files, readable=bounds.readable):
        lacks.append(USER)
    _end_with(bounds.parent)
    enclose(folder)
    if not seccomp.restrict(os.getpid()):
        lacks.append(CALLS)
        _limit("RLIMIT_NPROC", 0)
    return tuple(lacks)


def limit(seconds: int, megabytes: int) -> None:
    """Bound the processor time, the memory beyond what is in use now, and files, where the system can."""
    if importlib.util.find_spec("resource") is None:
        return
    resource = importlib.import_module("resource")
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (spent, spent + 1))
    _limit("RLIMIT_FSIZE", LARGEST_FILE)
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_NOFILE", MOST_OPEN)
    memory = _memory_in_use(resource.getpagesize())
    if memory:
        _limit("RLIMIT_AS", memory + megabytes * 2**20)


def _limit(name: str, most: int) -> None:
    if importlib.util.find_spec("resource") is not None:
        resource = importlib.import_module("resource")
        number = getattr(resource, name)
        _, hard = resource.getrlimit(number)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(number, (bound, bound))


def _memory_in_use(page: int) -> int:
    """The address space of this process in bytes, 0 where the system does not tell."""
    table = Path("/proc/self/statm")
    return int(table.read_text(encoding="ascii").split()[0]) * page if table.exists() else 0


def _threads() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else 1


def _become(owner: int | None, *, reads_all: bool, readable: Iterable[str]) -> bool:
    """Become a user without rights, if this is root; whether it is none at the end.

    Python itself may lie where only root reads. Where the kernel refuses all other files anyway, the process keeps
    the capability to read there; where it cannot, root is kept rather than a Python that finds nothing.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return True
    if owner is None or not (reads_all or all(map(_open_to_all, readable))):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if reads_all:
        libc.prctl(KEEP_CAPABILITIES, 1, 0, 0, 0)
    try:
        os.setgroups([])
        os.setresgid(owner, owner, owner)
        os.setresuid(owner, owner, owner)
    except OSError:
        return False
    kept = READ_ALL if reads_all else 0
    head, sets = struct.pack("Ii", CAPABILITIES_VERSION, 0), struct.pack("6I", kept, kept, 0, 0, 0, 0)
    return libc.capset(head, sets) == 0


def _open_to_all(path: str) -> bool:
    """Whether every user may reach a path."""
    return all(not place.exists() or place.stat().st_mode & 0o001 for place in Path(path).parents)


def _end_with(parent: int) -> None:
    """End when the parent does, and let no other process look into this one."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        libc.prctl(DUMPABLE, 0, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


def enclose(folder: Path) -> None:
    """Have Python say what is not allowed: to change files outside, to start a program, to connect."""
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
