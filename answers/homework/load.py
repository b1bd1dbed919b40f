"""Reading a homework: from a file or a bundled id to a validated model, with the lines kept for messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from answers.errors import HomeworkError
from answers.homework.beside import Beside, around_of, beside
from answers.homework.bundled import bundled, bundled_files
from answers.homework.model import Homework
from answers.homework.rest import with_the_rest
from answers.homework.source import Source, parse_source, read_source
from answers.homework.validate import validated
from derive.errors import nearest

__all__ = ["HomeworkError", "Loaded", "bundled", "load", "loads"]


@dataclass(frozen=True)
class Loaded:
    """A homework, its id (or the stem of its file), the source that knows the line of every key, and its files."""

    id: str
    homework: Homework
    source: Source
    beside: Beside = field(default_factory=Beside)


def load(file_or_id: str) -> Loaded:
    """Read a bundled homework by its id, or any other by the path of its file.

    A bundled id goes before a file or folder of the same name: ``build`` makes a folder called as the id.

    Raises:
        HomeworkError: there is no such file or id, or the file is not a homework; the message names
            file, line, key and what is near.
    """
    known = bundled_files()
    if file_or_id in known:
        path = known[file_or_id]
        return _validated(read_source(path, path.name), file_or_id, path.parent)
    path = Path(file_or_id)
    if path.is_dir():
        raise HomeworkError(f"{file_or_id} is a folder; expected a homework file{_files_in(path)}")
    if not path.exists():
        near = [*known, *(str(path.with_name(other)) for other in _yaml_names(path.parent))]
        raise HomeworkError(f"there is no file and no bundled homework {file_or_id}; {nearest(file_or_id, near)}")
    return _validated(read_source(path, file_or_id), path.stem, path.parent)


def loads(text: str, name: str = "homework", folder: Path | None = None) -> Loaded:
    """Read a homework from the text of its file; its pictures and templates are in the ``folder``.

    Raises:
        HomeworkError: the text is not a homework.
    """
    return _validated(parse_source(text, name), Path(name).stem, folder)


def _validated(source: Source, name: str, folder: Path | None) -> Loaded:
    around = around_of(source.data, folder)
    homework = validated(Homework, source, around)
    return Loaded(name, with_the_rest(homework), source, beside(homework, around))


def _yaml_names(folder: Path) -> list[str]:
    """The homework files of a folder that can be read, for a suggestion."""
    try:
        return sorted(path.name for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
    except OSError:
        return []


def _files_in(folder: Path) -> str:
    names = _yaml_names(folder)
    return f", such as {folder / names[0]}" if names else ""
