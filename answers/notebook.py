"""Notebooks as files: cells of words and of code, in Jupyter's format 4.5, which is plain JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


@dataclass(frozen=True)
class Cell:
    """A cell: words, or code with what it prints and the pictures that it draws (PNG in base64).

    ``metadata`` stays with the cell when the notebook is handed in.
    """

    kind: Literal["words", "code"]
    source: str
    printed: str = ""
    pictures: tuple[str, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)


def words(text: str, metadata: Mapping[str, object] | None = None) -> Cell:
    """A cell of Markdown."""
    return Cell("words", text.strip("\n"), metadata=metadata or {})


def code(text: str) -> Cell:
    """A cell of code."""
    return Cell("code", text.strip("\n"))


def notebook(cells: Sequence[Cell]) -> str:
    """A notebook as the text of its file; equal cells give equal text."""
    made = [_made(cell, number) for number, cell in enumerate(cells)]
    whole = {"cells": made, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _made(cell: Cell, number: int) -> dict[str, object]:
    common = {"id": f"cell-{number}", "metadata": cell.metadata, "source": _lines(cell.source)}
    if cell.kind == "words":
        return {"cell_type": "markdown", **common}
    printed: list[object] = [{"output_type": "stream", "name": "stdout", "text": _lines(cell.printed)}]
    drawn = [
        {"output_type": "display_data", "data": {"image/png": picture}, "metadata": {}} for picture in cell.pictures
    ]
    outputs = [*(printed if cell.printed else []), *drawn]
    return {"cell_type": "code", **common, "execution_count": None, "outputs": outputs}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
