"""Files that belong together, written all or none, even if this program is killed in between.

They are complete in a folder of their own beside their places before a manifest there names them. From then on the set
counts: the old files are moved away first, then the new ones to their places, so that no old one ever stands beside a
new one. Whoever writes into the folder next finishes a set that has its manifest, and takes away one that has none.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from time import monotonic, sleep

from answers.files import OutputError, write_file

STAGE = ".gradsheet-unfinished"
MANIFEST = "manifest.json"
NEW, OLD = "new-", "old-"
PATIENCE = 30.0
"""Seconds that another run may take to write its files into the same folder."""


def write_together(folder: Path, files: Mapping[str, bytes | str], gone: Iterable[str] = ()) -> None:
    """Write files into a folder, by their path in it, and remove those that are ``gone``: all of that or nothing.

    Other files of the folder are left alone. What an earlier run left unfinished is settled first.

    Raises:
        OutputError: the folder cannot be made or written; its files are what they were.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            _settle(folder)
            _require_places(folder, files)
            stage = folder / STAGE
            for number, content in enumerate(files.values()):
                write_file(stage / f"{NEW}{number}", content)
            fileset = _Fileset(tuple(files), tuple(name for name in gone if name not in files))
            write_file(stage / MANIFEST, json.dumps({"files": fileset.files, "gone": fileset.gone}))
            try:
                _put(folder, fileset)
            except OSError:
                _put_back(folder, fileset)
                _clear(stage)
                raise
            _clear(stage)
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or folder}: {error.strerror or error}") from error


def settle(folder: Path) -> None:
    """Finish what a run that was killed began to put into a folder, or take away what it had not completed.

    Raises:
        OutputError: the folder cannot be written.
    """
    if not (folder / STAGE).is_dir():
        return
    try:
        with _alone(folder):
            _settle(folder)
    except OSError as error:
        raise OutputError(f"cannot write {error.filename or folder}: {error.strerror or error}") from error


@dataclass(frozen=True)
class _Fileset:
    """The paths in the folder of what is written and of what is removed; all old ones have a number, in this order."""

    files: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def old(self) -> tuple[str, ...]:
        return (*self.files, *self.gone)


def _put(folder: Path, fileset: _Fileset) -> None:
    """Move the old files away and the new ones to their places; where a run was killed in between, the rest of it."""
    stage = folder / STAGE
    placed = {name for number, name in enumerate(fileset.files) if not (stage / f"{NEW}{number}").exists()}
    for number, name in enumerate(fileset.old):
        if name not in placed:
            with suppress(FileNotFoundError):
                (folder / name).replace(stage / f"{OLD}{number}")
    for number, name in enumerate(fileset.files):
        if name not in placed:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / f"{NEW}{number}").replace(folder / name)


def _put_back(folder: Path, fileset: _Fileset) -> None:
    """Have the old files again, where a new one cannot be put in its place."""
    stage = folder / STAGE
    for number, name in enumerate(fileset.files):
        if not (stage / f"{NEW}{number}").exists():
            (folder / name).unlink(missing_ok=True)
    for number, name in enumerate(fileset.old):
        with suppress(FileNotFoundError):
            (stage / f"{OLD}{number}").replace(folder / name)


def _settle(folder: Path) -> None:
    fileset = _manifest(folder)
    if fileset is not None:
        _put(folder, fileset)
    _clear(folder / STAGE)


def _manifest(folder: Path) -> _Fileset | None:
    """The set that is to be finished; None if there is none, or none of ours."""
    try:
        read = json.loads((folder / STAGE / MANIFEST).read_text(encoding="utf-8"))
        fileset = _Fileset(tuple(map(str, read["files"])), tuple(map(str, read["gone"])))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    top = folder.resolve()
    inside = all((folder / name).parent.resolve().is_relative_to(top) for name in fileset.old)
    plain = all(".." not in PurePosixPath(name).parts and not PurePosixPath(name).is_absolute() for name in fileset.old)
    return fileset if inside and plain else None


def _clear(stage: Path) -> None:
    """Remove what is ours in the stage, the manifest first: without it nothing is to be finished."""
    if not stage.is_dir() or stage.is_symlink():
        return
    (stage / MANIFEST).unlink(missing_ok=True)
    for path in stage.iterdir():
        if path.name.startswith((NEW, OLD, f".{NEW}", f".{OLD}", f".{MANIFEST}.")) and not path.is_dir():
            path.unlink()
    with suppress(OSError):
        stage.rmdir()


def _require_places(folder: Path, files: Iterable[str]) -> None:
    """Refuse before anything is moved what cannot be replaced."""
    for name in files:
        path = folder / name
        if path.is_dir():
            raise OSError(None, "it is a folder", str(path))
        for parent in path.parents:
            if parent.exists() and not parent.is_dir():
                raise OSError(None, "it is no folder", str(parent))
            if parent.exists() and not os.access(parent, os.W_OK):
                raise PermissionError(None, "Permission denied", str(parent))
            if parent.exists():
                break


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Have no other run write into the folder meanwhile; the system lets go of it when this program ends, however."""
    if importlib.util.find_spec("fcntl") is None:
        yield
        return
    fcntl = importlib.import_module("fcntl")
    place = os.open(folder, os.O_RDONLY)
    end = monotonic() + PATIENCE
    try:
        while True:
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() > end:
                    raise OSError(None, "another run is writing into it", str(folder)) from None
                sleep(0.05)
        yield
    finally:
        os.close(place)
