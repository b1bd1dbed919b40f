"""What is remembered between calls: of forward definitions in one place, of other arguments so many values.

Whatever remembers depends on its arguments alone, so that forgetting changes nothing but time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Of = TypeVar("Of", bound=Hashable)
Others = ParamSpec("Others")
Found = TypeVar("Found")

DEFINITIONS = 64
"""Forward definitions: those of a homework, or of the layers of a page."""

SYMBOLS = 65_536
"""What expressions are made of, which all of them share: symbols, elements, and what a part of one reads."""

EXPRESSIONS = 8192
"""Whole expressions, sizes and names as a derivation or a program meets them again and again."""

LIBRARY = 256
"""What is defined once and met in many expressions: scalar functions, functions of arrays, tables of a reading."""

TRIALS = 64
"""What takes long and is large: networks of templates, values at points, cases of a programming part."""

WRITTEN = 20_000
"""Formulas that a class writes of one derivation."""

FEW = 8
"""What is large and comes up in turns of one definition: points with their arrays, conventions."""

DATA = 4
"""Data sets, which may be very large."""

ONE = 1
"""What is made once: parsers, registries, what this machine has."""


@lru_cache(maxsize=DEFINITIONS)
def _memory_of(forward: Hashable) -> dict[Callable[..., Any], Callable[..., Any]]:
    """What functions found of a forward definition, which is forgotten together."""
    return {}


def forget() -> None:
    """Forget what was found of forward definitions."""
    _memory_of.cache_clear()


def with_forward(
    most: int,
) -> Callable[[Callable[Concatenate[Of, Others], Found]], Callable[Concatenate[Of, Others], Found]]:
    """Keep what a function finds with the forward definition that it is of, and at the ``most`` so many values of it.

    Its first argument is the definition, or a derivation or a network that has one.
    """

    def decorate(function: Callable[Concatenate[Of, Others], Found]) -> Callable[Concatenate[Of, Others], Found]:
        @wraps(function)
        def remembering(of: Of, /, *others: Others.args, **named: Others.kwargs) -> Found:
            forward = getattr(of, "forward", None)
            memory = _memory_of(of if forward is None else forward)
            found = memory.get(function)
            if found is None:
                # One that is of the definition itself need not compare it again, which may be long.
                whole = partial(function, of) if forward is None else function
                found = memory.setdefault(function, lru_cache(maxsize=most)(whole))
            value: Found = found(*others, **named) if forward is None else found(of, *others, **named)
            return value

        return remembering

    return decorate
