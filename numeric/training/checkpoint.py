"""Arrays on disk, written whole or not at all: what a training is resumed from, and what it leaves."""

from __future__ import annotations

import hashlib
import io
import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy
from numpy.lib.format import read_array_header_1_0, read_array_header_2_0, read_magic

from numeric.arrays.axes import Array
from numeric.errors import TrainingError

DIGEST = "digest"
LARGEST = 2**30
"""How many bytes the arrays of a file may have."""


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
        if not path.is_file():
            raise ValueError("it is no file" if path.exists() else "it is not there")
        arrays = _read(path)
        digest = arrays.pop(DIGEST).tobytes()
    except Exception as error:  # whatever the readers of archives and arrays say of bytes that are neither
        raise TrainingError(f"{path} is damaged or no file of a training ({str(error)[:200]})") from error
    if digest != _digest(arrays):
        raise TrainingError(f"{path} is damaged: its arrays do not have the digest that it says")
    return arrays


def _read(path: Path) -> dict[str, Array]:
    """The arrays of an archive, each of which says of itself no more than it has."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > LARGEST:
            raise ValueError(f"it says that it holds more than {LARGEST // 2**20} MB")
        return {entry.filename.removesuffix(".npy"): _array(archive.read(entry)) for entry in entries}


def _array(data: bytes) -> Array:
    header = io.BytesIO(data)
    read = {(1, 0): read_array_header_1_0, (2, 0): read_array_header_2_0}[read_magic(header)]
    shape, by_columns, dtype = read(header)
    rest = data[header.tell() :]
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(rest):
        raise ValueError("an array is not of the size that it says")
    return numpy.frombuffer(rest, dtype).reshape(shape, order="F" if by_columns else "C").copy()


def _digest(arrays: Mapping[str, Array]) -> bytes:
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(numpy.ascontiguousarray(array).tobytes())
    return digest.digest()
