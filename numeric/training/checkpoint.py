"""Arrays on disk, written whole or not at all: what a training is resumed from, and what it leaves."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy

from numeric.arrays.axes import Array
from numeric.errors import TrainingError

DIGEST = "digest"


def save_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays with a digest of them; a kill at any time leaves the old file or the new one.

    Raises:
        OSError: the folder cannot be written.
    """
    content = io.BytesIO()
    digest = numpy.frombuffer(_digest(arrays), dtype=numpy.uint8)
    numpy.savez(content, allow_pickle=False, **arrays, **{DIGEST: digest})
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load_arrays(path: Path) -> dict[str, Array]:
    """The arrays that ``save_arrays`` wrote.

    Raises:
        TrainingError: the file is damaged or is something else.
    """
    try:
        with numpy.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        digest = arrays.pop(DIGEST).tobytes()
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{path} is damaged or no file of a training ({error})") from error
    if digest != _digest(arrays):
        raise TrainingError(f"{path} is damaged: its arrays do not have the digest that it says")
    return arrays


def _digest(arrays: Mapping[str, Array]) -> bytes:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(numpy.ascontiguousarray(array).tobytes())
    return digest.digest()
