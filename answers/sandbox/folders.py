"""Folders in which somebody else's code may write, measured and removed whatever it leaves there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)

MOST_FOLDERS = 100
"""A disk takes milliseconds to remove each."""


@contextmanager
def workspace(owner: int | None) -> Iterator[tuple[Path, Path]]:
    """An empty folder that belongs to a user, if one is given, and one beside it that is this process's.

    Both are removed at the end.
    """
    top = Path(tempfile.mkdtemp(prefix="code-"))
    work, beside = top / "work", top / "beside"
    try:
        for made in (work, beside):
            made.mkdir(mode=0o700)
        if owner is not None:
            # The others may look up what they are given, and nothing more.
            top.chmod(0o711)
            beside.chmod(0o755)
            os.chown(work, owner, owner)
        yield work, beside
    finally:
        remove(top)


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
                        held += entry.stat(follow_symlinks=False).st_size
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


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, however deep, and follow no link; what cannot be removed stays."""
    with suppress(OSError):
        _empty(os.open(folder, FOLDER))
        folder.rmdir()


def _empty(place: int) -> None:
    """Remove the entries of an open folder and close it; one folder is open at a time, so that any depth will do."""
    names: list[str] = []
    try:
        while True:
            inner = _first_folder(place)
            if inner is not None:
                os.chmod(inner, 0o700, dir_fd=place)
                place = _instead_of(place, inner)
                names.append(inner)
            elif names:
                place = _instead_of(place, "..")
                os.rmdir(names.pop(), dir_fd=place)
            else:
                return
    finally:
        os.close(place)


def _first_folder(place: int) -> str | None:
    """The name of a folder in an open one, None if there is none; all that is no folder is removed before it."""
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                return entry.name
            os.unlink(entry.name, dir_fd=place)
    return None


def _instead_of(place: int, name: str) -> int:
    opened = os.open(name, FOLDER, dir_fd=place)
    os.close(place)
    return opened
