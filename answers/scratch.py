"""Temporary folders that are gone afterwards: removed at their end, or by a later run if this one is killed before."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from time import time

from derive.remembering import TRIALS

PREFIX = "gradsheet-scratch-"
OURS = re.compile(re.escape(PREFIX) + r"[a-z0-9_]{8}")
SETTLED = 60
"""Seconds after which whoever made a folder has taken hold of it, if it still runs."""

FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder, removed at the end with all that is in it."""
    _sweep_once(tempfile.gettempdir())
    top = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with _held(top):
            yield top
    finally:
        remove(top)


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold a folder until the end, or until this process ends; False if another process holds it."""
    if importlib.util.find_spec("fcntl") is None:
        yield False
        return
    fcntl = importlib.import_module("fcntl")
    place = os.open(folder, FOLDER)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(place)


@lru_cache(maxsize=TRIALS)
def _sweep_once(place: str) -> None:
    sweep(Path(place))


def sweep(place: Path) -> None:
    """Remove what killed runs of this user left in a folder: those of our names that no process holds."""
    with suppress(OSError):
        for path in list(place.iterdir()):
            if OURS.fullmatch(path.name):
                _sweep(path)


def _sweep(path: Path) -> None:
    with suppress(OSError):
        status = path.lstat()
        if hasattr(os, "geteuid") and status.st_uid == os.geteuid() and time() - status.st_mtime > SETTLED:
            with _held(path) as free:
                if free:
                    remove(path)


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
