"""Arrays and types of numbers as pickles spell them: stand-ins whose every field is checked before an array is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy

Array = numpy.ndarray[Any, Any]

NUMBERS = frozenset("b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split())
"""The types that an array may have: truth values, integers and floating-point numbers, with their bytes."""

ByteOrder = Literal["<", ">", "|", "="]

ORDERS: Mapping[str, ByteOrder] = {"<": "<", ">": ">", "|": "|", "=": "="}
MOST_DIMENSIONS = 32


class StateError(Exception):
    """A pickle says of an array or its type what is not so for an array of numbers."""


@dataclass(frozen=True)
class NumberType:
    """A type of numbers by its letter and its bytes, such as ``u1``, and its byte order."""

    code: str
    order: ByteOrder

    @property
    def size(self) -> int:
        """How many bytes a number takes."""
        return int(self.code[1:])


class Unfilled:
    """What a pickle names first and gives its state later."""

    def __init__(self, fill: Callable[[object], Any]) -> None:
        self.fill = fill
        self.places: list[int] = []
        """Where the memo of the pickle holds it."""


def number_type(description: object) -> Unfilled:
    """The type of numbers that a pickle describes; its state will say the byte order.

    Raises:
        StateError: it is not one of the types of numbers.
    """
    code = _text(description)
    if code not in NUMBERS:
        raise StateError(f"an array of type {code[:20] if code else type(description).__name__}")
    return Unfilled(lambda state: type_from_state(code, state))


def unfilled_array() -> Unfilled:
    """An array whose state will say everything."""
    return Unfilled(array_from_state)


def type_from_state(code: str, state: object) -> NumberType:
    """The type of numbers in the byte order that its state says.

    Raises:
        StateError: the state is not that of a plain type of numbers.
    """
    if not isinstance(state, tuple) or len(state) != 8 or type(state[0]) is not int or not _is_plain(state[2:]):
        raise StateError(f"a type {code} whose state is not that of plain numbers")
    order = ORDERS.get(_text(state[1]))
    if order is None:
        raise StateError(f"a byte order of {code} that is none of < > | =")
    return NumberType(code, order)


def _is_plain(state: tuple[object, ...]) -> bool:
    """Whether a type has no parts, no names and no alignment, and holds no objects."""
    return (
        all(part is None for part in state[:3])
        and [type(part) for part in state[3:]] == [int] * 3
        and (state[3:] == (-1, -1, 0))
    )


def array_from_state(state: object) -> Array:
    """The array that a state says: version, shape, type, whether columns come first, and its bytes.

    Raises:
        StateError: the fields have other types, or do not fit each other.
    """
    if not isinstance(state, tuple) or len(state) != 5 or not _is_number(state[0], 1) or not _is_truth(state[3]):
        raise StateError("a state of an array that is not version, shape, type, order and bytes")
    _, shape, dtype, columns, data = state
    return array_of(data, dtype, shape, "F" if columns else "C")


def array_of(data: object, dtype: object, shape: object, order: object) -> Array:
    """The array of these bytes, which it shares.

    Raises:
        StateError: the fields have other types, or the bytes are not those of so many numbers.
    """
    if not isinstance(data, bytes | bytearray) or not isinstance(dtype, NumberType):
        raise StateError("an array that is not made of bytes and a type of numbers")
    sizes = _shape(shape)
    where = _text(order)
    if where not in ("C", "F"):
        raise StateError("an order of elements that is neither C nor F")
    if prod(sizes) * dtype.size != len(data):
        raise StateError(f"an array of shape {_said(sizes)} in {len(data)} bytes")
    if dtype.code == "b1" and data.translate(None, b"\x00\x01"):
        raise StateError("truth values that are neither 0 nor 1")
    kind = numpy.dtype(dtype.code).newbyteorder(dtype.order)
    if not data:
        return numpy.zeros(sizes, dtype=kind)
    return numpy.frombuffer(data, dtype=kind).reshape(sizes, order="F" if where == "F" else "C")


def _is_number(value: object, number: int) -> bool:
    return type(value) is int and value == number


def _is_truth(value: object) -> bool:
    return isinstance(value, bool) or _is_number(value, 0) or _is_number(value, 1)


def _shape(shape: object) -> Sequence[int]:
    if not isinstance(shape, tuple) or len(shape) > MOST_DIMENSIONS:
        raise StateError("a shape that is no tuple of at most 32 sizes")
    if not all(type(size) is int and 0 <= size < 2**40 for size in shape):
        raise StateError("a shape with what is no size")
    if 0 in shape and prod(size for size in shape if size) >= 2**40:
        raise StateError("a shape with what is no size")
    return shape


def _said(sizes: Sequence[int]) -> str:
    return "(" + ", ".join(map(str, sizes)) + ")"


def _text(value: object) -> str:
    """Short text that may be bytes, as Python 2 writes it; empty if it is neither."""
    if isinstance(value, bytes):
        return value[:64].decode("latin1")
    return value if isinstance(value, str) else ""
