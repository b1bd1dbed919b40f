"""Reading pickles that hold arrays and plain values, and refusing all others before anything of them runs."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy

from numeric.data.errors import DataError

BROKEN = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    MemoryError,
    OverflowError,
)
"""What the unpickler raises for a file that is no pickle, or part of one."""


class ForbiddenPickleError(Exception):
    """A pickle names something that is neither an array nor a plain value."""


class PlainUnpickler(pickle.Unpickler):
    """Knows arrays of numbers and what pickles of Python need to spell bytes; nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """What stands for a global name of the pickle.

        Raises:
            ForbiddenPickleError: the name is not one of the few that arrays need.
        """
        short = module.replace("numpy._core", "numpy.core")
        if (short, name) not in ALLOWED:
            raise ForbiddenPickleError(f"{module}.{name}")
        return ALLOWED[short, name]


def read_plain_pickle(path: Path) -> Any:
    """What a pickle holds, if that is arrays and plain values; byte strings of Python 2 stay bytes.

    Raises:
        DataError: the file cannot be read, is truncated or no pickle, or holds anything else.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return PlainUnpickler(io.BytesIO(content), encoding="bytes").load()
    except ForbiddenPickleError as error:
        raise DataError(f"{path} is refused: its pickle asks for {error}, expected arrays and plain values") from error
    except BROKEN as error:
        raise DataError(f"{path} is truncated or no pickle ({error})") from error


def _plain_dtype(description: Any, *_: Any) -> numpy.dtype[Any]:
    """A type of numbers, as a copy: the state that follows in the pickle, its byte order, is set on it.

    Raises:
        ForbiddenPickleError: the array would hold objects.
    """
    dtype = numpy.dtype(description.decode("ascii") if isinstance(description, bytes) else description, copy=True)
    if dtype.kind not in "biuf":
        raise ForbiddenPickleError(f"an array of type {dtype}")
    return dtype


def _empty_array(*_: Any) -> numpy.ndarray[Any, Any]:
    """An array to be filled by the state that follows in the pickle."""
    return numpy.ndarray(0, dtype=numpy.uint8)


def _array_of(buffer: bytes, dtype: numpy.dtype[Any], shape: tuple[int, ...], order: Any) -> numpy.ndarray[Any, Any]:
    return numpy.frombuffer(buffer, dtype=dtype).reshape(shape, order=order)


def _latin_bytes(text: str, encoding: str) -> bytes:
    """Bytes as the older pickle protocols spell them."""
    if encoding not in ("latin1", "latin-1"):
        raise ForbiddenPickleError(f"the encoding {encoding}")
    return text.encode("latin1")


def _no_bytes() -> bytes:
    """The empty byte string, which the older protocols spell as a call without arguments."""
    return b""


ALLOWED: dict[tuple[str, str], Callable[..., Any] | str] = {
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy.core.numeric", "_frombuffer"): _array_of,
    ("numpy", "ndarray"): "ndarray",
    ("numpy", "dtype"): _plain_dtype,
    ("_codecs", "encode"): _latin_bytes,
    ("__builtin__", "bytes"): _no_bytes,
}
"""What a pickle may name. Functions of NumPy are replaced by ours, which accept numbers only; the class of arrays
is a word that nothing can call."""
