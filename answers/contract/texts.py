"""Texts of a homework file, refused where they stand in it if a sheet cannot print them."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from answers.contract.surroundings import Surroundings, surroundings
from answers.latex.escape import escape, require_fonts
from answers.latex.formula import formula
from answers.latex.macros import expanded, expanded_in_text
from answers.latex.markdown import inline_markdown, markdown, pictures
from answers.latex.preamble import preamble


def _is_markdown(text: str, info: ValidationInfo) -> str:
    around = surroundings(info)
    text = expanded_in_text(text, around.macros)
    markdown(text)
    _require_printable(text, around)
    return text


def _is_line(text: str, info: ValidationInfo) -> str:
    around = surroundings(info)
    text = expanded_in_text(text, around.macros)
    inline_markdown(text)
    _require_printable(text, around)
    return text


def _is_maths(text: str, info: ValidationInfo) -> str:
    around = surroundings(info)
    text = expanded(text, around.macros)
    formula(text)
    _require_fonts(text, around)
    return text


def _is_plain(text: str, info: ValidationInfo) -> str:
    escape(text)
    _require_fonts(text, surroundings(info))
    return text


def _is_picture(name: str, info: ValidationInfo) -> str:
    surroundings(info).read(name, "the picture")
    return name


def _is_preamble(text: str) -> str:
    return preamble(text)


def _is_folder_of_templates(name: str, info: ValidationInfo) -> str:
    surroundings(info).templates(name)
    return name


def _require_printable(text: str, around: Surroundings) -> None:
    _require_fonts(text, around)
    for picture in pictures(text):
        around.read(picture, "the picture")


def _require_fonts(text: str, around: Surroundings) -> None:
    if not around.every_script:
        require_fonts(text)


Markdown = Annotated[str, AfterValidator(_is_markdown)]
"""Paragraphs, lists, tables, pictures and formulas, in which macros of the file are expanded.

What ``{{...}}`` quotes is filled in later and read again then.
"""

MarkdownLine = Annotated[str, AfterValidator(_is_line)]
"""Markdown on one line, such as a title."""

Maths = Annotated[str, AfterValidator(_is_maths)]
"""A formula in LaTeX, without dollar signs, in which macros of the file are expanded."""

PlainText = Annotated[str, AfterValidator(_is_plain)]
"""Words that are printed as they are."""

PictureFile = Annotated[str, AfterValidator(_is_picture)]
"""The path of a picture beside the homework file."""

Preamble = Annotated[str, AfterValidator(_is_preamble)]
"""TeX for the preamble of sheets."""

TemplateFolder = Annotated[str, AfterValidator(_is_folder_of_templates)]
"""The path of a folder of templates beside the homework file."""
