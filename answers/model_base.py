"""The base of everything that is read from a homework file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """A mapping in a homework file: unknown keys are errors, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Kind = TypeVar("Kind", bound=Strict)


def discover(package: str, path: Iterable[str], base: type[Kind]) -> dict[str, type[Kind]]:
    """The subclasses of ``base`` that the modules of a package define, by the value of their ``kind``."""
    found: dict[str, type[Kind]] = {}
    for module in iter_modules(path, f"{package}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.name:
                for name in get_args(value.model_fields["kind"].annotation):
                    found[str(name)] = value
    return found


def one_of(models: Mapping[str, type[Kind]]) -> Any:
    """The type of a value that is one of the models, told apart by its ``kind``."""
    return Annotated[reduce(or_, models.values()), Field(discriminator="kind")]
