"""Texts of a homework file, refused where they stand in it if a sheet cannot print them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from answers.latex.escape import escape
from answers.latex.formula import formula
from answers.latex.markdown import inline_markdown, markdown


def _is_markdown(text: str) -> str:
    markdown(text)
    return text


def _is_line(text: str) -> str:
    inline_markdown(text)
    return text


def _is_maths(text: str) -> str:
    formula(text)
    return text


def _is_plain(text: str) -> str:
    escape(text)
    return text


Markdown = Annotated[str, AfterValidator(_is_markdown)]
"""Paragraphs, lists, tables and formulas. What ``{{...}}`` quotes is filled in later and read again then."""

MarkdownLine = Annotated[str, AfterValidator(_is_line)]
"""Markdown on one line, such as a title."""

Maths = Annotated[str, AfterValidator(_is_maths)]
"""A formula in LaTeX, without dollar signs."""

PlainText = Annotated[str, AfterValidator(_is_plain)]
"""Words that are printed as they are."""
