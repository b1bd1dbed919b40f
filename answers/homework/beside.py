"""The files beside a homework that its sheets need, read once: pictures and templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from answers.contract.model import texts_in
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


def _shown_in(homework: Homework) -> Iterator[str]:
    """The pictures in the texts of a homework."""
    for _, text in texts_in(homework):
        # What is no Markdown is a text of another kind, and shows none.
        with suppress(MarkdownError):
            yield from pictures(text)
