"""Jinja with delimiters that LaTeX does not use, and the filters of the LaTeX templates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FunctionLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from answers.errors import HomeworkContentError
from answers.latex.escape import escape
from derive.remembering import ONE, TRIALS

OURS = "gradsheet"
"""Before the names of our templates where another one goes before them: ``gradsheet/sheet.tex.j2``."""
SYNTAX: Mapping[str, Any] = {
    "variable_start_string": r"\VAR{",
    "variable_end_string": "}",
    "block_start_string": r"\BLOCK{",
    "block_end_string": "}",
    "comment_start_string": r"\#{",
    "comment_end_string": "}",
    "line_statement_prefix": "%%",
    "line_comment_prefix": "%#",
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "undefined": StrictUndefined,
    "autoescape": False,
}


@lru_cache(maxsize=ONE)
def latex_environment() -> Environment:
    r"""The environment of the templates in ``templates/latex``.

    ``\VAR{...}`` prints, ``\BLOCK{...}`` and lines that begin with ``%%`` steer, ``\#{...}`` and ``%#``
    comment. Values are LaTeX already; a plain text is made so by the filter ``escape``. A name that is
    not given is an error.
    """
    environment = Environment(loader=PackageLoader("templates", "latex"), **SYNTAX)
    environment.filters["escape"] = escape
    return environment


@lru_cache(maxsize=TRIALS)
def _own_environment(own: tuple[tuple[str, str], ...]) -> Environment:
    """The same in a sandbox, with templates of a homework's own before ours: they read values and change nothing."""
    ours = PackageLoader("templates", "latex")
    texts = dict(own)

    def text_of(name: str) -> tuple[str, str, None] | None:
        """A template with its name as that of its file, for messages."""
        return (texts[name], name, None) if name in texts else None

    loader = ChoiceLoader([FunctionLoader(text_of), ours, PrefixLoader({OURS: ours})])
    environment = ImmutableSandboxedEnvironment(loader=loader, **SYNTAX)
    environment.filters["escape"] = escape
    return environment


def render(template: str, own: Mapping[str, str] | None = None, **context: object) -> str:
    """A LaTeX template, such as ``sheet.tex.j2``, filled in; a homework's ``own`` templates go before ours.

    Raises:
        jinja2.UndefinedError: one of our templates uses a name that is not in ``context``.
        HomeworkContentError: a template of the homework's own is wrong.
    """
    if not own:
        return latex_environment().get_template(template).render(**context)
    try:
        return _own_environment(tuple(sorted(own.items()))).get_template(template).render(**context)
    except HomeworkContentError:
        raise
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, OverflowError, RecursionError) as error:
        raise HomeworkContentError(f"the template {_place(error, own)}: {_said(error)}", ("templates",)) from error


def _place(error: BaseException, own: Mapping[str, str]) -> str:
    """The file and the line of a homework's own template that an error comes from, if it says so."""
    name, line = getattr(error, "name", None), getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in own:
            name, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    if name not in own:
        return " or ".join(sorted(own))
    return f"{name}:{line}" if line else str(name)


def _said(error: BaseException) -> str:
    message = " ".join(str(error).split())
    return message or type(error).__name__
