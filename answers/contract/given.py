"""What a homework file gives where numbers are expected: true is no number, and lists of them are rectangular."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import isfinite
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

NUMBERS = {"anyOf": [{"type": "number"}, {"type": "array", "items": {}, "minItems": 1}]}

EXACT_NUMBER = {"anyOf": [{"type": "number"}, {"type": "string"}]}
EXACT_NUMBERS = {"anyOf": [*EXACT_NUMBER["anyOf"], {"type": "array", "items": {}, "minItems": 1}]}

NUMBER = re.compile(r"(?P<above>[+-]?(\d+(\.\d*)?|\.\d+)([eE](?P<power>[+-]?\d+))?)(/(?P<below>\d+))?")
LONGEST_NUMBER, LARGEST_EXPONENT = 40, 30
"""How many characters a number may have that is taken exactly, and how large the power of ten in it may be."""


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
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
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


def _fractions(value: Any) -> Any:
    """Nested lists of numbers with every number as the fraction that it says: 0.1 is 1/10."""
    if isinstance(value, list | tuple) and value:
        return tuple(_fractions(entry) for entry in value)
    return exactly(value)


def exactly(value: Any) -> Fraction:
    """The fraction that a number or a text such as ``1/3`` says.

    Raises:
        ValueError: it is no number.
    """
    if isinstance(value, Fraction):
        return value
    text = str(value).replace("−", "-").replace(" ", "") if isinstance(value, int | float | str) else ""
    found = NUMBER.fullmatch(text)
    if isinstance(value, bool) or found is None:
        raise ValueError(f"expected a number such as 3, 0.25 or 1/3, got {said(value)}")
    if len(text) > LONGEST_NUMBER or abs(int(found["power"] or 0)) > LARGEST_EXPONENT:
        raise ValueError(f"expected a number of at most {LONGEST_NUMBER} characters, got {said(text)}")
    below = int(found["below"] or 1)
    if below == 0:
        raise ValueError(f"{text} divides by 0")
    return Fraction(found["above"]) / below


def rectangular_fractions(value: Any) -> Any:
    """Nested lists of numbers, all of one shape, with every number as a fraction.

    Raises:
        ValueError: one is no number, or the shapes differ.
    """
    exact = _fractions(value)
    _shape(exact)
    return exact


ExactNumbers: TypeAlias = Annotated[Any, AfterValidator(rectangular_fractions), WithJsonSchema(EXACT_NUMBERS)]
"""The value of a tensor as fractions: a number or ``"1/3"``, or lists of them as deep as the tensor has axes."""

ExactNumber: TypeAlias = Annotated[Any, BeforeValidator(exactly), WithJsonSchema(EXACT_NUMBER)]
"""One number as a fraction."""
