"""Where a homework file lies and what it brings along for its texts, which their validators ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pydantic import ValidationInfo

from answers.errors import HomeworkContentError
from answers.files import read_file
from answers.reading.macros import Macro
from derive.errors import nearest

LARGEST_PICTURE = 20_000_000
"""How many bytes a picture may have."""
BEGINNINGS: Mapping[str, bytes] = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".pdf": b"%PDF-",
}
"""The formats of pictures that TeX can show, by the ends of their names, with the bytes that they begin with."""
ENDS: Mapping[str, bytes] = {".png": b"IEND", ".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9", ".pdf": b"%%EOF"}
"""What is near the end of a file of such a format if it is whole."""
TEMPLATE = ".tex.j2"
"""The end of the name of a template."""
MOST_TEMPLATES = 50
TAIL = 4096
"""So many bytes at the end are looked at."""


@dataclass(frozen=True)
class Surroundings:
    """The folder of a homework file, the macros of its formulas, and whether its fonts have every script.

    A text that is read without a file has no folder.
    """

    folder: Path | None = None
    macros: Mapping[str, Macro] = field(default_factory=dict)
    every_script: bool = False

    def read(self, name: str, what: str) -> bytes:
        """The bytes of a picture by its path beside the homework file; ``what`` it is in messages.

        Raises:
            HomeworkContentError: it is not there, lies outside of the folder, or is no picture that TeX can show.
        """
        path = self.inside(name, what)
        suffix = path.suffix.lower()
        if suffix not in BEGINNINGS:
            raise HomeworkContentError(f"{what} {name}: expected a file that ends in {', '.join(BEGINNINGS)}")
        if not path.exists():
            near = [other.relative_to(path.parent).as_posix() for other in _pictures_in(path.parent)]
            hint = nearest(path.name, near) if near else "no picture lies there"
            raise HomeworkContentError(f"{what} {name}: there is no such file; {hint}")
        try:
            content = read_file(path, LARGEST_PICTURE)
        except OSError as error:
            raise HomeworkContentError(f"{what} {name}: {error.strerror or error}") from error
        if not content.startswith(BEGINNINGS[suffix]):
            raise HomeworkContentError(f"{what} {name}: it is no {suffix[1:].upper()}, whatever its name says")
        if ENDS[suffix] not in content[-TAIL:]:
            raise HomeworkContentError(f"{what} {name}: its end is missing, the file is damaged")
        return content

    def templates(self, name: str) -> Mapping[str, str]:
        """The templates in a folder beside the homework file, by their names.

        Raises:
            HomeworkContentError: there is no such folder, it has no template, or one of them cannot be read.
        """
        folder = self.inside(name, "the folder of templates")
        if not folder.is_dir():
            raise HomeworkContentError(f"the folder of templates {name}: there is no such folder")
        files = sorted(path for path in folder.iterdir() if path.name.endswith(TEMPLATE))
        if not files:
            raise HomeworkContentError(f"the folder of templates {name}: no file in it ends in {TEMPLATE}")
        found = {}
        for path in files[:MOST_TEMPLATES]:
            self.inside(f"{name}/{path.name}", "the template")
            try:
                found[path.name] = read_file(path).decode("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise HomeworkContentError(f"the template {name}/{path.name}: {error}") from error
        return found

    def inside(self, name: str, what: str) -> Path:
        """The path of a file or folder beside the homework file, wherever links lead.

        Raises:
            HomeworkContentError: it is outside of the homework's folder, or there is no folder.
        """
        if self.folder is None:
            raise HomeworkContentError(f"{what} {name}: a homework that is no file has no files beside it")
        place = PurePosixPath(name)
        if place.is_absolute() or "\\" in name or ":" in name:
            raise HomeworkContentError(
                f"{what} {name}: expected the path of a file beside the homework, such as figures/net.png"
            )
        root = self.folder.resolve()
        path = (root / place).resolve()
        if not path.is_relative_to(root):
            raise HomeworkContentError(f"{what} {name} lies outside of the folder of the homework, {self.folder}")
        return path


def surroundings(info: ValidationInfo) -> Surroundings:
    """Those that a value is validated in; none if it is validated alone."""
    return info.context if isinstance(info.context, Surroundings) else Surroundings()


def _pictures_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() in BEGINNINGS)
    except OSError:
        return []
