"""``gradsheet build``: the question sheet and the key of a homework."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from answers.command.homework import loaded
from answers.command.options import FileOrId, IndexBase, Layout
from answers.command.terminal import progress_shown


def build(
    homework: FileOrId,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", show_default=False, help="The folder to write; named like the homework if left out."
        ),
    ] = None,
    only: Annotated[
        Literal["questions", "key", "catalogue"] | None,
        typer.Option(show_default=False, help="Write one of the sheets."),
    ] = None,
    output: Annotated[
        Literal["pdf", "tex"], typer.Option("--format", help="PDF, or the LaTeX that it is made from.")
    ] = "pdf",
    steps: Annotated[
        bool | None,
        typer.Option(
            "--steps/--no-steps", show_default=False, help="Show the steps of derivations; as the homework says."
        ),
    ] = None,
    layout: Layout = None,
    index_base: IndexBase = None,
) -> None:
    """Build the question sheet and the solution key.

    The files written are printed. Files that are there already are replaced only when the new ones are complete.
    """
    with loaded(homework) as source, progress_shown() as progress:
        from answers.build import build as build_sheets

        files = build_sheets(
            source.homework,
            out if out is not None else Path(source.id),
            only=only,
            format=output,
            steps=steps,
            layout=layout,
            index_base=index_base,
            progress=progress,
        )
    for file in files:
        typer.echo(file)
