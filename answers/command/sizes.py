"""``gradsheet sizes``: the shape, the parameters and the receptive field of every layer of a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from answers.command.options import Batch, Channels, Using

if TYPE_CHECKING:
    from answers.derivations.sizes import Sizes


def sizes(
    context: typer.Context,
    network: Annotated[
        str,
        typer.Argument(
            metavar="NETWORK",
            show_default=False,
            help='Such as "x:(3,32,32) -> Conv2d(16, 3) -> ReLU -> MaxPool2d(2)"; sizes are numbers or letters.',
        ),
    ],
    using: Using = None,
    batch: Batch = None,
    channels: Channels = "first",
    check: Annotated[bool, typer.Option("--check/--no-check", help="Count what is printed.")] = True,
) -> None:
    """Print the shape after each layer, its parameters, its connections and its receptive field.

    Connections are products of a weight with a value, borders counted in full. The exit code is 1 if a check fails.
    """
    from answers.command.subjects import refuse_without_effect, subject_of
    from answers.derivations.sizes import Shown, Sizes, verdict
    from answers.homework.own import load_definitions
    from derive.errors import DeriveError
    from derive.network import network as network_of
    from numeric.checks.layer_sizes import uncounted

    subject = subject_of(network)
    if subject != "network":
        raise DeriveError("sizes are those of a network, with its input: x:(3,32,32) -> Conv2d(16, 3)")
    refuse_without_effect(context, subject)
    shown: tuple[Shown, ...] = ("shape", "parameters", "connections", "receptive_field")
    extra = () if using is None else load_definitions(using)
    found = Sizes.of(network_of(network, batch=batch, conventions={"channels": channels}, extra=extra))
    cells = [found.cells(layer, shown, in_latex=False) for layer in found.layers]
    totals = found.totals(shown, in_latex=False)
    outcome = verdict(found, shown, [*cells, totals]) if check else None
    if outcome is not None and not outcome.ok:
        typer.echo("no answer: what was worked out fails its check (--no-check prints it)")
        typer.echo(f"  FAILED: {outcome.note}")
        raise typer.Exit(1)
    typer.echo("\n".join(_lines(found, cells, totals)))
    if outcome is not None:
        typer.echo(f"  checked: {outcome.points} sizes")
        if names := uncounted(found.network, batched=found.batched):
            typer.echo(f"  not counted: the connections of {', '.join(names)}")


def _lines(found: Sizes, cells: Sequence[tuple[str, ...]], totals: tuple[str, ...]) -> Iterator[str]:
    """The table in columns, then the sizes that follow from others."""
    from answers.derivations.sizes import TITLES
    from derive.render import shape_unicode

    name, shape = found.input()
    rows = [("Layer", *TITLES.values()), (name, shape_unicode(shape), "", "", "")]
    rows += [(layer.label, *row) for layer, row in zip(found.layers, cells, strict=True)]
    rows.append(("Total", *totals))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield from found.definitions(in_latex=False)
