"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

FileOrId = Annotated[
    str, typer.Argument(metavar="FILE_OR_ID", show_default=False, help="A homework file, or the id of a bundled one.")
]
OneOrAll = Annotated[
    str | None,
    typer.Argument(metavar="FILE_OR_ID", show_default=False, help="A homework file, or the id of a bundled one."),
]
All = Annotated[bool, typer.Option("--all", help="All bundled homeworks, several at a time.")]
Layout = Annotated[
    Literal["numerator", "gradient"] | None,
    typer.Option(
        "--layout",
        show_default=False,
        help="numerator: the gradient of a scalar is a row; gradient: it has the parameter's shape.",
    ),
]
IndexBase = Annotated[
    Literal[0, 1] | None, typer.Option("--index-base", show_default=False, help="What printed indices count from.")
]
Grain = Annotated[
    Literal["lecture", "full"] | None,
    typer.Option("--grain", show_default=False, help="Tell steps as in a lecture, or every rule that was applied."),
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", show_default=False, help="Where CIFAR-10 is: cifar-10-batches-py."),
]
Train = Annotated[bool, typer.Option("--train/--no-train", help="Do trainings whose results are not kept from before.")]
Loss = Annotated[str | None, typer.Option(show_default=False, help="Such as MSE, 1/2*MSE, BCE(mean).")]
Using = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        show_default=False,
        help="A file with layers, activations and losses of your own that the network uses.",
    ),
]
Batch = Annotated[
    str | None, typer.Option(show_default=False, help="The size of a batch, such as B. One sample if left out.")
]
Reduction = Annotated[
    Literal["mean", "sum"], typer.Option(help="The loss of a batch: the mean or the sum of the samples' losses.")
]
Weights = Annotated[
    Literal["out,in", "in,out"], typer.Option(help="The axes of a weight: out,in for W x, in,out for X W.")
]
Samples = Annotated[
    Literal["rows", "columns"], typer.Option(help="Whether the samples of a batch are rows or columns of matrices.")
]
Channels = Annotated[
    Literal["first", "last"], typer.Option(help="Whether pictures are (C, H, W) or (H, W, C), and kernels likewise.")
]
