"""``gradsheet list``: the homeworks that come with the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from answers.homework.bundled import Bundled


def list_homeworks() -> None:
    """List the bundled homeworks: id, title, number of parts.

    In a pipe each is a line with tabs between.
    """
    from rich.console import Console

    from answers.homework.bundled import bundled

    console = Console()
    if console.is_terminal:
        console.print(table(bundled()))
        return
    for homework in bundled():
        typer.echo(f"{homework.id}\t{homework.title}\t{homework.parts}")


def table(homeworks: Iterable[Bundled]) -> Table:
    """The homeworks as a table for a terminal."""
    from rich.table import Table
    from rich.text import Text

    result = Table("Id", "Title")
    result.add_column("Parts", justify="right")
    for homework in homeworks:
        # A title is no markup: [b] in it is printed as it stands.
        result.add_row(Text(homework.id), Text(homework.title), str(homework.parts))
    return result
