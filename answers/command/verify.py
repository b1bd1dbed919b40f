"""``gradsheet verify``: every answer of a homework checked by number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from math import isfinite
from typing import TYPE_CHECKING, Annotated

import typer

from answers.command.homework import loaded
from answers.command.options import FileOrId, IndexBase, Layout
from answers.command.terminal import progress_shown

if TYPE_CHECKING:
    from answers.verify import CheckLine


def verify(
    homework: FileOrId,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    layout: Layout = None,
    index_base: IndexBase = None,
) -> None:
    """Check every answer of a homework by number.

    A line for each: what was checked, at how many points, the worst relative error, against what. The exit code
    is 1 if one fails.
    """
    with loaded(homework) as source, progress_shown() as progress:
        from answers.verify import verify as verify_answers

        lines = verify_answers(source.homework, layout=layout, index_base=index_base, progress=progress)
        checked = tuple(lines)
    if as_json:
        typer.echo(json.dumps(document(source.id, source.homework.title, checked), ensure_ascii=False, indent=2))
    else:
        for text in report(checked):
            typer.echo(text)
    if not all(line.ok for line in checked):
        raise typer.Exit(1)


def document(identity: str, title: str, lines: Iterable[CheckLine]) -> dict[str, object]:
    """The outcome as a JSON document; an error without a finite value is null."""
    checks = [
        {
            "part": line.part,
            "quantity": line.quantity,
            "method": line.method,
            "points": line.points,
            "error": line.error if isfinite(line.error) else None,
            "tolerance": line.tolerance,
            "ok": line.ok,
            "note": line.note,
        }
        for line in lines
    ]
    failed = sum(not check["ok"] for check in checks)
    return {
        "homework": identity,
        "title": title,
        "ok": not failed,
        "checked": len(checks),
        "failed": failed,
        "checks": checks,
    }


def report(lines: tuple[CheckLine, ...]) -> Iterator[str]:
    """A line of text for each check, in columns, and one that sums them up."""
    rows = [_cells(line) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(5)] if rows else []
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
    failed = sum(not line.ok for line in lines)
    yield f"{len(lines)} checks, {failed or 'none'} failed"


def _cells(line: CheckLine) -> tuple[str, ...]:
    points = f"{line.points} point{'s' if line.points != 1 else ''}"
    outcome = line.method if line.ok else f"{line.note or line.method} (allowed {line.tolerance:.0e})"
    return "ok" if line.ok else "FAILED", line.part, line.quantity, points, f"{line.error:.1e}", outcome
