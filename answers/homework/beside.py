"""The files beside a homework that its sheets need, read once: pictures and templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from answers.contract.surroundings import Surroundings
from answers.errors import HomeworkContentError
from answers.homework.model import Homework
from answers.latex.macros import macros_of
from answers.latex.markdown import MarkdownError, pictures
from answers.reading.errors import Unreadable
from answers.reading.macros import macros_in


@dataclass(frozen=True)
class Beside:
    """What lies beside a homework: its pictures by their path, and its templates by their names."""

    pictures: Mapping[str, bytes] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


def around_of(data: object, folder: Path | None) -> Surroundings:
    """What the texts of a file may use, from its data before anything of it is known to be right.

    What is wrong with a macro is found where the file is validated.
    """
    given = data if isinstance(data, dict) else {}
    macros, tex = given.get("macros"), given.get("preamble")
    written = macros if isinstance(macros, dict) else {}
    try:
        own = macros_of({name: body for name, body in written.items() if isinstance(body, str)})
        defined = macros_in(tex)[0] if isinstance(tex, str) else {}
    except (HomeworkContentError, Unreadable):
        own, defined = {}, {}
    return Surroundings(folder, {**defined, **own}, every_script=given.get("engine") == "lualatex")


def beside(homework: Homework, around: Surroundings) -> Beside:
    """The pictures of a homework, in its texts and in its title, and its templates.

    Raises:
        HomeworkContentError: one of them is gone since the file was validated.
    """
    names = [*([homework.logo] if homework.logo else []), *_shown_in(homework)]
    shown = {name: around.read(name, "the picture") for name in dict.fromkeys(names)}
    return Beside(shown, around.templates(homework.templates) if homework.templates else {})


def _shown_in(value: Any) -> Iterator[str]:
    """The pictures in the texts of a model."""
    if isinstance(value, str):
        try:
            yield from pictures(value)
        except MarkdownError:
            return  # no Markdown: a text of this kind was validated
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _shown_in(getattr(value, name))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _shown_in(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _shown_in(inner)
