"""The base of everything that is read from a homework file."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import partial, reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answers.contract.given import said, truth_for_number
from answers.errors import HomeworkContentError, KeyPath


class Strict(BaseModel):
    """A mapping in a homework file: unknown keys are errors, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _truth_is_no_number(cls, data: Any) -> Any:
        for name, field in cls.model_fields.items() if isinstance(data, dict) else ():
            key = field.alias or name
            place = truth_for_number(field.annotation, data.get(key))
            if place is not None:
                raise HomeworkContentError(f"expected a number, got {said(_at(data, (key, *place)))}", (key, *place))
        return data


def _at(data: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        data = data[step]
    return data


def texts_in(value: Any, place: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text of what was read from a homework file, with its place there."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts_in(getattr(value, name), (*place, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts_in(inner, (*place, key))
    elif isinstance(value, tuple | list):
        for number, inner in enumerate(value):
            yield from texts_in(inner, (*place, number))


Kind = TypeVar("Kind", bound=Strict)


def discover(package: str, path: Iterable[str], base: type[Kind], *, by: str = "kind") -> dict[str, type[Kind]]:
    """The subclasses of ``base`` that the modules of a package define, by the value of their key ``by``."""
    found: dict[str, type[Kind]] = {}
    for module in iter_modules(path, f"{package}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, base) and _belongs_to(module.name, value):
                for name in get_args(value.model_fields[by].annotation):
                    found[str(name)] = value
    return found


def _belongs_to(module: str, value: type) -> bool:
    """Whether a class is defined in a module, or inside a package of that name."""
    return value.__module__ == module or value.__module__.startswith(f"{module}.")


def first_line(documented: object) -> str:
    """The first line of what a class or a function says of itself, for lists; that of a partial is its function's."""
    inner = documented.func if isinstance(documented, partial) else documented
    return (inspect.getdoc(inner) or "").partition("\n")[0].replace("``", "")


def one_of(models: Mapping[str, Any], *, by: str = "kind") -> Any:
    """The type of a value that is one of the models, told apart by its key ``by``."""
    return Annotated[reduce(or_, models.values()), Field(discriminator=by)]
