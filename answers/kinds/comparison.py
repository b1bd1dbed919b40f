"""The kind ``comparison``: the gradients of the same function by two graphs, exactly and in floating point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Literal

from pydantic import Field
from sympy import Expr, N, Rational, cancel

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import DIGITS as IN_DIGITS
from answers.contract.texts import Markdown, MarkdownLine
from answers.contract.written import Lined, lines_left
from answers.kinds.scalar import Scalar, Values, backward_claim, partial_latex
from answers.latex.markdown import inline_markdown, markdown
from answers.latex.sheet import Block, Column, Row, Table, Text
from derive.errors import DeriveError
from derive.graph import Backward, ScalarGraph, scalar_graph
from derive.graph.numbers import number_latex
from derive.graph.rendering import operation_latex, slope_latex
from numeric.checks.comparison import Comparison
from numeric.checks.graph import PRECISION
from numeric.values.floating import FloatPass, float_pass

DIGITS = PRECISION - 10
"""To so many digits two numbers are compared."""

NOTICED = 1e-12
"""A relative rounding error above this is told where it comes from."""


class GradientComparison(Scalar, Lined):
    """A table of gradients by two graphs of the same inputs, and what each of them loses in floating point."""

    kind: Literal["comparison"]
    other: str = Field("", description="the equations of the other graph; the same ones if left out")
    other_grain: str | tuple[str, ...] = Field("primitives", description="the grain of the other graph")
    names: tuple[MarkdownLine, MarkdownLine] = Field(
        ("here", "there"), description="what the two are called, such as (e) and (c)"
    )
    at: Values = Field(description="the value of each input")
    of: str | None = Field(None, description="the output that is differentiated; the only one if left out")
    lines: int = lines_left(4)
    note: Markdown = Field("", description="Markdown after the comparison")

    def answer(self, context: Context) -> Answered:
        ours, others = self._sides()
        inputs = ours.exact.forward.graph.inputs
        rows = tuple(Row(_cells(name, ours, others)) for name in inputs)
        first, second = map(inline_markdown, self.names)
        titles = (f"Exactly, {first}", second, f"Rounding, {first}", second)
        columns = (Column("Gradient"), *(Column(title, "number") for title in titles))
        blocks: list[Block] = [Text(_sentence(ours, others, first, second)), Table(columns, rows)]
        if self.note:
            blocks.append(Text(markdown(self.note)))
        return Answered(tuple(blocks), (_claim(ours, others), *map(backward_claim, (ours.exact, others.exact))))

    def _sides(self) -> tuple[_Side, _Side]:
        ours = self.graph()
        others = scalar_graph(self.other or self.equations, grain=self.other_grain, constants=self.constants)
        if set(ours.inputs) != set(others.inputs):
            given = f"{', '.join(ours.inputs)} and {', '.join(others.inputs)}"
            raise DeriveError(f"the two graphs must have the same inputs, not {given}")
        return self._side(ours), self._side(others)

    def _side(self, graph: ScalarGraph) -> _Side:
        at = dict(self.at)
        return _Side(graph.backward(at, self.of), float_pass(graph, at, self.of))


@dataclass(frozen=True)
class _Side:
    """The gradients by one graph, exactly and in floating point."""

    exact: Backward
    floats: FloatPass

    def rounding(self, name: str) -> float:
        """The relative error of a gradient in floating point."""
        return _relative(self.floats.gradients[name], self.exact[name])

    @cached_property
    def most(self) -> float:
        """The largest of these errors."""
        return max(map(self.rounding, self.exact.forward.graph.inputs))

    @property
    def cause(self) -> str:
        """The operator whose slope loses most digits, with its slope, in words."""
        forward = self.exact.forward
        errors = {edge: _relative(slope, self.exact.slopes[edge]) for edge, slope in self.floats.slopes.items()}
        edge = max(errors, key=lambda edge: errors[edge])
        node = forward.graph.nodes[edge.target]
        if errors[edge] < self.most / 10:
            return ""
        slope = slope_latex(forward.graph, edge)
        return f"the slope of ${operation_latex(node)}$, which is computed as ${slope}$"


def _relative(found: float, truth: Expr) -> float:
    if truth == 0:
        return 0.0 if found == 0 else inf
    return float(abs(N(Rational(found) - truth, PRECISION) / N(truth, PRECISION)))


def _cells(name: str, ours: _Side, others: _Side) -> tuple[str, ...]:
    gradients = (ours.exact[name], others.exact[name])
    rounding = (_error(side.rounding(name)) for side in (ours, others))
    partial = partial_latex(ours.exact.output, name)
    return (f"${partial}$", *(f"${number_latex(number)}$" for number in gradients), *rounding)


def _error(error: float) -> str:
    if error == inf:
        return r"$\infty$"
    return f"${number_latex(Rational(f'{error:.2e}'))}$" if error else "$0$"


def _is_identical(ours: _Side, others: _Side, name: str) -> bool:
    """Whether two gradients are one number, as is seen by bringing their difference over one denominator."""
    return cancel(ours.exact[name] - others.exact[name]) == 0


def _is_equal(ours: _Side, others: _Side, name: str) -> bool:
    """Whether two gradients are equal to all digits that are compared."""
    first, second = (N(side.exact[name], PRECISION) for side in (ours, others))
    difference = abs(N(ours.exact[name] - others.exact[name], PRECISION))
    return bool(difference <= max(abs(first), abs(second)) * Rational(10) ** -DIGITS)


def _sentence(ours: _Side, others: _Side, first: str, second: str) -> str:
    names = ours.exact.forward.graph.inputs
    if not all(_is_equal(ours, others, name) for name in names):
        return "The gradients are not the same: the graphs are of different functions."
    same = f"The gradients are the same: they agree to all {DIGITS} digits that were computed."
    if all(_is_identical(ours, others, name) for name in names):
        same = "The gradients are the same: in exact arithmetic their differences are 0."
    if ours.floats.gradients == others.floats.gradients:
        return f"{same} So they do in floating point with 64 bits."
    rounded = (
        f" In floating point with 64 bits they are not quite: relative to its size a gradient is off by at most "
        f"{_error(ours.most)} {first}, and {_error(others.most)} {second}."
    )
    worse, name = max((ours, first), (others, second), key=lambda side: side[0].most)
    told = worse.most > NOTICED and worse.cause
    return same + rounded + (f" What loses the digits {name} is {worse.cause}." if told else "")


def _claim(ours: _Side, others: _Side) -> Claim:
    def verdict() -> Comparison:
        names = ours.exact.forward.graph.inputs
        differing = [name for name in names if not _is_equal(ours, others, name)]
        return Comparison(inf if differing else 0.0, 10.0**-DIGITS, len(names), ", ".join(differing))

    return Claim("the same gradients", "the same gradients", (IN_DIGITS.of(DIGITS),), verdict)
