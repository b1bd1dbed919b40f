"""The files of a programming part: the skeleton, the example test, the reference solution."""

from __future__ import annotations

import textwrap
from functools import cache
from itertools import pairwise

from jinja2 import Environment, PackageLoader, StrictUndefined

from answers.code.lines import activation_lines, backward_lines, forward_lines, loss_lines, modules
from answers.code.options import CodeOptions
from numeric.source import namespace_of

WIDTH = 79

FIXED = "\u00a0"
"""A blank at which no line is broken."""


def write_solution(options: CodeOptions) -> str:
    """The source of the reference ``mlp.py``.

    Raises:
        NetworkError: an activation or a loss does not exist.
        SourceError: one of them has no source for the library.
    """
    return _render("mlp.py.j2", options, solved=True)


def write_handout(options: CodeOptions) -> dict[str, str]:
    """The files that students get, by name: ``mlp.py`` with the lines to write left out, and an example test."""
    return {
        "mlp.py": _render("mlp.py.j2", options, solved=False),
        "test_mlp.py": _render("test_mlp.py.j2", options, solved=False),
    }


def _render(template: str, options: CodeOptions, *, solved: bool) -> str:
    losses = loss_lines(options)
    text = "".join(line.source for loss in losses for line in (loss.value, loss.slope))
    return (
        _environment()
        .get_template(template)
        .render(
            options=options,
            solved=solved,
            library=namespace_of(options.library),
            forward=forward_lines(options.library),
            backward=backward_lines(options.library),
            activations=activation_lines(options),
            losses={loss.name: loss for loss in losses},
            modules=modules(options),
            helpers=[name for name in ("safe_log", "safe_divisor") if f"{name}(" in text],
        )
    )


@cache
def _environment() -> Environment:
    """Jinja for Python files: ``$%`` and ``%$`` enclose what steers, ``$(`` and ``)$`` a value."""
    environment = Environment(
        loader=PackageLoader("templates", "code/mlp"),
        variable_start_string="$(",
        variable_end_string=")$",
        block_start_string="$%",
        block_end_string="%$",
        comment_start_string="$#",
        comment_end_string="#$",
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,
    )
    environment.filters["comment"] = _comment
    environment.filters["wrapped"] = _wrapped
    environment.filters["choices"] = _choices
    return environment


def _comment(text: str, indent: int) -> str:
    """A comment in lines of the page's width, each behind ``indent`` blanks and a hash."""
    return _wrapped(text, indent, "# ")


def _wrapped(text: str, indent: int, mark: str = "") -> str:
    start = " " * indent + mark
    return textwrap.fill(_kept_together(text), WIDTH, initial_indent=start, subsequent_indent=start + "    ").replace(
        FIXED, " "
    )


def _kept_together(formula: str) -> str:
    """The formula with blanks at which a line may break only behind whole terms: not inside inner brackets."""
    kept, depth = "", 0
    for before, character in pairwise(f" {formula}"):
        depth += (character in "([") - (character in ")]")
        kept += FIXED if character == " " and (depth > 1 or before in "+-=") else character
    return kept


def _choices(names: list[str]) -> str:
    """``"relu", "sigmoid" or "identity"``."""
    *others, last = [f'"{name}"' for name in names]
    return f"{', '.join(others)} or {last}" if others else last
