"""``gradsheet verify``: every answer of a homework checked by number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from answers.command.homeworks import CommandResult, for_all, loaded, one_or_all, print_results
from answers.command.options import All, Data, IndexBase, Layout, OneOrAll, Train
from answers.command.terminal import progress_shown
from answers.contract.progress import Progress, silent

if TYPE_CHECKING:
    from answers.homework.verify import CheckLine


def verify(
    homework: OneOrAll = None,
    everything: All = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document (with --all, one a line).")] = False,
    layout: Layout = None,
    index_base: IndexBase = None,
    data: Data = None,
    training: Train = True,
) -> None:
    """Check every answer of a homework by number.

    A line for each: what was checked, at how many points, the worst relative error, against what. The exit code
    is 1 if one fails.
    """
    task = Task(as_json, layout, index_base, data, training)
    name = one_or_all(homework, everything)
    if name is None:
        print_results(for_all(task.among_others))
        return
    with progress_shown() as progress:
        outcome = task.run(name, progress)
    print_results(iter([outcome]))


@dataclass(frozen=True)
class Task:
    """How to verify a homework, and what to print of it."""

    as_json: bool
    layout: Literal["numerator", "gradient"] | None
    index_base: Literal[0, 1] | None
    data: Path | None
    training: bool

    def among_others(self, name: str) -> CommandResult:
        """Verify a homework; what is printed says which it is."""
        outcome = self.run(name, indent=None)
        return outcome if self.as_json else CommandResult((f"{name}:", *outcome.lines), outcome.code)

    def run(self, name: str, progress: Progress = silent, indent: int | None = 2) -> CommandResult:
        """Verify a homework."""
        with loaded(name) as source:
            from answers.homework.verify import verify as verify_answers
            from answers.trainings.trainer import Trainer

            lines = verify_answers(
                source.homework,
                layout=self.layout,
                index_base=self.index_base,
                progress=progress,
                trainer=Trainer(self.data, self.training, progress),
            )
            checked = tuple(lines)
        code = 0 if all(line.ok for line in checked) else 1
        if not self.as_json:
            return CommandResult(tuple(report(checked)), code)
        whole = document(source.id, source.homework.title, checked)
        return CommandResult((json.dumps(whole, ensure_ascii=False, indent=indent),), code)


def document(identity: str, title: str, lines: Iterable[CheckLine]) -> dict[str, object]:
    """The outcome as a JSON document."""
    checks = [line.document() for line in lines]
    failed = sum(check["ok"] is False for check in checks)
    unchecked = sum(check["ok"] is None for check in checks)
    return {
        "homework": identity,
        "title": title,
        "ok": not failed,
        "checked": len(checks) - unchecked,
        "failed": failed,
        "unchecked": unchecked,
        "checks": checks,
    }


def report(lines: tuple[CheckLine, ...]) -> Iterator[str]:
    """A line of text for each check, in columns, and one that sums them up."""
    rows = [_cells(line) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(5)] if rows else []
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
    failed = sum(not line.ok for line in lines)
    unchecked = sum(line.unchecked for line in lines)
    left = f", {unchecked} could not be made here" if unchecked else ""
    yield f"{len(lines) - unchecked} checks, {failed or 'none'} failed{left}"


def _cells(line: CheckLine) -> tuple[str, ...]:
    if line.unchecked:
        return "-", line.part, line.quantity, "", "", line.note
    points = f"{line.points} point{'s' if line.points != 1 else ''}"
    outcome = f"{line.method}; {line.note}" if line.ok and line.note else line.method
    if not line.ok:
        outcome = f"{line.note or line.method} (allowed {line.tolerance:.0e})"
    return "ok" if line.ok else "FAILED", line.part, line.quantity, points, f"{line.error:.1e}", outcome
