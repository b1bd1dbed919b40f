"""The homeworks that come with the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from answers.homework.source import read_source

FOLDER = Path(__file__).parent.parent / "homeworks"


@dataclass(frozen=True)
class Bundled:
    """A bundled homework: what it is asked for by, its title, how many parts it has, and which sheets it makes.

    With ``more`` it has further parts, for what is in the registries and not in its file.
    """

    id: str
    title: str
    parts: int
    sheets: tuple[str, ...] = ("questions", "key")
    more: bool = False

    @property
    def count(self) -> str:
        """How many parts it has, as a list shows it: ``66+`` where there are more."""
        return f"{self.parts}+" if self.more else str(self.parts)


def bundled_files() -> dict[str, Path]:
    """The files of the bundled homeworks by id, sorted."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}


def bundled() -> tuple[Bundled, ...]:
    """The bundled homeworks, sorted by id. Only their outline is read, so this is quick.

    Raises:
        HomeworkError: a bundled file was damaged and is no YAML.
    """
    return tuple(_outline(name, read_source(path).data) for name, path in bundled_files().items())


def _outline(name: str, data: object) -> Bundled:
    if not isinstance(data, dict):
        return Bundled(name, "", 0)
    questions = data.get("questions") or ()
    parts = sum(len(question.get("parts") or ()) for question in questions)
    more = any("rest" in question for question in questions)
    return Bundled(name, str(data.get("title", "")), parts, tuple(data.get("sheets") or Bundled.sheets), more)
