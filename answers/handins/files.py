"""Files of a hand-in as texts: LaTeX, Markdown, notebooks and plain text."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from answers.files import read_file
from answers.reading.macros import definitions

Format = Literal["tex", "md", "txt"]
SUFFIXES: dict[str, Format] = {".tex": "tex", ".md": "md", ".markdown": "md", ".ipynb": "md", ".txt": "txt"}
MOST_FILES, MOST_ENTRIES, DEEPEST = 200, 20_000, 20
"""Of a hand-in so many files are read, among so many files and folders, so deep inside of each other."""
LARGEST = 4_000_000
"""Larger files, in bytes, are not read."""


class HandinError(ValueError):
    """A file of a hand-in cannot be read; the message says which and why."""


@dataclass(frozen=True)
class HandinText:
    """The text of a file, and how formulas are written in it."""

    name: str
    format: Format
    text: str


def printable(name: str) -> str:
    """A name that somebody chose for a file, with signs escaped that cannot be printed or are no text."""
    decoded = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in decoded)


def readable(folder: Path) -> tuple[Path, ...]:
    """The files of a folder that may hold answers, in the order of their names, those of folders inside too.

    Files and folders whose names begin with a dot are left out, links too, and what is more than ``MOST_FILES``.
    """
    return tuple(path for path in files_in(folder) if path.suffix.lower() in SUFFIXES)[:MOST_FILES]


def files_in(folder: Path) -> list[Path]:
    """The files of a folder and those inside, sorted; not what is hidden, no links, and nothing that lies too deep."""
    found: list[Path] = []
    looked_at, open_folders = 0, [(folder, 0)]
    while open_folders:
        place, depth = open_folders.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            looked_at += 1
            if looked_at > MOST_ENTRIES:
                return sorted(found)
            if entry.name.startswith((".", "__MACOSX")) or entry.is_symlink():
                continue
            if entry.is_file():
                found.append(Path(entry.path))
            elif entry.is_dir() and depth < DEEPEST:
                open_folders.append((Path(entry.path), depth + 1))
    return sorted(found)


def text_of(file: Path, name: str = "") -> HandinText:
    """The text of a file.

    Raises:
        HandinError: it is too large, no text, or no notebook.
    """
    name = printable(name or file.name)
    try:
        content = read_file(file, LARGEST)
    except OSError as error:
        raise HandinError(f"{name} cannot be read: {error.strerror}") from None
    return HandinText(name, SUFFIXES[file.suffix.lower()], _decoded(name, content, file.suffix.lower()))


def _decoded(name: str, content: bytes, suffix: str) -> str:
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise HandinError(f"{name} is no text")
    try:
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _notebook(name, text) if suffix == ".ipynb" else text


def _notebook(name: str, text: str) -> str:
    """The Markdown of a notebook, cell by cell; what its metadata say of an answer as a marker in front of the cell."""
    try:
        cells = json.loads(text)["cells"]
        parts = []
        for cell in cells:
            if cell["cell_type"] not in ("markdown", "raw"):
                continue
            source = cell["source"]
            body = "".join(source) if isinstance(source, list) else str(source)
            marker = cell.get("metadata", {}).get("gradsheet", {})
            if isinstance(marker, dict) and "part" in marker and "<!-- answer" not in body:
                body = f"<!-- answer {marker['part']} {marker.get('quantity', '')} -->\n{body}"
            parts.append(body)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise HandinError(f"{name} is no notebook") from None
    return "\n\n".join(parts)


def definitions_in(texts: Sequence[HandinText]) -> str:
    r"""The definitions (``\newcommand``, ``\def``) of all texts together, which any of them may use."""
    return "\n".join(found for text in texts for found in definitions(without_comments(text.text)))


COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")


def without_comments(text: str) -> str:
    """The text with spaces in the place of comments of TeX, so that places stay what they are."""
    return COMMENT.sub(lambda match: match[1] + " " * (len(match[0]) - len(match[1])), text)
