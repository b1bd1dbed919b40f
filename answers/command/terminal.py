"""What is shown on a terminal and left out in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


@contextmanager
def progress_shown() -> Iterator[Callable[[str], None]]:
    """A function that shows what is being done, on standard error; it does nothing unless that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("Reading the homework") as status:
        yield lambda message: status.update(escape(message))
