"""Jinja with delimiters that LaTeX does not use, and the filters of the LaTeX templates."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from answers.latex.escape import escape


@cache
def latex_environment() -> Environment:
    r"""The environment of the templates in ``templates/latex``.

    ``\VAR{...}`` prints, ``\BLOCK{...}`` and lines that begin with ``%%`` steer, ``\#{...}`` and ``%#``
    comment. Values are LaTeX already; a plain text is made so by the filter ``escape``. A name that is
    not given is an error.
    """
    environment = Environment(
        loader=PackageLoader("templates", "latex"),
        variable_start_string=r"\VAR{",
        variable_end_string="}",
        block_start_string=r"\BLOCK{",
        block_end_string="}",
        comment_start_string=r"\#{",
        comment_end_string="}",
        line_statement_prefix="%%",
        line_comment_prefix="%#",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,
    )
    environment.filters["escape"] = escape
    return environment


def render(template: str, **context: object) -> str:
    """A LaTeX template, such as ``sheet.tex.j2``, filled in.

    Raises:
        jinja2.UndefinedError: the template uses a name that is not in ``context``.
    """
    return latex_environment().get_template(template).render(**context)
