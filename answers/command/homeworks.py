"""Commands on one homework, or on all that come with the program, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from answers.command.failures import input_errors

if TYPE_CHECKING:
    from answers.homework.load import Loaded


@contextmanager
def loaded(file_or_id: str) -> Iterator[Loaded]:
    """The homework; errors in what it asks for, found while it is answered, get its file and line.

    Raises:
        HomeworkError: there is no such homework, or it is wrong.
    """
    from answers.errors import HomeworkContentError, HomeworkError
    from answers.homework.load import load
    from derive.errors import DeriveError

    homework = load(file_or_id)
    try:
        yield homework
    except HomeworkContentError as error:
        raise homework.source.located(HomeworkError(str(error), error.place, error.excerpt)) from error
    except DeriveError as error:
        raise HomeworkError(f"{homework.source.name}: {error}") from error


@dataclass(frozen=True)
class CommandResult:
    """What a command did with a homework: the lines that it prints, and its exit code."""

    lines: tuple[str, ...]
    code: int = 0


def print_results(results: Iterator[CommandResult]) -> None:
    """Print each result as it comes; the exit code is the largest of all.

    Raises:
        Exit: a homework was wrong or failed a check.
    """
    code = 0
    for result in results:
        for line in result.lines:
            typer.echo(line, err=result.code == 2)
        code = max(code, result.code)
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


def for_all(task: Callable[[str], CommandResult]) -> Iterator[CommandResult]:
    """The results of a task for every bundled homework, sorted by id; as many at once as there are cores.

    A homework that the task finds to be wrong does not stop the others. A catalogue is no homework.
    """
    from joblib import Parallel, cpu_count, delayed

    from answers.homework.bundled import bundled

    names = [homework.id for homework in bundled() if "key" in homework.sheets]
    workers = Parallel(n_jobs=min(cpu_count(), len(names)), return_as="generator")
    results: Iterator[CommandResult] = workers(delayed(_attempted)(task, name) for name in names)
    return results


def _attempted(task: Callable[[str], CommandResult], name: str) -> CommandResult:
    try:
        return task(name)
    except input_errors() as error:
        return CommandResult((f"error: {error}",), 2)
