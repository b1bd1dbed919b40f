"""The rooms of a folder stand in an order in ARCHITECTURE.md, and each imports only from those before it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import answers

TOP = Path(answers.__file__).parent.parent
PAGE = (TOP / "ARCHITECTURE.md").read_text(encoding="utf-8")

every_folder = pytest.mark.parametrize("folder", ["answers", "numeric"])


def rooms(folder: str) -> tuple[str, ...]:
    """The folders and files in the order in which the first column of the folder's table names them."""
    page = PAGE[PAGE.index(f"The rooms of `{folder}/`") :]
    rows = re.findall(r"^\|(.*?)\|", page[: page.index("\n\n", page.index("| --- |"))], re.MULTILINE)
    names = (name for row in rows[2:] for name in re.findall(r"`([a-z]+(?:/|\.py))`", row))
    return tuple(name.removesuffix("/").removesuffix(".py") for name in names)


def imports(folder: str) -> Iterator[tuple[str, str]]:
    """Each room with a room that one of its modules imports from, at its top or inside a function.

    The face of the folder, its ``__init__``, may import from all of them.
    """
    for file in (TOP / folder).rglob("*.py"):
        room = file.relative_to(TOP / folder).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if room != "__init__" and isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{folder}."):
                yield room, (*(node.module or "").split("."), "__init__")[1]


def test_every_file_that_the_page_names_is_there() -> None:
    folders = [TOP / name for name in ("answers", "derive", "numeric", "gradsheet", "templates")]
    there = {file.name for folder in folders for file in folder.rglob("*.py")}
    named = {name.rpartition("/")[2] for name in re.findall(r"`([\w/]+\.py)`", PAGE)}
    assert named > {"comparison.py"}
    assert sorted(named - there) == []


@every_folder
def test_every_module_is_in_a_room_of_the_architecture(folder: str) -> None:
    assert {room for room, _ in imports(folder)} <= set(rooms(folder))


@every_folder
def test_every_room_of_the_architecture_is_there(folder: str) -> None:
    here = TOP / folder
    assert [room for room in rooms(folder) if not (here / room).is_dir() and not (here / f"{room}.py").is_file()] == []
    assert len(set(rooms(folder))) == len(rooms(folder)) > 5


@every_folder
def test_rooms_import_from_those_before_them(folder: str) -> None:
    order = (*rooms(folder), "__init__")
    against = {(room, other) for room, other in imports(folder) if order.index(other) > order.index(room)}
    assert against == set()
