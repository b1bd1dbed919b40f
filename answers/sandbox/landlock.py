"""What the Linux kernel keeps a thread, and the processes that it starts, from doing with files (Landlock).

It needs no rights and nothing but Python itself. Other systems, and kernels before 5.13, have no such means; what
later kernels can refuse beside files, connections and signals, is asked for where they can.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

EXECUTE, WRITE_FILE, READ_FILE, READ_FOLDER, REMOVE_FOLDER, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_FOLDER, MAKE_FILE = 1 << 7, 1 << 8
MAKE_AND_REMOVE = sum(1 << bit for bit in range(4, 13))
MOVE, TRUNCATE, CONTROL_DEVICE = (1 << bit for bit in range(13, 16))

READ = EXECUTE | READ_FILE | READ_FOLDER
WRITE = WRITE_FILE | MAKE_AND_REMOVE | MOVE | TRUNCATE
EVERYTHING = READ | WRITE | CONTROL_DEVICE
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | CONTROL_DEVICE
"""The rights that a rule about a single file may give."""

SINCE = {MOVE: 2, TRUNCATE: 3, CONTROL_DEVICE: 5}
"""The version of the kernel's interface that knows a right; all others were there from the start."""
CONNECTIONS_SINCE, SIGNALS_SINCE = 4, 6
CONNECTIONS, SIGNALS = 3, 3
"""To bind and to connect by TCP; abstract sockets and signals of others."""

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
NO_NEW_PRIVILEGES = 38


def version() -> int:
    """Which version of the interface the kernel has; 0 where there is none."""
    if sys.platform != "linux" or os.uname().machine not in ("x86_64", "aarch64"):
        return 0
    return max(_libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION), 0)


def restrict(refused: int, allowed: Mapping[Path, int], *, alone: bool = False) -> bool:
    """Have the kernel refuse this thread the rights ``refused``, except in the folders and files of ``allowed``.

    What the thread starts inherits that, and nothing can undo it. Paths that are not there are passed over.
    False where the system has no such means.

    Args:
        alone: refuse connections by TCP, too, and signals to processes that are not restricted in the same way,
            where the kernel can.
    """
    known = version()
    if not known:
        return False
    libc = _libc()
    refused &= ~sum(right for right, since in SINCE.items() if known < since)
    connections = CONNECTIONS if alone and known >= CONNECTIONS_SINCE else 0
    signals = SIGNALS if alone and known >= SIGNALS_SINCE else 0
    attributes = struct.pack("QQQ", refused, connections, signals)[
        : 8 if not connections else 16 if not signals else 24
    ]
    ruleset = libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for path, rights in allowed.items():
            _allow(libc, ruleset, path, rights & refused)
        return libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and libc.syscall(RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH)
    except OSError:
        return
    given = rights if path.is_dir() else rights & ON_FILES
    libc.syscall(ADD_RULE, ruleset, 1, struct.pack("=Qi", given, place), 0)
    os.close(place)
