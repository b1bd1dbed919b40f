"""What the Linux kernel keeps a thread, and the processes that it starts, from doing with files (Landlock).

It needs no rights and nothing but Python itself. Other systems, and kernels before 5.13, have no such means.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER = (1 << bit for bit in range(4))
MAKE_AND_REMOVE = sum(1 << bit for bit in range(4, 13))

READ = EXECUTE | READ_FILE | READ_FOLDER
WRITE = WRITE_FILE | MAKE_AND_REMOVE
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE
"""The rights that a rule about a single file may give."""

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
NO_NEW_PRIVILEGES = 38


def restrict(refused: int, allowed: Mapping[Path, int]) -> bool:
    """Have the kernel refuse this thread the rights ``refused``, except in the folders and files of ``allowed``.

    What the thread starts inherits that, and nothing can undo it. Paths that are not there are passed over.
    False where the system has no such means.
    """
    if sys.platform != "linux" or os.uname().machine not in ("x86_64", "aarch64"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = struct.pack("Q", refused)
    ruleset = libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for path, rights in allowed.items():
            _allow(libc, ruleset, path, rights & refused)
        return libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH)
    except OSError:
        return
    given = rights if path.is_dir() else rights & ON_FILES
    libc.syscall(ADD_RULE, ruleset, 1, struct.pack("=Qi", given, place), 0)
    os.close(place)
