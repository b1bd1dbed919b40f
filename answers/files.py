"""Files of users are read if they are files and of a size that is read; files are replaced only by complete ones."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

LARGEST = 5_000_000
"""How many bytes a file that a person wrote may have."""


class OutputError(Exception):
    """A file or folder cannot be written."""


def read_file(path: Path, largest: int = LARGEST) -> bytes:
    """What a file holds. A pipe or a device is none: it may never end.

    Raises:
        OSError: it cannot be read, is no file, or has more than ``largest`` bytes.
    """
    # Opening a pipe waits for who writes into it, unless it is told not to; open, it is asked what it is.
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(None, "it is no file", str(path))
        if status.st_size > largest:
            raise OSError(None, f"it has {status.st_size:,} bytes, and at most {largest:,} are read", str(path))
        return file.read()


def write_file(destination: Path, content: bytes | str) -> None:
    """Write ``destination`` whole or not at all; what was there before stays until then.

    Text is written as UTF-8 with the line ends that it has. Folders that are missing are made.

    Raises:
        OutputError: the folder cannot be made or written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{destination.name}.", dir=destination.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            # mkstemp makes a file that only its owner can read; a sheet is handed round.
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(destination)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"cannot write {destination}: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
