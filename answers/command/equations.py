"""``gradsheet derive`` of scalar equations: partials by paths, and numbers at given values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
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
    passed = True
    for number, name in enumerate(wrt or graph.inputs):
        partial = graph.partial(name if "/" in name else f"d{graph.output}/d{name}")
        if number:
            typer.echo()
        typer.echo(_text(partial, latex, steps))
        passed = (not check or _checked(partial, "% " if latex else "  ")) and passed
    if at:
        typer.echo()
        passed = _numbers(graph, dict(_value(given) for given in at), check) and passed
    return passed


def _text(partial: PathSum, latex: bool, steps: bool) -> str:
    if not latex:
        return f"{partial.unicode(steps=True)}\n\n{partial.unicode()}" if steps else partial.unicode()
    body = partial.latex(steps=steps)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}" if steps else body


def _checked(partial: PathSum, indent: str) -> bool:
    from answers.command.shown import print_check

    return print_check(partial.derivation, indent)


def _value(given: str) -> tuple[str, str]:
    from derive.errors import DeriveError

    name, equals, value = given.partition("=")
    if not equals:
        raise DeriveError(f"a value is given as x=-2, not as {given}")
    return name.strip(), value.strip()


def _numbers(graph: ScalarGraph, values: dict[str, str], check: bool) -> bool:
    """Print the value of every named value and the gradients of the output."""
    from derive.graph.numbers import number_unicode
    from derive.render import unicode
    from derive.symbols import partial_name, scalar

    backward = graph.backward(values)
    for name in graph.model.row:
        typer.echo(f"{unicode(scalar(name))} = {number_unicode(backward.forward[name])}")
    for name in graph.inputs:
        partial = unicode(scalar(partial_name(backward.output, name)))
        typer.echo(f"{partial} = {number_unicode(backward[name])}")
    return not check or _numbers_checked(backward)


def _numbers_checked(backward: Backward) -> bool:
    from numeric.graph import TOLERANCE, compare_gradients, compare_inputs, compare_values

    found = [*compare_values(backward.forward), *compare_gradients(backward), *compare_inputs(backward)]
    wrong = [comparison.what for comparison in found if comparison.error > TOLERANCE]
    worst = max(comparison.error for comparison in found)
    if wrong:
        typer.echo(f"  FAILED: {', '.join(wrong)}")
    else:
        typer.echo(f"  checked: {len(found)} numbers, worst relative error {worst:.0e}")
    return not wrong
