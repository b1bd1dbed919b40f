"""``gradsheet export``: a network or a layer as a file to keep, or the reference solutions of a homework."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from answers.command.homeworks import loaded
from answers.command.options import Channels, Loss, Reduction, Samples, Using, Weights


def export(
    context: typer.Context,
    given: Annotated[
        str,
        typer.Argument(
            metavar="ID_OR_NETWORK_OR_LAYER",
            show_default=False,
            help="A homework by its id or file; or a network, a layer or a file with layers of your own, as derive "
            "takes them.",
        ),
    ],
    target: Annotated[
        Literal["numpy", "torch", "jax"] | None,
        typer.Option(
            show_default=False,
            help="numpy: functions and a class; torch: an autograd.Function and a module; jax: a custom_vjp "
            "function. numpy if left out; of a homework, the reference solutions of its programming parts.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="The file to write, a folder where there are several. Printed if left out; the files of a homework "
            "go to a folder named like it.",
        ),
    ] = None,
    loss: Loss = None,
    reduction: Reduction = "mean",
    weights: Weights = "out,in",
    samples: Samples = "rows",
    channels: Channels = "first",
    using: Using = None,
) -> None:
    """Write the derived backward pass as a file that needs no Gradsheet.

    A file that is there already is replaced only when the new one is complete.
    """
    from answers.command.exporting import files_of, is_homework, networks_of, solutions, subjects
    from answers.command.subjects import refuse_without_effect, subject_of
    from answers.errors import HomeworkContentError
    from derive.conventions import Conventions

    homework_given = is_homework(given)
    refuse_without_effect(context, "homework" if homework_given else subject_of(given))
    if homework_given:
        with loaded(given) as homework:
            files = solutions(homework) if target is None else networks_of(homework, target)
        _write(files, output or Path(homework.id))
        return
    usual = Conventions(index_base=0).with_(weights=weights, samples=samples, channels=channels)
    files = files_of(subjects(given, loss, reduction, using, usual), target or "numpy")
    if len(files) > 1 and output is None:
        raise HomeworkContentError(f"{given} makes {', '.join(files)}; give a folder to write them to, --output FOLDER")
    if output is None:
        typer.echo("".join(files.values()), nl=False)
    elif len(files) > 1 or output.is_dir():
        _write(files, output)
    else:
        _write({output.name: next(iter(files.values()))}, output.parent)


def _write(files: dict[str, str], folder: Path) -> None:
    from answers.files import write_file

    for name, text in files.items():
        write_file(folder / name, text)
        typer.echo(folder / name)
