"""Files are replaced only when what replaces them is complete."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class OutputError(Exception):
    """A file or folder cannot be written."""


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
