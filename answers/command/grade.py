"""``gradsheet grade``: the written answers and the programs of a class marked."""

from __future__ import annotations

from collections import Counter
from itertools import count
from pathlib import Path
from random import SystemRandom
from typing import Annotated, Literal

import typer

from answers.command.homeworks import loaded
from answers.command.options import FileOrId
from answers.command.terminal import bar_shown

Class = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER",
        show_default=False,
        help="A folder with a folder for each student, or a file for each: .tex, .md, .ipynb, .txt, .py.",
    ),
]
ToFolder = Annotated[
    Path | None,
    typer.Option(metavar="DIR", show_default=False, help="The folder to write; FOLDER-marked in this one if left out."),
]
ToTable = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", show_default=False, help="Write the points as a table, too.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, show_default=False, help="So many hand-ins at once; as many as there are cores.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Leave out what was marked before.")]
Gradescope = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        show_default=False,
        help="Read FOLDER as Gradescope's download, or as its autograder's, and write its results.json there.",
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", show_default=False, help="Spread hand-ins over the cluster of this scheduler."),
]
Sandbox = Annotated[
    Literal["available", "required"],
    typer.Option(help="Run programs only where the system can keep everything from them, or as far as it can."),
]
Seed = Annotated[
    int | None, typer.Option(min=0, show_default=False, help="The cases that programs are run on; drawn if left out.")
]


def grade(
    homework: FileOrId,
    folder: Class,
    out: ToFolder = None,
    csv: ToTable = None,
    workers: Workers = None,
    resume: Resume = False,
    gradescope: Gradescope = None,
    dask: Cluster = None,
    sandbox: Sandbox = "available",
    seed: Seed = None,
) -> None:
    """Mark what students handed in.

    For each student a JSON document and a readable page are written, for the instructor report.md with figures and what
    is to be looked at. Programs are run on cases, in a sandbox. Each file is replaced only when its successor is
    complete, so that a run may be stopped and taken up with --resume. An answer that cannot be read costs no points.
    """
    from answers.files import write_file
    from answers.grading.pages import table
    from answers.grading.programs import Trial
    from answers.grading.run import grade as grade_all
    from answers.grading.run import tasks_of

    drawn = SystemRandom().randrange(10**6) if seed is None else seed
    trial = Trial(drawn, sandbox == "required")
    target = out or Path(f"{folder.resolve().name}-marked")
    done = count(1)
    with (
        loaded(homework),
        bar_shown("Marking", len(tasks_of(folder, target, gradescope=gradescope is not None))) as show,
    ):
        paper, handins = grade_all(
            homework,
            folder,
            target,
            workers=workers,
            resume=resume,
            trial=trial,
            gradescope=gradescope,
            dask=dask,
            advance=lambda student: show(student, next(done)),
        )
    if csv is not None:
        write_file(csv, table(paper, handins))
    counts = Counter(answer.outcome for handin in handins for answer in handin.answers)
    said = ", ".join(f"{number} {outcome}" for outcome, number in counts.most_common())
    what = "answers" if paper.files else "formulas"
    typer.echo(f"{len(handins)} hand-ins, {sum(counts.values())} {what}: {said}")
    for path in (target / "report.md", csv or target / "report.csv"):
        typer.echo(path)
