"""The kind ``comparison``: the gradients of the same function by two graphs, exactly and in floating point."""

from __future__ import annotations

from math import inf
from typing import Literal

from pydantic import Field
from sympy import N, Rational

from answers.kinds.item import Answered, Claim, Context, Verdict
from answers.kinds.scalar import Scalar, Values, backward_claim, partial_latex
from answers.latex.markdown import markdown
from answers.latex.sheet import Block, Column, Room, Row, Table, Text
from derive.errors import DeriveError
from derive.graph import Backward, scalar_graph
from derive.graph.numbers import number_latex
from numeric.graph import PRECISION, float_gradients


class Comparison(Scalar):
    """A table of gradients by two graphs of the same inputs, and what the two differ by."""

    kind: Literal["comparison"]
    other: str = Field("", description="the equations of the other graph; the same ones if left out")
    other_grain: str | tuple[str, ...] = Field("primitives", description="the grain of the other graph")
    at: Values = Field(description="the value of each input")
    of: str | None = Field(None, description="the output that is differentiated; the only one if left out")
    lines: int = Field(4, ge=0, description="how many lines the question sheet leaves")
    note: str = Field("", description="Markdown after the comparison")

    def blank(self, context: Context) -> tuple[Block, ...]:
        return (Room(self.lines),) if self.lines else ()

    def answer(self, context: Context) -> Answered:
        ours, others = self._backward()
        rows = tuple(Row(_cells(name, ours, others)) for name in ours.forward.graph.inputs)
        columns = (
            Column("Gradient"), Column("Here", "number"), Column("There", "number"),
            Column("Exact difference", "number"), Column("In floating point", "number"),
        )  # fmt: skip
        note = [Text(markdown(self.note))] if self.note else []
        blocks: list[Block] = [Text(_sentence(ours, others)), Table(columns, rows), *note]
        return Answered(tuple(blocks), (_claim(ours, others), backward_claim(ours), backward_claim(others)))

    def _backward(self) -> tuple[Backward, Backward]:
        ours = self.graph()
        others = scalar_graph(self.other or self.equations, grain=self.other_grain, constants=self.constants)
        if set(ours.inputs) != set(others.inputs):
            raise DeriveError(f"the graphs have other inputs: {', '.join(ours.inputs)} and {', '.join(others.inputs)}")
        return ours.backward(dict(self.at), self.of), others.backward(dict(self.at), self.of)


def _floats(backward: Backward) -> dict[str, float]:
    forward = backward.forward
    return dict(float_gradients(forward.graph, {n: forward[n] for n in forward.graph.inputs}, backward.output))


def _cells(name: str, ours: Backward, others: Backward) -> tuple[str, ...]:
    here, there = _floats(ours)[name], _floats(others)[name]
    return (
        f"${partial_latex(ours.output, name)}$",
        f"${number_latex(ours[name])}$",
        f"${number_latex(others[name])}$",
        f"${number_latex(_difference(ours, others, name))}$",
        _relative(here, there),
    )


def _difference(ours: Backward, others: Backward, name: str) -> Rational:
    """The exact difference of two gradients: 0 if they are equal to all digits that are computed."""
    difference = N(ours[name] - others[name], PRECISION, chop=True)
    scale = max(abs(N(ours[name], PRECISION)), abs(N(others[name], PRECISION)))
    return Rational(0) if abs(difference) <= scale * Rational(10) ** (10 - PRECISION) else difference


def _relative(here: float, there: float) -> str:
    """How far two floating-point numbers are apart, beside the larger one."""
    if here == there:
        return "the same"
    apart = abs(here - there) / max(abs(here), abs(there))
    return f"${number_latex(Rational(str(float(f'{apart:.2g}'))))}$ apart"


def _sentence(ours: Backward, others: Backward) -> str:
    names = ours.forward.graph.inputs
    equal = all(_difference(ours, others, name) == 0 for name in names)
    here, there = _floats(ours), _floats(others)
    if not equal:
        return "The gradients are not the same: the graphs are of different functions."
    if here == there:
        return "The gradients are the same, exactly and in floating point."
    return (
        "The gradients are the same: exact arithmetic gives the same numbers. In floating point they differ a little, "
        "since the graphs round different intermediate values."
    )


def _claim(ours: Backward, others: Backward) -> Claim:
    def verdict() -> Verdict:
        names = ours.forward.graph.inputs
        differing = [name for name in names if _difference(ours, others, name) != 0]
        tolerance = 10.0 ** (10 - PRECISION)
        return Verdict(not differing, len(names), inf if differing else 0.0, tolerance, ", ".join(differing))

    return Claim("the same gradients", "the same gradients", f"{PRECISION - 10} digits", verdict)
