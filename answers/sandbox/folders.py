"""Folders in which somebody else's code may write, and how much it has."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from answers.scratch import scratch

MOST_FOLDERS = 100
"""A disk takes milliseconds to remove each."""


@contextmanager
def workspace(owner: int | None) -> Iterator[tuple[Path, Path]]:
    """An empty folder that belongs to a user, if one is given, and one beside it that is this process's.

    Both are removed at the end.
    """
    with scratch() as top:
        work, beside = top / "work", top / "beside"
        for made in (work, beside):
            made.mkdir(mode=0o700)
        if owner is not None:
            # The others may look up what they are given, and nothing more.
            top.chmod(0o711)
            beside.chmod(0o755)
            # Not every container has every user; the process then stays who it is, and says so.
            with suppress(OSError):
                os.chown(work, owner, owner)
        yield work, beside


def removed_but_open(process: int) -> int:
    """The bytes of files that have no name any more and that a process holds open.

    Only root may look: 0 for others, and where the system does not show it.
    """
    held = 0
    with suppress(OSError), os.scandir(f"/proc/{process}/fd") as entries:
        for entry in entries:
            with suppress(OSError):
                found = entry.stat()
                held += _bytes(found) if stat.S_ISREG(found.st_mode) and found.st_nlink == 0 else 0
    return held


def _bytes(found: os.stat_result) -> int:
    """How long a file says that it is, or what the disk keeps for it."""
    return max(found.st_size, 512 * getattr(found, "st_blocks", 0))


def too_full(folder: Path, files: int, size: int, inner: int = MOST_FOLDERS) -> bool:
    """Whether there are more entries in a folder and those in it than so many, more bytes, or more folders.

    A folder that cannot be looked into, for its depth or its rights, is full.
    """
    number, held, looked_into = 0, 0, 0
    folders = [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    number += 1
                    with suppress(FileNotFoundError):
                        held += _bytes(entry.stat(follow_symlinks=False))
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                        looked_into += 1
                    if number > files or held > size or looked_into > inner:
                        return True
        except FileNotFoundError:
            continue
        except OSError:
            return True
    return False
