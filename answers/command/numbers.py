"""``gradsheet derive NETWORK --at ...``: the values and gradients of a network or a layer at given numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import typer

from derive.errors import DeriveError
from derive.layer import Layer
from derive.network import Network

if TYPE_CHECKING:
    from answers.numbers.answer import Numbers
    from answers.numbers.lines import Line
    from numeric.checks.comparison import Comparison

DIGITS = 6
"""Significant digits of what is neither a short fraction nor a short decimal."""

VALUE = re.compile(r"\s*([^=\[\],\s]+)\s*=\s*([^=]*)")
NESTED = re.compile(r"[\[\],]|[^\[\],\s]+")


def derive_at_numbers(
    model: Network | Layer, at: Sequence[str], wrt: Sequence[str], *, latex: bool, check: bool
) -> bool:
    """Print all values, and the derivatives by all of them and the parameters or those that are named.

    With ``check`` nothing is printed that fails it; whether all is right.

    Raises:
        DeriveError: a value cannot be read.
        HomeworkContentError: the numbers do not fit.
    """
    from answers.numbers.answer import Numbers
    from answers.numbers.given import given, of_layer
    from answers.numbers.quantities import quantities
    from answers.numbers.run import Plan

    network = of_layer(model) if isinstance(model, Layer) else model
    known = given(network, _values(at))
    if isinstance(model, Layer) and not wrt and known.upstream is not None:
        wrt = model.differentiable
    plan = Plan(known, quantities(known, wrt, parameters=False), ({},), {})
    numbers = Numbers.of(plan, DIGITS)
    (stage,) = numbers.stages
    lines = (*numbers.values(stage), *numbers.gradients(stage))
    texts = tuple(_text(line, numbers, latex=latex) for line in lines)
    verdict = _verdict(numbers, lines, texts) if check else None
    if verdict is not None and not verdict.ok:
        typer.echo("no answer in numbers: what was computed fails its check (--no-check prints it)")
        typer.echo(f"  FAILED: {verdict.note}")
        return False
    for text in texts:
        typer.echo("\n".join(text))
    if verdict is not None:
        mark = "% " if latex else "  "
        typer.echo(f"{mark}checked: {verdict.points} numbers, worst relative error {verdict.error:.0e}")
    return True


def _text(line: Line, numbers: Numbers, *, latex: bool) -> tuple[str, ...]:
    return (line.latex if latex else line.unicode)(numbers.digits, numbers.base)


def _verdict(numbers: Numbers, lines: tuple[Line, ...], texts: tuple[tuple[str, ...], ...]) -> Comparison:
    from answers.numbers.answer import by_rows_of
    from answers.numbers.claims import Lines, verdict

    (place,), (stage,) = numbers.measured, numbers.stages
    return verdict([Lines(lines, texts, place.before, place.after, place.noise, by_rows_of(stage))], numbers.digits)


def _values(given: Sequence[str]) -> Mapping[str, Any]:
    """The numbers by the names of tensors: ``x=[1, 1/2], W1=[[1, 2], [3, 4]]``.

    Raises:
        DeriveError: they are written in another way, or one is given twice.
    """
    values: dict[str, Any] = {}
    for text in given:
        for part in _parts(text):
            found = VALUE.fullmatch(part)
            if found is None:
                raise DeriveError(f"a value is given as x=[1, 2] or W1=[[1, 2], [3, 4]], not as {part.strip()}")
            if found[1] in values:
                raise DeriveError(f"{found[1]} has two values")
            values[found[1]] = _numbers(found[1], found[2])
    return values


def _parts(text: str) -> Iterator[str]:
    """A text taken apart at the commas outside of brackets."""
    start = depth = 0
    for place, sign in enumerate(text):
        depth += {"[": 1, "]": -1}.get(sign, 0)
        if depth < 0:
            raise DeriveError(f"a bracket is closed that was not opened: {text[start : place + 1].strip()}")
        if sign == "," and depth == 0:
            yield text[start:place]
            start = place + 1
    if depth:
        raise DeriveError(f"a bracket is not closed: {text[start:].strip()}")
    if text[start:].strip():
        yield text[start:]


def _numbers(name: str, text: str) -> Any:
    """A number, or nested lists of numbers of one shape."""
    from answers.contract.given import rectangular_fractions

    tokens = NESTED.findall(text)
    try:
        value, rest = _nested(tokens)
        if rest:
            raise ValueError(f"expected one number or one list, got {text.strip()}")
        return rectangular_fractions(value)
    except ValueError as reason:
        raise DeriveError(f"{name}: {reason}") from None


def _nested(tokens: list[str]) -> tuple[Any, list[str]]:
    """The first number or list of some tokens, and what follows it."""
    if not tokens or tokens[0] in ("]", ","):
        raise ValueError("expected a number or a list, such as 3, 1/3 or [1, 2]")
    first, rest = tokens[0], tokens[1:]
    if first != "[":
        return first, rest
    entries: list[Fraction | tuple[Any, ...]] = []
    while True:
        entry, rest = _nested(rest)
        entries.append(entry)
        sign, rest = rest[0], rest[1:]
        if sign == "]":
            return tuple(entries), rest
        if sign != ",":
            raise ValueError(f"expected a comma before {sign}, numbers in a list are written [1, 2]")
