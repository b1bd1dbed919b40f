"""Modules as values: a title, imports, and functions, whose statements are syntax trees."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from numeric.source.plain import in_docstring
from numeric.source.printing import function_text


@dataclass(frozen=True)
class Program:
    """A module; ``imports`` are its import statements, one a line."""

    title: str
    imports: tuple[str, ...]
    functions: tuple[ast.FunctionDef, ...]

    @property
    def text(self) -> str:
        """The source of the module."""
        head = "\n".join([f'"""{in_docstring(self.title)}"""', "", *self.imports])
        return "\n\n\n".join([head, *self.definitions]) + "\n"

    @property
    def definitions(self) -> tuple[str, ...]:
        """The source of the functions."""
        return tuple(map(function_text, self.functions))

    def defines(self, name: str) -> bool:
        """Whether one of the functions has a name."""
        return any(function.name == name for function in self.functions)
