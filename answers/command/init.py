"""``gradsheet init``: a commented homework to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="The file to write, such as hw1.yaml.")
    ],
) -> None:
    """Write a commented homework to start from. A file that is there already is left as it is."""
    from importlib.resources import files

    from answers.files import OutputError, write_file

    if file.exists() or file.is_symlink():
        raise OutputError(f"{file} is already there; remove it, or give another name")
    start = files("templates") / "homework" / "start.yaml"
    write_file(file, start.read_text(encoding="utf-8"))
    typer.echo(f"{file} is written; now: gradsheet build {file}")
