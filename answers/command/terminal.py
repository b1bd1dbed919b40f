"""What is shown on a terminal and left out in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def progress_shown(console: Console | None = None) -> Iterator[Callable[[str], None]]:
    """A function that shows what is being done; it does nothing unless the console is a terminal.

    The console is that of standard error if none is given, so that output in a pipe stays clean.
    """
    from rich.console import Console
    from rich.markup import escape

    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("Reading the homework") as status:
        yield lambda message: status.update(escape(message))


@contextmanager
def bar_shown(words: str, total: int, console: Console | None = None) -> Iterator[Callable[[str, int], None]]:
    """A function that shows how much of ``total`` is done, in words and by a bar; it does nothing but on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield lambda words, done: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(words, total=total)
        yield lambda words, done: progress.update(task, completed=done, description=words)
