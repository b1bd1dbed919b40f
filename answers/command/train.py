"""``gradsheet train``: the trainings that a homework file describes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from answers.command.homeworks import loaded
from answers.command.options import Data, FileOrId
from answers.command.terminal import bar_shown

if TYPE_CHECKING:
    from answers.trainings.trainer import Job, Outcome, Trainer

CHECKPOINT = "checkpoint.npz"


def train(
    homework: FileOrId,
    only: Annotated[str | None, typer.Option(metavar="NAME", show_default=False, help="One of the trainings.")] = None,
    data: Data = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="DIR", show_default=False, help="The folder to write; HOMEWORK/trainings if left out."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with trainings that were interrupted.")] = False,
) -> None:
    """Do the trainings that a homework describes.

    Each leaves curves (PNG and PDF), a table (CSV) and the weights in a folder of its name; what it reached is
    printed. A training that is interrupted, even by a kill, goes on with --resume as if it had not been. The
    exit code is 1 if a training diverges.
    """
    from answers.homework.context import HomeworkContext
    from answers.trainings.homework import Trainings
    from answers.trainings.trainer import Trainer

    diverged = False
    with loaded(homework) as source:
        trainings = HomeworkContext(source.homework, trainer=Trainer(data)).shared(Trainings)
        folder = output if output is not None else Path(source.id) / "trainings"
        names = _chosen(source.homework.trainings, only)
        jobs = {name: trainings.job(trainings.model(name)) for name in names}
        _see_checkpoints([folder / name for name in names], resume)
        for name, job in jobs.items():
            outcome = _trained(job, name, folder / name, trainings.trainer)
            diverged = diverged or bool(outcome.trained.stopped)
    if diverged:
        raise typer.Exit(1)


def _chosen(trainings: Mapping[str, object], only: str | None) -> tuple[str, ...]:
    """The names of the trainings to do.

    Raises:
        HomeworkContentError: there is none, or none of that name.
    """
    from answers.errors import HomeworkContentError
    from derive.errors import nearest

    if not trainings:
        raise HomeworkContentError("this homework describes no trainings", ("trainings",))
    if only is not None and only not in trainings:
        raise HomeworkContentError(f"there is no training {only}; {nearest(only, trainings)}")
    return tuple(trainings) if only is None else (only,)


def _see_checkpoints(folders: list[Path], resume: bool) -> None:
    """Refuse to begin anew where an interrupted training would be lost.

    Raises:
        HomeworkContentError: there is a checkpoint, and it was not said to go on with it.
    """
    from answers.errors import HomeworkContentError

    for folder in folders:
        if (folder / CHECKPOINT).exists() and not resume:
            raise HomeworkContentError(
                f"{folder / CHECKPOINT} is left from a training that was interrupted: "
                "go on with --resume, or remove it to begin anew"
            )


def _trained(job: Job, name: str, folder: Path, trainer: Trainer) -> Outcome:
    """Do one training, write what it leaves, and print what it reached."""
    from answers.errors import HomeworkContentError
    from answers.files import OutputError
    from answers.trainings.output import NO_MATPLOTLIB, report, write_outcome
    from answers.trainings.trainer import NotTrainedError, Outcome, run
    from numeric.training.curves import can_draw

    try:
        with bar_shown(name, job.model.epochs) as show:

            def progress(epoch: int, measured: Mapping[str, float]) -> None:
                show(f"{name}  loss {measured['train_loss']:.4g}", epoch)

            result = run(job, progress, folder / CHECKPOINT)
    except NotTrainedError as error:
        raise HomeworkContentError(str(error)) from error
    except OSError as error:
        raise OutputError(f"cannot write {folder / CHECKPOINT}: {error.strerror or error}") from error
    trainer.cache.store(trainer.cache.path(job.description()), result)
    outcome = Outcome(job, result)
    files = write_outcome(outcome, folder, name)
    (folder / CHECKPOINT).unlink(missing_ok=True)
    for line in report(outcome, name):
        typer.echo(line)
    for file in files:
        typer.echo(file)
    if not can_draw():
        typer.echo(NO_MATPLOTLIB, err=True)
    return outcome
