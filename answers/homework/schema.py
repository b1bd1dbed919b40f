"""Where in a model an error of pydantic belongs: which model holds the key, and which keys that model knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from answers.errors import KeyPath

KEY = "[key]"
"""The step of pydantic that says that the key itself is wrong, and not what stands behind it."""

Location = tuple[str | int, ...]
"""The ``loc`` of an error of pydantic: keys and positions, and the names of the members of unions tried."""


@dataclass(frozen=True)
class Place:
    """A place in the data: the keys that lead there, and the model that holds the last of them.

    ``alternative`` says that the place was reached through a member of a union that need not be the one meant.
    """

    path: KeyPath
    holder: type[BaseModel] | None
    alternative: bool


def follow(model: type[BaseModel], location: Location) -> Place:
    """The place of an error in the data that ``model`` was to hold."""
    path: list[str | int] = []
    holder: type[BaseModel] | None = None
    alternative = False
    here: Any = model
    for step in location:
        if step == KEY:
            break
        union = _Union.of(here)
        if len(union.members) > 1 or union.tag is not None:
            here = union.member(str(step))
            alternative = alternative or union.tag is None
            continue
        here = union.members[0] if union.members else None
        path.append(step)
        if isinstance(here, type) and issubclass(here, BaseModel):
            holder = here
            here = _annotation(_fields(here).get(str(step)))
        else:
            here = _entry(here, step)
    return Place(tuple(path), holder, alternative)


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys that a mapping of this model may have, in their order."""
    return tuple(_fields(model))


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _annotation(field: FieldInfo | None) -> Any:
    """What a field holds, with the key that tells its alternatives apart."""
    return None if field is None else Annotated[field.annotation, field]


@dataclass(frozen=True)
class _Union:
    """What a value may be, None left out; ``tag`` is the key whose value names the member, if there is one."""

    members: tuple[Any, ...]
    tag: str | None = None

    @classmethod
    def of(cls, annotation: Any) -> _Union:
        tag = None
        while get_origin(annotation) is Annotated:
            annotation, *metadata = get_args(annotation)
            tags = [info.discriminator for info in metadata if isinstance(info, FieldInfo)]
            tag = next((str(found) for found in tags if found is not None), tag)
        if get_origin(annotation) not in (Union, UnionType):
            return cls((annotation,), tag)
        members = tuple(part for part in get_args(annotation) if part is not NoneType)
        return cls.of(members[0]) if len(members) == 1 else cls(members, tag)

    def member(self, label: str) -> Any:
        """The member that pydantic calls ``label``: by its tag, or else by the name of its type."""
        for member in self.members:
            if self.tag is not None and label in _tags(member, self.tag):
                return member
        named = (member for member in self.members if label.startswith(getattr(member, "__name__", str(member))))
        return next(named, None)


def _tags(member: Any, tag: str) -> set[str]:
    """The values of the key ``tag`` that mean this member of a union, or one of the members inside it."""
    while get_origin(member) is Annotated:
        member = get_args(member)[0]
    inner = get_args(member) if get_origin(member) in (Union, UnionType) else (member,)
    return {str(value) for one in inner for value in get_args(one.model_fields[tag].annotation)}


def _entry(annotation: Any, step: str | int) -> Any:
    """What the entries of a list, tuple or mapping are."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return arguments[1]
    if origin is tuple and Ellipsis not in arguments:
        return arguments[step] if isinstance(step, int) and step < len(arguments) else None
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return arguments[0]
    return None
