"""``gradsheet derive``: derivatives of a network, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from answers.command.options import Grain

if TYPE_CHECKING:
    from answers.command.request import Request
    from answers.derivations.claims import Requirement
    from derive.derivation import Derivation
    from derive.layer import Layer
    from derive.network import Network
    from derive.recurrent.recurrence import Recurrence
    from derive.steps import Layout

    Model = Recurrence | Layer | Network

Listed = list[str] | None
Notation = Literal["matrix", "index", "convolution"]
Ranges = Literal["brackets", "cases", "limits"]


def derive(
    context: typer.Context,
    network: Annotated[
        str,
        typer.Argument(
            metavar="NETWORK",
            show_default=False,
            help='Such as "x:n -> Linear(d) -> 5*ReLU -> Linear(K) -> y_hat"; or a layer to be derived alone, such as '
            '"Conv2d(8, 3, stride=2)", or a .py or .yaml file with one of your own; or equations between numbers, '
            'such as "q = x + y; f = q*z".',
        ),
    ],
    loss: Annotated[str | None, typer.Option(show_default=False, help="Such as MSE, 1/2*MSE, BCE(mean).")] = None,
    wrt: Annotated[
        Listed,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="Differentiate the loss by this tensor, or give a partial such as dz2/dz1. May be repeated. "
            "All parameters if left out.",
        ),
    ] = None,
    notation: Annotated[
        Notation,
        typer.Option(help="Whole matrices and vectors, their elements, or convolutions over space."),
    ] = "matrix",
    within: Annotated[
        Listed,
        typer.Option(
            metavar="NAMES",
            show_default=False,
            help="The symbols that answers may use, such as x,W2,dl/dy_hat. All if left out.",
        ),
    ] = None,
    using: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="A file with layers, activations and losses of your own that the network uses.",
        ),
    ] = None,
    ranges: Annotated[
        Ranges | None,
        typer.Option(
            show_default=False,
            help="Say where tensors are read: by brackets, by cases, or by the limits of sums. "
            "If left out, they read as 0 outside.",
        ),
    ] = None,
    written_out: Annotated[
        Listed,
        typer.Option(metavar="SIZES", show_default=False, help="Print every element at these sizes, C=1,H=3,W=3."),
    ] = None,
    toeplitz: Annotated[
        Listed,
        typer.Option(
            metavar="SIZES", show_default=False, help="Print a layer's Jacobian as a matrix at these sizes, C=1,L=4."
        ),
    ] = None,
    hessian: Annotated[bool, typer.Option("--hessian", help="The second derivatives instead of the gradient.")] = False,
    chained: Annotated[
        bool, typer.Option("--chained", help="Leave each gradient in those before it, as a program computes them.")
    ] = False,
    forward: Annotated[
        bool, typer.Option("--forward", help="Print the forward equations first, and the sizes of outputs.")
    ] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    steps: Annotated[bool, typer.Option("--steps", help="Print the steps that lead to each result.")] = False,
    grain: Grain = None,
    layout: Annotated[
        Literal["numerator", "gradient"],
        typer.Option(help="numerator: the gradient of a scalar is a row; gradient: it has the parameter's shape."),
    ] = "gradient",
    index_base: Annotated[Literal[0, 1], typer.Option(help="What printed indices count from.")] = 1,
    batch: Annotated[
        str | None, typer.Option(show_default=False, help="The size of a batch, such as B. One sample if left out.")
    ] = None,
    reduction: Annotated[
        Literal["mean", "sum"], typer.Option(help="The loss of a batch: the mean or the sum of the samples' losses.")
    ] = "mean",
    at: Annotated[
        Listed,
        typer.Option(
            metavar="VALUES",
            show_default=False,
            help="Print numbers: the inputs of equations, such as x=-2,y=5,z=-4, or all that a network or a layer is "
            'given, such as "x=[1,2], W1=[[1,1/2],[3,4]], b1=[0,0]".',
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Check each result and step by number.")] = True,
) -> None:
    """Derive gradients and Jacobians, and check them by number.

    Everything follows from the forward definition of the network. The exit code is 1 if a check fails; what
    fails its check is no answer and is not printed.
    """
    from answers.command.subjects import refuse_empty, refuse_without_effect, subject_of
    from derive.expression.collector import collector_paused

    subject = subject_of(network)
    refuse_without_effect(context, subject)
    refuse_empty({"--wrt": wrt, "--at": at, "--written-out": written_out, "--toeplitz": toeplitz})
    steps = steps or grain is not None
    with collector_paused():
        if subject == "equations":
            from answers.command.equations import derive_equations

            by, values = _names(wrt or ()), _names(at or ())
            passed = derive_equations(network, by, values, latex=latex, steps=steps, check=check)
        else:
            from answers.command.ranges import sizes_of
            from answers.command.request import Request

            allowed = _names(within) if within is not None else None
            told = (grain or "lecture") if steps else "full"
            request = Request(_names(wrt or ()), allowed, chained, hessian, toeplitz is not None, told)
            sizes = sizes_of(written_out or toeplitz or ()) if (written_out or toeplitz) is not None else None
            printer = Printer(notation, ranges, sizes, toeplitz is not None, forward, latex, steps, check)
            models = _models(network, loss, using, batch, reduction, layout, index_base)
            if at is not None:
                verdicts = [_at_numbers(model, at, request.names, latex=latex, check=check) for model in models]
            else:
                verdicts = [printer.print(model, request) for model in models]
            passed = all(verdicts)
    if not passed:
        raise typer.Exit(1)


@dataclass(frozen=True)
class Printer:
    """What is printed of a derivation, and how."""

    notation: Notation
    ranges: Ranges | None
    sizes: Mapping[str, int] | None
    toeplitz: bool
    forward: bool
    latex: bool
    steps: bool
    check: bool

    def print(self, model: Model, request: Request) -> bool:
        """Print what is asked of a model; whether all of it passed its check."""
        from answers.command.printing import print_forward, signs_text
        from answers.command.request import forward_of

        passed = True
        shown: list[Derivation] = []
        if self.forward:
            passed = print_forward(forward_of(model), latex=self.latex, check=self.check)
        for number, (required, derivation) in enumerate(request.of(model)):
            if number:
                typer.echo()
            right = self._answered(required, derivation)
            passed = right and passed
            shown += [derivation] if right else []
        if self.notation == "convolution" and self.sizes is None and (signs := signs_text(shown, latex=self.latex)):
            typer.echo(f"\n{signs}")
        return passed

    def _answered(self, required: Requirement, derivation: Derivation) -> bool:
        """Print the answer to a question, with ``check`` only if it passes; whether it does."""
        from answers.command.printing import answers_the_question, derivation_text, print_checked, read_again
        from answers.command.ranges import at_sizes, ranged

        indent = "% " if self.latex else "  "
        if self.check and not answers_the_question(derivation, required, indent):
            return False
        written = None
        if self.sizes is not None:
            whole = at_sizes(derivation, self.sizes, matrix=self.toeplitz)
            text, written = whole.text(latex=self.latex), whole.check
            again = partial(whole.read_again, text, latex=self.latex)
        else:
            derivation, form = ranged(derivation, self.ranges, self.notation)
            text = derivation_text(derivation, form, steps=self.steps, latex=self.latex)
            again = partial(read_again, derivation, text, latex=self.latex)
        if self.check:
            return print_checked(derivation, text, indent, written, again)
        typer.echo(text)
        return True


def _at_numbers(model: Model, at: list[str], names: tuple[str, ...], *, latex: bool, check: bool) -> bool:
    """Print a network or a layer at numbers; whether all is right."""
    from answers.command.numbers import derive_at_numbers
    from derive.recurrent.recurrence import Recurrence

    if isinstance(model, Recurrence):
        raise TypeError("a recurrence over all steps has no numbers")
    return derive_at_numbers(model, at, names, latex=latex, check=check)


def _models(
    given: str,
    loss: str | None,
    using: Path | None,
    batch: str | None,
    reduction: Literal["mean", "sum"],
    layout: Layout,
    index_base: Literal[0, 1],
) -> tuple[Model, ...]:
    """What a text or a file names: a recurrence, layers alone, or a network."""
    from answers.command.request import recurrence_of
    from answers.command.subjects import is_definition_file, is_recurrence
    from answers.homework.own import load_definitions
    from derive.layer import is_layer
    from derive.network import network

    if is_recurrence(given):
        return (recurrence_of(given, index_base),)
    if is_definition_file(given) or is_layer(given):
        return _alone(given, batch, layout, index_base)
    extra = () if using is None else load_definitions(using)
    return (network(given, loss, batch=batch, reduction=reduction, layout=layout, index_base=index_base, extra=extra),)


def _alone(given: str, batch: str | None, layout: Layout, index_base: Literal[0, 1]) -> tuple[Layer, ...]:
    """The layers that a text or a file names."""
    from answers.command.subjects import is_definition_file
    from answers.homework.own import load_layers
    from derive.layer import layer

    named = load_layers(Path(given)) if is_definition_file(given) else (given,)
    return tuple(layer(one, batch=batch, layout=layout, index_base=index_base) for one in named)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """The names in repeated and comma-separated options."""
    return tuple(name.strip() for text in given for name in text.split(",") if name.strip())
