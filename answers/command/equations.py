"""``gradsheet derive`` of scalar equations: partials by paths, and numbers at given values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import typer

from derive.expression.partials import partial_name

if TYPE_CHECKING:
    from sympy import Expr

    from derive.graph import Backward, PathSum, ScalarGraph


def derive_equations(
    text: str, wrt: Sequence[str], at: Sequence[str], *, latex: bool, steps: bool, check: bool
) -> bool:
    """Print the partials of equations by their inputs, or those that are named; say whether all checks passed.

    Raises:
        DeriveError: the equations or the values cannot be read, or there is no such partial.
    """
    from derive.graph import scalar_graph

    graph = scalar_graph(text, grain="functions")
    values = _values(at)
    passed = True
    for number, name in enumerate(wrt or graph.inputs):
        partial = graph.partial(name if "/" in name else f"d{graph.output}/d{name}")
        if number:
            typer.echo()
        passed = _print(partial, latex=latex, steps=steps, check=check) and passed
    if at:
        typer.echo()
        passed = _numbers(graph, values, check) and passed
    return passed


def _print(partial: PathSum, *, latex: bool, steps: bool, check: bool) -> bool:
    """Print a partial, with ``check`` only if it passes; whether it does."""
    from answers.command.printing import print_checked

    text = _text(partial, latex, steps)
    if check:
        return print_checked(partial.derivation, text, "% " if latex else "  ")
    typer.echo(text)
    return True


def _text(partial: PathSum, latex: bool, steps: bool) -> str:
    if not latex:
        return f"{partial.unicode(steps=True)}\n\n{partial.unicode()}" if steps else partial.unicode()
    body = partial.latex(steps=steps)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}" if steps else body


def _values(given: Sequence[str]) -> dict[str, str]:
    """The values of the inputs.

    Raises:
        DeriveError: one is not of the form x=-2, or an input has two.
    """
    from derive.errors import DeriveError

    values: dict[str, str] = {}
    for name, value in map(_value, given):
        if name in values:
            raise DeriveError(f"{name} has two values, {values[name]} and {value}")
        values[name] = value
    return values


def _value(given: str) -> tuple[str, str]:
    from derive.errors import DeriveError

    name, equals, value = given.partition("=")
    if not equals:
        raise DeriveError(f"a value is given as x=-2, not as {given}")
    return name.strip(), value.strip()


def _numbers(graph: ScalarGraph, values: dict[str, str], check: bool) -> bool:
    """Print the value of every named value and the gradients of the output, with ``check`` if they pass it."""
    backward = graph.backward(values)
    if not check:
        _print_numbers(backward)
        return True
    from derive.graph.numbers import number_unicode
    from numeric.checks.graph import (
        compare_given,
        compare_gradients,
        compare_inputs,
        compare_printed,
        compare_values,
    )

    forward = backward.forward
    found = [*compare_values(forward), *compare_gradients(backward), *compare_inputs(backward)]
    beside = [*compare_given(forward, values), *compare_printed(_printed(backward), number_unicode)]
    wrong = [comparison.what for comparison in (*found, *beside) if not comparison.ok]
    if wrong:
        typer.echo("no answer in numbers: what was computed fails its check (--no-check prints it)")
        typer.echo(f"  FAILED: {', '.join(wrong)}")
        return False
    _print_numbers(backward)
    measured = [comparison for comparison in found if not comparison.unchecked]
    worst = max((comparison.error for comparison in measured), default=0.0)
    if measured:
        typer.echo(f"  checked: {len(measured)} numbers, worst relative error {worst:.0e}")
    if len(measured) < len(found):
        names = ", ".join(comparison.what for comparison in found if comparison.unchecked)
        typer.echo(f"  unchecked, as no number of digits would do: {names}")
    return True


def _printed(backward: Backward) -> Iterator[Expr]:
    """The numbers that are printed."""
    graph = backward.forward.graph
    yield from (backward.forward[name] for name in graph.model.row)
    yield from (backward[name] for name in graph.inputs)


def _print_numbers(backward: Backward) -> None:
    from derive.expression.symbols import scalar
    from derive.graph.numbers import number_unicode
    from derive.render import unicode

    graph = backward.forward.graph
    for name in graph.model.row:
        typer.echo(f"{unicode(scalar(name))} = {number_unicode(backward.forward[name])}")
    for name in graph.inputs:
        partial = unicode(scalar(partial_name(backward.output, name)))
        typer.echo(f"{partial} = {number_unicode(backward[name])}")
