"""``gradsheet derive``: derivatives of a network, on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from derive.derivation import Derivation, Layout, Notation
    from derive.network import Network

Listed = list[str] | None


def derive(
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
        Literal["matrix", "index", "convolution"],
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
        typer.Option(metavar="FILE", show_default=False, help="A file with layers of your own that the network uses."),
    ] = None,
    ranges: Annotated[
        Literal["brackets", "cases", "limits"] | None,
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
    latex: Annotated[bool, typer.Option("--latex", help="Print LaTeX.")] = False,
    steps: Annotated[bool, typer.Option("--steps", help="Print the steps from the chain rule on.")] = False,
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
            metavar="VALUES", show_default=False, help="Values of the inputs of equations, such as x=-2,y=5,z=-4."
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Check each result and step by number.")] = True,
) -> None:
    """Derive gradients and Jacobians, and check them by number.

    Everything follows from the forward definition of the network. The exit code is 1 if a check fails.
    """
    from answers.command.equations import derive_equations
    from answers.command.ranges import print_at_sizes, ranged, sizes_of
    from answers.own import is_definition_file, load_definitions
    from derive.graph import is_equations
    from derive.layer import is_layer
    from derive.network import network as build_network

    if is_equations(network):
        options = {"latex": latex, "steps": steps, "check": check}
        if not derive_equations(network, _names(wrt or ()), _names(at or ()), **options):
            raise typer.Exit(1)
        return
    if is_definition_file(network) or is_layer(network):
        models = _alone(network, batch, layout, index_base)
    else:
        extra = () if using is None else load_definitions(using)
        built = build_network(
            network, loss, batch=batch, reduction=reduction, layout=layout, index_base=index_base, extra=extra
        )
        models = [(built, () if wrt else _all(built))]
    allowed = _names(within) if within is not None else None
    passed = True
    for number, (model, name) in enumerate(
        (model, name) for model, names in models for name in _names(wrt or ()) or names
    ):
        derivation = _derived(model, name, allowed, hessian=hessian, jacobian=toeplitz is not None)
        if number:
            typer.echo()
        if written_out is not None or toeplitz is not None:
            print_at_sizes(
                derivation, sizes_of(written_out or toeplitz or ()), matrix=toeplitz is not None, latex=latex
            )
        else:
            shown, form = ranged(derivation, ranges, notation)
            (_print_latex if latex else _print_unicode)(shown, form, steps)
        if check:
            passed = print_check(derivation, "% " if latex else "  ") and passed
    if not passed:
        raise typer.Exit(1)


def _alone(
    given: str, batch: str | None, layout: Layout, index_base: Literal[0, 1]
) -> list[tuple[Network, tuple[str, ...]]]:
    """The layers that a text or a file names, each with what it can be differentiated by."""
    from answers.own import is_definition_file, load_definitions
    from derive.layer import layer

    named = load_definitions(Path(given)) if is_definition_file(given) else (given,)
    layers = [layer(one, batch=batch, layout=layout, index_base=index_base) for one in named]
    return [(one.network, one.differentiable) for one in layers]


def _derived(
    model: Network, name: str, allowed: tuple[str, ...] | None, *, hessian: bool, jacobian: bool
) -> Derivation:
    """The gradient by a tensor, or a partial by its name; the Hessian or the output's Jacobian where asked for."""
    if hessian:
        return model.hessian(name, within=allowed)
    if jacobian and "/" not in name:
        return model.jacobian(model.values[-2], name, allowed)
    return model.partial(name, allowed) if "/" in name else model.gradient(name, allowed)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """The names in repeated and comma-separated options."""
    return tuple(name.strip() for text in given for name in text.split(",") if name.strip())


def _all(network: Network) -> tuple[str, ...]:
    """What is derived if nothing is named: the gradients of all parameters."""
    from derive.errors import NetworkError

    if network.loss is None:
        raise NetworkError("there is no loss to differentiate; give --loss, such as MSE, or --wrt dz2/dz1")
    if not network.parameters:
        raise NetworkError("the network has no parameters; name what to differentiate by, such as --wrt x")
    return network.parameters


def _print_unicode(derivation: Derivation, notation: Notation, steps: bool) -> None:
    from derive.render.derivations import derivation_unicode

    if steps:
        typer.echo(derivation_unicode(derivation, notation, steps=True))
        typer.echo()
    typer.echo(derivation_unicode(derivation, notation))
    typer.echo(f"  shape: {_shape(derivation, notation)}")


def _print_latex(derivation: Derivation, notation: Notation, steps: bool) -> None:
    from derive.render.derivations import derivation_latex

    typer.echo(f"% {derivation.quantity.name}, shape {_shape(derivation, notation)}")
    body = derivation_latex(derivation, notation, steps=steps)
    typer.echo(f"\\begin{{align*}}\n{body}\n\\end{{align*}}" if steps else body)


def _shape(derivation: Derivation, notation: Notation) -> str:
    """The shape of what is printed: of the matrix in its layout, or of the elements by their indices."""
    from derive.render import shape_unicode

    if notation == "matrix" and derivation.matrix is not None:
        rows, columns = derivation.matrix.shape
        return shape_unicode((rows,) if columns == 1 else (rows, columns))
    return shape_unicode(derivation.shape)


def print_check(derivation: Derivation, indent: str) -> bool:
    """Check the derivation by number and say how it went."""
    from numeric import ArrayError, check

    try:
        outcome = check(derivation)
    except ArrayError as error:
        typer.echo(f"{indent}FAILED: it cannot be checked: {error}")
        return False
    if outcome.ok:
        typer.echo(f"{indent}checked: {outcome.points} points, worst relative error {outcome.max_error:.0e}")
        return True
    for item in outcome.items:
        if not item.ok:
            reason = item.note or f"relative error {item.error:.0e}, allowed {item.tolerance:.0e}"
            typer.echo(f"{indent}FAILED: {item.what}: {reason}")
    return False
