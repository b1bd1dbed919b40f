"""The rooms of ``answers`` stand in an order, and each imports only from those before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import answers

ROOMS = (
    *("errors", "files", "sandbox", "latex", "graphs", "pdf", "contract", "formulas", "derivations"),
    *("trainings", "sweeps", "code", "evidence", "kinds", "homework", "sheets", "command"),
)
HERE = Path(answers.__file__).parent


def imports() -> Iterator[tuple[str, str]]:
    """Each room with a room that one of its modules imports from, at its top or inside a function."""
    for file in HERE.rglob("*.py"):
        room = file.relative_to(HERE).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("answers."):
                yield room, (node.module or "").split(".")[1]


def test_every_module_is_in_a_room() -> None:
    assert {room for room, _ in imports()} <= set(ROOMS)


def test_rooms_import_from_those_before_them() -> None:
    against = {(room, other) for room, other in imports() if ROOMS.index(other) > ROOMS.index(room)}
    assert not against


def test_the_architecture_names_every_room() -> None:
    page = (HERE.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = page[page.index("| room |") : page.index("Every answer is an item")]
    named = [room for room in ROOMS if f"`{room}/`" in table or f"`{room}.py`" in table]
    assert named == list(ROOMS)
    assert [table.index(f"`{room}") for room in ROOMS] == sorted(table.index(f"`{room}") for room in ROOMS)
