"""The rooms of ``answers`` stand in an order in ARCHITECTURE.md, and each imports only from those before it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import answers

HERE = Path(answers.__file__).parent
PAGE = (HERE.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
TABLE = PAGE[PAGE.index("| room |") : PAGE.index("Every answer is an item")]
ROOMS = tuple(
    name.removesuffix("/").removesuffix(".py")
    for row in TABLE.splitlines()[2:]
    for name in re.findall(r"`([a-z]+(?:/|\.py))`", row.split("|")[1] if row else "")
)
"""The folders and files in the order in which the first column of the table names them."""


def imports() -> Iterator[tuple[str, str]]:
    """Each room with a room that one of its modules imports from, at its top or inside a function."""
    for file in HERE.rglob("*.py"):
        room = file.relative_to(HERE).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("answers."):
                yield room, (node.module or "").split(".")[1]


def test_every_module_is_in_a_room_of_the_architecture() -> None:
    assert {room for room, _ in imports()} <= set(ROOMS)


def test_every_room_of_the_architecture_is_there() -> None:
    assert [room for room in ROOMS if not (HERE / room).is_dir() and not (HERE / f"{room}.py").is_file()] == []


def test_rooms_import_from_those_before_them() -> None:
    against = {(room, other) for room, other in imports() if ROOMS.index(other) > ROOMS.index(room)}
    assert against == set()
