"""``gradsheet build``: the question sheet and the key of a homework."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from answers.command.homeworks import CommandResult, for_all, loaded, one_or_all, print_results
from answers.command.options import All, Data, Grain, IndexBase, Layout, OneOrAll, Train
from answers.command.terminal import progress_shown
from answers.contract.progress import Progress, silent

SheetName = Literal["questions", "key", "catalogue"]
Format = Literal["pdf", "tex"]


def build(
    homework: OneOrAll = None,
    everything: All = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            show_default=False,
            help="The folder to write; named like the homework if left out. With --all the folder of the folders.",
        ),
    ] = None,
    only: Annotated[
        SheetName | None,
        typer.Option(show_default=False, help="Write one of the sheets."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="PDF, or the LaTeX that it is made from.")] = "pdf",
    steps: Annotated[
        bool | None,
        typer.Option(
            "--steps/--no-steps", show_default=False, help="Show the steps of derivations; as the homework says."
        ),
    ] = None,
    grain: Grain = None,
    layout: Layout = None,
    index_base: IndexBase = None,
    data: Data = None,
    training: Train = True,
) -> None:
    """Build the question sheet and the solution key.

    The files written are printed. Files that are there already are replaced only when the new ones are complete.
    The exit code is 1 if an answer of the key fails its check: the key marks it.
    """
    task = Task(only, output, steps, grain, layout, index_base, data, training)
    name = one_or_all(homework, everything)
    if name is None:
        print_results(for_all(partial(task.inside, out or Path())))
        return
    with progress_shown() as progress:
        outcome = task.run(name, out, progress)
    print_results(iter([outcome]))


@dataclass(frozen=True)
class Task:
    """What to build of a homework, and how."""

    only: SheetName | None
    format: Format
    steps: bool | None
    grain: Literal["lecture", "full"] | None
    layout: Literal["numerator", "gradient"] | None
    index_base: Literal[0, 1] | None
    data: Path | None
    training: bool

    def inside(self, folder: Path, name: str) -> CommandResult:
        """Build a homework into a folder of its name inside ``folder``."""
        return self.run(name, folder / name)

    def run(self, name: str, out: Path | None, progress: Progress = silent) -> CommandResult:
        """Build a homework into ``out``, or else into a folder of its name."""
        with loaded(name) as source:
            from answers.sheets.build import build as build_sheets
            from answers.trainings.trainer import Trainer

            built = build_sheets(
                source.homework,
                out if out is not None else Path(source.id),
                only=self.only,
                format=self.format,
                steps=self.steps,
                grain=self.grain,
                layout=self.layout,
                index_base=self.index_base,
                digest=source.source.digest,
                progress=progress,
                trainer=Trainer(self.data, self.training, progress),
                beside=source.beside,
            )
        failed = [f"FAILED {entry.part}: {entry.claim.quantity}" for entry in built.failed]
        return CommandResult((*map(str, built.files), *failed), 1 if failed else 0)
