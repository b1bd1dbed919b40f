"""``gradsheet derive`` of scalar equations: partials by paths, and numbers at given values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import typer

from derive.expression.partials import partial_name

if TYPE_CHECKING:
    from derive.graph import Backward, PathSum, ScalarGraph
    from numeric import Comparison


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
        found = graph.partial(name if "/" in name else f"d{graph.output}/d{name}")
        if number:
            typer.echo()
        passed = _print(found, latex=latex, steps=steps, check=check) and passed
    if at:
        typer.echo()
        passed = _numbers(graph, values, latex=latex, check=check) and passed
    return passed


def _print(paths: PathSum, *, latex: bool, steps: bool, check: bool) -> bool:
    """Print a partial, with ``check`` only if it passes; whether it does."""
    from answers.command.printing import print_checked

    text = _text(paths, latex=latex, steps=steps)
    if check:
        again = partial(_read_again, paths, text, latex=latex)
        return print_checked(paths.derivation, text, "% " if latex else "  ", again=again)
    typer.echo(text)
    return True


def _text(paths: PathSum, *, latex: bool, steps: bool) -> str:
    """The partial, and what slopes that stand without their argument are taken at."""
    from derive.graph.rendering import slope_notes
    from derive.render.printing import LATEX, UNICODE

    if latex:
        body = paths.latex(steps=steps)
        body = f"\\begin{{align*}}\n{body}\n\\end{{align*}}" if steps else body
    else:
        body = f"{paths.unicode(steps=True)}\n\n{paths.unicode()}" if steps else paths.unicode()
    sign, mark = ("$", "% ") if latex else ("", "  ")
    notes = [f"{sign}{short} = {call}{sign}" for short, call in slope_notes([paths], LATEX if latex else UNICODE)]
    return f"{body}\n{mark}where {', '.join(notes)}" if notes else body


def _read_again(paths: PathSum, text: str, *, latex: bool) -> Comparison | None:
    """What is wrong with the text of a partial, read back; None if nothing is.

    Raises:
        ArrayError: no point away from kinks was found.
    """
    from answers.readback.printed import paths_on_terminal
    from answers.readback.shown import Shown, misprinted

    printed = paths_on_terminal(text, latex=latex)
    return misprinted([Shown(paths.derivation, printed)], [paths.derivation])


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


def _numbers(graph: ScalarGraph, values: dict[str, str], *, latex: bool, check: bool) -> bool:
    """Print the value of every named value and the gradients of the output, with ``check`` if they pass it."""
    backward = graph.backward(values)
    lines = tuple(_lines(backward))
    mark = "% " if latex else ""
    if not check:
        typer.echo("\n".join(f"{mark}{line}" for line in lines))
        return True
    from answers.readback.graphs import misnumbered
    from numeric.checks.graph import compare_given, compare_gradients, compare_inputs, compare_values

    forward = backward.forward
    found = [*compare_values(forward), *compare_gradients(backward), *compare_inputs(backward)]
    beside = compare_given(forward, values)
    wrong = [comparison.what for comparison in (*found, *beside) if not comparison.ok]
    if wrong := wrong or list(misnumbered(lines, backward)):
        typer.echo(f"{mark}no answer in numbers: what was computed fails its check (--no-check prints it)")
        typer.echo(f"{mark or '  '}FAILED: {', '.join(wrong)}")
        return False
    typer.echo("\n".join(f"{mark}{line}" for line in lines))
    measured = [comparison for comparison in found if not comparison.unchecked]
    worst = max((comparison.error for comparison in measured), default=0.0)
    if measured:
        typer.echo(f"{mark or '  '}checked: {len(measured)} numbers, worst relative error {worst:.0e}")
    if len(measured) < len(found):
        names = ", ".join(comparison.what for comparison in found if comparison.unchecked)
        typer.echo(f"{mark or '  '}unchecked, as no number of digits would do: {names}")
    return True


def _lines(backward: Backward) -> Iterator[str]:
    """The numbers that are printed: every value, and the gradient by every input."""
    from derive.expression.symbols import scalar
    from derive.graph.numbers import number_unicode
    from derive.render import unicode

    graph = backward.forward.graph
    for name in graph.model.row:
        yield f"{unicode(scalar(name))} = {number_unicode(backward.forward[name])}"
    for name in graph.inputs:
        yield f"{unicode(scalar(partial_name(backward.output, name)))} = {number_unicode(backward[name])}"
