"""Which system calls a process may make, told to the Linux kernel as a filter (seccomp).

What is not on the list of ``syscalls.py`` fails as what is not permitted: sockets, other processes, programs, rights
and times of files, and all that is new to the kernel.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable

from answers.sandbox import syscalls

AUDIT_NAMES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
OTHER_NUMBERS = 0x40000000
"""From here on, the numbers of x86-64 are those of another interface (x32)."""

NUMBER, MACHINE, ARGUMENTS = 0, 4, 16
"""Where the filter finds the call's number, the machine and the arguments, of eight bytes each."""

LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
KILL, ALLOW = 0x80000000, 0x7FFF0000

SET_FILTER, ALL_THREADS = 1, 1
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2

THREAD = 0x00010000
"""The flag of ``clone`` for a thread of the same process."""
NAMES_AND_QUESTIONS = (3, 15, 16, 0x53564D41)
"""``prctl``: whether memory may be dumped, names of threads and of memory."""
DUPLICATES_AND_LOCKS = (*range(8), 1030)
"""``fcntl`` without what sends signals."""
TERMINALS_AND_FLAGS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""``ioctl``: whether it is a terminal, how large, what waits to be read, and flags of the descriptor."""


def restrict(process: int) -> bool:
    """Let all threads of this process make the listed calls only, and signal no process but ``process``, their own.

    Nothing can undo it. False where the system has no such means, or a machine whose numbers are not known.
    """
    machine = os.uname().machine if hasattr(os, "uname") else ""
    if sys.platform != "linux" or machine not in AUDIT_NAMES or sys.maxsize < 2**32:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    steps = _filter(machine, process)
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HP", len(steps), ctypes.addressof(code))
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    if libc.syscall(syscalls.asked(machine)["seccomp"], SET_FILTER, ALL_THREADS, program) == 0:
        return True
    return libc.prctl(SET_SECCOMP, FILTER, program, 0, 0) == 0


Step = tuple[int, int, int, int]
"""An instruction: its code, how many it skips if the condition holds and if not, and its number."""


def _filter(machine: str, process: int) -> list[Step]:
    steps = [_step(LOAD, MACHINE), (IF_EQUAL, 1, 0, AUDIT_NAMES[machine]), _step(RETURN, KILL), _step(LOAD, NUMBER)]
    steps += [(IF_AT_LEAST, 0, 1, OTHER_NUMBERS), _refused(errno.EPERM)]
    asked = syscalls.asked(machine)
    for name, blocks in _asked(process).items():
        steps += [(IF_EQUAL, 0, len(blocks), asked[name]), *blocks]
    for number in syscalls.free(machine):
        steps += [(IF_EQUAL, 0, 1, number), _step(RETURN, ALLOW)]
    return [*steps, _refused(errno.EPERM)]


def _asked(process: int) -> dict[str, list[Step]]:
    """What is done with each call that is permitted with some arguments; every block returns."""
    return {
        "clone": [_argument(0), (IF_ANY_BIT, 0, 1, THREAD), _step(RETURN, ALLOW), _refused(errno.EPERM)],
        # Its flags are in memory, where a filter cannot see them; libraries then take clone.
        "clone3": [_refused(errno.ENOSYS)],
        "fcntl": _one_of(1, DUPLICATES_AND_LOCKS),
        "ioctl": _one_of(1, TERMINALS_AND_FLAGS),
        "kill": _one_of(0, (process,)),
        "tgkill": _one_of(0, (process,)),
        "prctl": _one_of(0, NAMES_AND_QUESTIONS),
        "prlimit64": _one_of(0, (0, process)),
        # Room that the length of a file does not show is not had.
        "fallocate": _one_of(1, (0,)),
        "getpgid": _one_of(0, (0, process)),
        "getsid": _one_of(0, (0, process)),
        "getpriority": _one_of(1, (0, process)),
    }


def _one_of(place: int, values: Iterable[int]) -> list[Step]:
    """Allow the call if the lower half of an argument, all that the kernel reads of it, is one of the values."""
    steps = [_argument(place)]
    for value in values:
        steps += [(IF_EQUAL, 0, 1, value), _step(RETURN, ALLOW)]
    return [*steps, _refused(errno.EPERM)]


def _argument(place: int) -> Step:
    return _step(LOAD, ARGUMENTS + 8 * place)


def _refused(number: int) -> Step:
    return _step(RETURN, 0x00050000 | number)


def _step(code: int, number: int) -> Step:
    return (code, 0, 0, number)
