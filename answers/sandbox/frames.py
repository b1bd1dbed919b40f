"""What a process under test says, as bytes in a pipe: arrays and texts by number and name.

The process may write anything there. Reading therefore asks for every length before it takes it, makes nothing but
arrays of numbers and short texts, and says what is no such thing.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LONGEST_NAME = 200
LONGEST_TEXT = 10_000
LONGEST_LINE = 500
MOST_AXES = 32
MOST_FRAMES = 20_000

ARRAY, TEXT = b"A", b"T"
HEAD = struct.Struct("<cIH")
LENGTH = struct.Struct("<Q")


class FrameError(Exception):
    """The bytes are not those of arrays and texts."""


@dataclass(frozen=True)
class Frame:
    """A text, or the shape of an array and its bytes as double precision numbers."""

    number: int
    name: str
    text: str | None = None
    shape: tuple[int, ...] = ()
    data: bytes = field(default=b"", repr=False)


def send(place: int, number: int, name: str, text: str) -> None:
    """Write a text; what is too long of it is left out."""
    cut = text[:LONGEST_TEXT].encode(errors="replace")[: 4 * LONGEST_TEXT]
    _write(place, _head(TEXT, number, name) + LENGTH.pack(len(cut)) + cut)


def send_array(place: int, number: int, name: str, array: Any) -> None:
    """Write an array of double precision numbers."""
    shape = b"".join(map(LENGTH.pack, array.shape))
    _write(place, _head(ARRAY, number, name) + LENGTH.pack(len(array.shape)) + shape + array.tobytes())


def _head(kind: bytes, number: int, name: str) -> bytes:
    encoded = name.encode(errors="replace")[:LONGEST_NAME]
    return HEAD.pack(kind, number, len(encoded)) + encoded


def _write(place: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(place, rest) :]


def frames(data: bytes) -> Iterator[Frame]:
    """What the bytes say, up to the last that is whole.

    Raises:
        FrameError: they say something else.
    """
    reader = _Reader(data)
    number = 0
    while reader.left:
        number += 1
        if number > MOST_FRAMES:
            raise FrameError(f"its results are more than {MOST_FRAMES:,}")
        try:
            yield reader.frame()
        except EOFError:
            return


def one_line(text: str, most: int = LONGEST_LINE) -> str:
    """A text that somebody else wrote as a line that moves nothing on a page or a terminal."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:most]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def frame(self) -> Frame:
        kind, number, length = HEAD.unpack(self._take(HEAD.size))
        if kind not in (ARRAY, TEXT) or length > LONGEST_NAME:
            raise FrameError("its results are no arrays")
        name = str(self._take(length), "utf-8", "replace")
        if kind == TEXT:
            return Frame(number, name, text=self._text())
        axes = self._length(MOST_AXES)
        shape = tuple(self._length(self.left) for _ in range(axes))
        if math.prod(length for length in shape if length) > self.left:
            raise FrameError("its results say that they are longer than they are")
        return Frame(number, name, shape=shape, data=bytes(self._take(8 * math.prod(shape))))

    def _text(self) -> str:
        return str(self._take(self._length(4 * LONGEST_TEXT)), "utf-8", "replace")[:LONGEST_TEXT]

    def _length(self, most: int) -> int:
        (length,) = LENGTH.unpack(self._take(LENGTH.size))
        if length > most:
            raise FrameError("its results say that they are longer than they are")
        return int(length)

    def _take(self, length: int) -> memoryview:
        if length > self.left:
            raise EOFError
        taken = self._data[self._at : self._at + length]
        self._at += length
        return taken
