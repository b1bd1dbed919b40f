"""What a homework file gives where numbers are expected: true is no number, and lists of them are rectangular."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import AfterValidator, WithJsonSchema

NUMBERS = {"anyOf": [{"type": "number"}, {"type": "array", "items": {}, "minItems": 1}]}


def said(value: Any) -> str:
    """A value as a message quotes it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        short = value if len(value) <= 40 else f"{value[:37]}..."
        return f"the text {short!r}"
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    if isinstance(value, dict):
        return "keys with values"
    return f"{value}"


def truth_for_number(annotation: Any, value: Any) -> tuple[str | int, ...] | None:
    """Where in a value true or false stands and its type asks for a number; None if nowhere."""
    members = tuple(_members(annotation))
    if isinstance(value, bool):
        return () if not any(map(_is_truth, members)) and any(map(_is_number, members)) else None
    for key, kinds, inner in _entries(value, members):
        place = next((place for kind in kinds if (place := truth_for_number(kind, inner)) is not None), None)
        if place is not None:
            return (key, *place)
    return None


def _members(annotation: Any) -> Iterator[Any]:
    """What a value may be: the members of a union."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    else:
        yield annotation


def _is_truth(kind: Any) -> bool:
    return kind in (bool, Any) or (get_origin(kind) is Literal and any(isinstance(one, bool) for one in get_args(kind)))


def _is_number(kind: Any) -> bool:
    return kind in (int, float) or (get_origin(kind) is Literal and any(isinstance(one, int) for one in get_args(kind)))


def _entries(value: Any, members: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...], Any]]:
    """The keys of a list or mapping, what their entries may be, and the entries."""
    if isinstance(value, dict):
        pairs = [get_args(kind) for kind in members if get_origin(kind) in (dict, Mapping) and len(get_args(kind)) == 2]
        for key, entry in value.items():
            yield key, tuple(kinds[1] for kinds in pairs), entry
    elif isinstance(value, list | tuple):
        kinds = [get_args(kind) for kind in members if get_origin(kind) in (tuple, list)]
        for position, entry in enumerate(value):
            yield position, tuple(_at(position, arguments) for arguments in kinds), entry


def _at(position: int, arguments: tuple[Any, ...]) -> Any:
    """What the entry at a position of a list is."""
    if len(arguments) == 1 or Ellipsis in arguments:
        return arguments[0]
    return arguments[position] if position < len(arguments) else None


def _rectangular(value: Any) -> Any:
    _shape(value)
    return value


def _shape(value: Any) -> tuple[int, ...]:
    """The shape of nested lists of numbers."""
    if isinstance(value, list | tuple) and value:
        shapes = [_shape(entry) for entry in value]
        other = next((shape for shape in shapes if shape != shapes[0]), None)
        if other is not None:
            raise ValueError(
                f"expected entries of one shape, got {_shape_said(shapes[0])} beside {_shape_said(other)}; "
                "a matrix is the list of its rows, such as [[1, 2], [3, 4]]"
            )
        return (len(shapes), *shapes[0])
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number or a list of numbers, got {said(value)}")
    if not isfinite(float(value)):
        raise ValueError(f"expected finite numbers, got {value}")
    return ()


def _shape_said(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a number"
    return f"a list of {shape[0]}" if len(shape) == 1 else f"lists of the shape {shape}"


Numbers: TypeAlias = Annotated[Any, AfterValidator(_rectangular), WithJsonSchema(NUMBERS)]
"""The value of a tensor: a number, or lists of numbers as deep as the tensor has axes."""
