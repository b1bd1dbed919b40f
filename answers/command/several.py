"""Work on one homework, or on all that come with the program, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import typer

from answers.command.failures import input_errors


@dataclass(frozen=True)
class Outcome:
    """What a command did with a homework: the lines that it prints, and its exit code."""

    lines: tuple[str, ...]
    code: int = 0


def show(outcomes: Iterator[Outcome]) -> None:
    """Print each outcome as it comes; the exit code is the largest of all.

    Raises:
        Exit: a homework was wrong or failed a check.
    """
    code = 0
    for outcome in outcomes:
        for line in outcome.lines:
            typer.echo(line, err=outcome.code == 2)
        code = max(code, outcome.code)
    if code:
        raise typer.Exit(code)


def one_or_all(homework: str | None, everything: bool) -> str | None:
    """The homework that is meant, None for all.

    Raises:
        TyperException: neither or both are asked for.
    """
    if (homework is None) is not everything:
        raise typer.TyperException("expected either a homework (FILE_OR_ID) or --all")
    return homework


def for_all(task: Callable[[str], Outcome]) -> Iterator[Outcome]:
    """The outcomes of a task for every bundled homework, sorted by id; as many at once as there are cores.

    A homework that the task finds to be wrong does not stop the others. A catalogue is no homework.
    """
    from joblib import Parallel, cpu_count, delayed

    from answers.homework.bundled import bundled

    names = [homework.id for homework in bundled() if "key" in homework.sheets]
    workers = Parallel(n_jobs=min(cpu_count(), len(names)), return_as="generator")
    outcomes: Iterator[Outcome] = workers(delayed(_attempted)(task, name) for name in names)
    return outcomes


def _attempted(task: Callable[[str], Outcome], name: str) -> Outcome:
    try:
        return task(name)
    except input_errors() as error:
        return Outcome((f"error: {error}",), 2)
