"""The argument and the options of ``gradsheet derive``: their types, each with what it is for."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

Listed = list[str] | None
Notation = Literal["matrix", "index", "convolution"]
Ranges = Literal["brackets", "cases", "limits"]

Definition = Annotated[
    str,
    typer.Argument(
        metavar="NETWORK",
        show_default=False,
        help='Such as "x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> y_hat"; or a layer to be derived alone, such as '
        '"Conv2d(8, 3, stride=2)", or a .py or .yaml file with one of your own; or equations between numbers, '
        'such as "q = x + y; f = q*z", or between tensors: "y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + eps)*g[i]".',
    ),
]
WithRespectTo = Annotated[
    Listed,
    typer.Option(
        metavar="NAME",
        show_default=False,
        help="Differentiate the loss by this tensor, or give a partial such as dz2/dz1. May be repeated. "
        "All parameters if left out.",
    ),
]
InNotation = Annotated[
    Notation,
    typer.Option(help="Whole matrices and vectors, their elements, or convolutions over space."),
]
Within = Annotated[
    Listed,
    typer.Option(
        metavar="NAMES",
        show_default=False,
        help="The symbols that answers may use, such as x,W2,dl/dy_hat. All if left out.",
    ),
]
WithRanges = Annotated[
    Ranges | None,
    typer.Option(
        show_default=False,
        help="Say where tensors are read: by brackets, by cases, or by the limits of sums. "
        "If left out, they read as 0 outside.",
    ),
]
WrittenOut = Annotated[
    Listed,
    typer.Option(metavar="SIZES", show_default=False, help="Print every element at these sizes, C=1,H=3,W=3."),
]
Toeplitz = Annotated[
    Listed,
    typer.Option(
        metavar="SIZES", show_default=False, help="Print a layer's Jacobian as a matrix at these sizes, C=1,L=4."
    ),
]
Hessian = Annotated[bool, typer.Option("--hessian", help="The second derivatives instead of the gradient.")]
Chained = Annotated[
    bool, typer.Option("--chained", help="Leave each gradient in those before it, as a program computes them.")
]
Forward = Annotated[
    bool, typer.Option("--forward", help="Print the forward equations first, and the sizes of outputs.")
]
Latex = Annotated[bool, typer.Option("--latex", help="Print LaTeX.")]
WithSteps = Annotated[bool, typer.Option("--steps", help="Print the steps that lead to each result.")]
InLayout = Annotated[
    Literal["numerator", "gradient"],
    typer.Option(help="numerator: the gradient of a scalar is a row; gradient: it has the parameter's shape."),
]
CountFrom = Annotated[Literal[0, 1], typer.Option(help="What printed indices count from.")]
At = Annotated[
    Listed,
    typer.Option(
        metavar="VALUES",
        show_default=False,
        help="Print numbers: the inputs of equations, such as x=-2,y=5,z=-4, or all that a network or a layer is "
        'given, such as "x=[1,2], W1=[[1,1/2],[3,4]], b1=[0,0]".',
    ),
]
Check = Annotated[bool, typer.Option("--check/--no-check", help="Check each result and step by number.")]
