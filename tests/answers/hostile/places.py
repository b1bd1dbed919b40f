"""Every place of a schema that holds a text, and data with a text of one's own at one of them."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

Place = tuple[str | int, ...]
"""The way to a text: names of fields, numbers of the members of unions, KEY, VALUE and ENTRY."""

KEY, VALUE, ENTRY = "[key]", "[value]", "[entry]"

PLAUSIBLE = {
    "network": "net", "layers": "x:n -> Linear(K)", "loss": "MSE", "training": "net", "layer": "ReLU",
    "equations": "y[i] = z[i]", "start": "z", "formula": "z", "axes": "n", "activation": "ReLU",
    "of": "dl/dW1", "formulas": "z", "part": "1a", "question": "q", "id": "1a",
}  # fmt: skip
"""What stands in a field that must be filled in."""


def places(annotation: Any) -> Iterator[Place]:
    """The places below a type that hold a text."""
    annotation = bare(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in (str, Any):
        yield ()
    elif origin in (Union, UnionType):
        for number, member in enumerate(arguments):
            yield from ((number, *place) for place in places(member))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if not is_tag(field.annotation):
                yield from ((name, *place) for place in places(field.annotation))
    elif origin is dict:
        yield from ((KEY, *place) for place in places(arguments[0]))
        yield from ((VALUE, *place) for place in places(arguments[1]))
    elif origin in (tuple, list):
        yield from ((ENTRY, *place) for place in places(arguments[0]))


def data(annotation: Any, place: Place | None, text: Any, name: str = "") -> Any:
    """Data for a type with the text at the place, and plausible values where something must stand."""
    annotation = bare(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if place == ():
        return text
    if origin in (Union, UnionType):
        step, rest = (_first(arguments), None) if place is None else (int(place[0]), place[1:])
        return data(arguments[step], rest, text, name)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {
            key: data(field.annotation, place[1:] if place and place[0] == key else None, text, key)
            for key, field in annotation.model_fields.items()
            if field.is_required() or is_tag(field.annotation) or (place and place[0] == key)
        }
    if origin is dict:
        key = text if place and place[0] == KEY else PLAUSIBLE.get(name, "a")
        return {key: data(arguments[1], place[1:] if place and place[0] == VALUE else None, text, name)}
    if origin in (tuple, list):
        count = 1 if Ellipsis in arguments or origin is list else len(arguments)
        return [data(arguments[0], place[1:] if place and not n else None, text, name) for n in range(count)]
    if origin is Literal:
        return arguments[0]
    return {int: 1, float: 0.5, bool: True, NoneType: None}.get(annotation, PLAUSIBLE.get(name, "x"))


def bare(annotation: Any) -> Any:
    """A type without what is said beside it."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def is_tag(annotation: Any) -> bool:
    """Whether a field has one of a few given texts."""
    return get_origin(bare(annotation)) is Literal


def _first(members: tuple[Any, ...]) -> int:
    return next(number for number, member in enumerate(members) if member is not NoneType)
