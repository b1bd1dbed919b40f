"""Python files from Jinja templates, and comments that fit a page."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from derive.remembering import ONE
from numeric.source import tree
from numeric.source.plain import in_docstring, one_line, require_plain
from numeric.source.printing import Page, printed, statement_lines

WIDTH = 79

FIXED = "\u00a0"
"""A blank at which no line is broken."""


def render(template: str, **values: Any) -> str:
    """A file of ``templates/code``, such as ``mlp/mlp.py.j2``, with these values.

    Raises:
        SourceError: a value makes it hold something that the template does not say.
    """
    return require_plain(_environment().get_template(template).render(values))


@lru_cache(maxsize=ONE)
def _environment() -> Environment:
    """Jinja for Python files: ``$%`` and ``%$`` enclose what steers, ``$(`` and ``)$`` a value."""
    environment = Environment(
        loader=PackageLoader("templates", "code"),
        variable_start_string="$(",
        variable_end_string=")$",
        block_start_string="$%",
        block_end_string="%$",
        comment_start_string="$#",
        comment_end_string="#$",
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=_as_text,
        autoescape=False,
    )
    environment.filters["docstring"] = in_docstring
    environment.filters["comment"] = comment
    environment.filters["wrapped"] = wrapped
    environment.filters["choices"] = choices
    environment.filters["assigned"] = assigned
    return environment


def comment(text: str, indent: int) -> str:
    """A comment in lines of the page's width, each behind ``indent`` blanks and a hash."""
    return wrapped(text, indent, "# ")


def wrapped(text: str, indent: int, mark: str = "") -> str:
    """A formula in lines of the page's width, broken between its terms."""
    start = " " * indent + mark
    lines = textwrap.fill(_kept_together(one_line(text)), WIDTH, initial_indent=start, subsequent_indent=start + "    ")
    return lines.replace(FIXED, " ")


class Assigned(Protocol):
    """A target and the value that is assigned to it."""

    @property
    def target(self) -> ast.expr: ...

    @property
    def value(self) -> ast.expr: ...


def assigned(line: Assigned, indent: int, sign: str = "=") -> str:
    """An assignment, on several lines if it does not fit on one."""
    statement = tree.assigned(line.target, line.value, sign.removesuffix("="))
    return "\n".join(statement_lines(statement, " " * indent, Page(WIDTH, together=True)))


def _as_text(value: object) -> object:
    """What a template shows of a value: source of a tree."""
    if isinstance(value, ast.stmt):
        return "\n".join(statement_lines(value))
    return printed(value) if isinstance(value, ast.expr) else value


def choices(names: Iterable[str]) -> str:
    """``"relu", "sigmoid" or "identity"``."""
    *others, last = [f'"{name}"' for name in names]
    return f"{', '.join(others)} or {last}" if others else last


def _kept_together(formula: str) -> str:
    """The formula with blanks at which a line may break only behind whole terms: not inside inner brackets."""
    kept, depth = "", 0
    for before, character in pairwise(f" {formula}"):
        depth += (character in "([") - (character in ")]")
        kept += FIXED if character == " " and (depth > 1 or before in "+-=") else character
    return kept
