"""What is remembered between calls, and how to forget it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from lark import Lark

from gradsheet.neighbours import PACKAGES


def clear_caches() -> None:
    """Forget all that was derived, compiled and measured before: what follows is worked out anew.

    Nothing changes but time and memory: what is remembered are values of functions that depend on their arguments
    alone. A network that is still held keeps what was derived of it, and parsers are kept, which a grammar alone makes.
    """
    for module in modules():
        for function in caches(module):
            if not makes_parser(function):
                function.cache_clear()


def modules() -> Iterator[ModuleType]:
    """The modules of the program that are loaded."""
    for name, module in sorted(sys.modules.items()):
        if name.split(".")[0] in PACKAGES:
            yield module


def caches(module: ModuleType) -> Iterator[Any]:
    """The functions of a module that remember."""
    for value in list(vars(module).values()):
        if hasattr(value, "cache_clear") and value.__module__ == module.__name__:
            yield value


def makes_parser(function: Any) -> bool:
    """Whether a function that remembers makes the parser of a grammar."""
    return bool(function.__annotations__.get("return") == Lark.__name__)
