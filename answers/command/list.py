"""``gradsheet list``: the homeworks that come with the program."""

from __future__ import annotations

import typer


def list_homeworks() -> None:
    """List the bundled homeworks: id, title, number of parts.

    In a pipe each is a line with tabs between.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from answers.homework.bundled import bundled

    console = Console()
    if not console.is_terminal:
        for homework in bundled():
            typer.echo(f"{homework.id}\t{homework.title}\t{homework.parts}")
        return
    table = Table("Id", "Title")
    table.add_column("Parts", justify="right")
    for homework in bundled():
        table.add_row(homework.id, Text(homework.title), str(homework.parts))
    console.print(table)
