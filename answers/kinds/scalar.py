"""What the kinds about scalar equations share: the graph that they describe, and claims about its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Literal

from pydantic import Field

from answers.contract.item import Claim, Item
from answers.contract.methods import ARROWS_MOVED, DIGITS, EQUATIONS, SYMPY, Method
from derive.expression.symbols import scalar
from derive.graph import Backward, Forwarded, Graph, ScalarGraph, scalar_graph
from derive.graph.numbers import number_latex
from derive.render import latex, unicode
from numeric.checks import tolerances
from numeric.checks.comparison import Comparison
from numeric.checks.graph import (
    PRECISION,
    compare_given,
    compare_gradients,
    compare_inputs,
    compare_printed,
    compare_structure,
    compare_values,
)

Values = Mapping[str, int | float | str]


class Scalar(Item):
    """An item about scalar equations."""

    equations: str = Field(description="such as q = x + y; f = q*z")
    grain: str | tuple[str, ...] = Field(
        "primitives", description="primitives, functions, or names of functions that are one node, such as sigma"
    )
    constants: Literal["inside", "nodes"] = Field("inside", description="where numbers stand: in operators or as nodes")

    def graph(self) -> ScalarGraph:
        """The graph of the equations."""
        return scalar_graph(self.equations, grain=self.grain, constants=self.constants)


def name_latex(name: str) -> str:
    """The symbol of a value."""
    return latex(scalar(name))


def partial_latex(output: str, name: str) -> str:
    """The partial of an output on one line."""
    return rf"\partial {name_latex(output)}/\partial {name_latex(name)}"


def structure_claim(graph: Graph) -> Claim:
    """The claim that the nodes and arrows of a graph compute what the equations say."""
    return Claim(
        "graph",
        _values_of(graph),
        (EQUATIONS, Method("at random inputs")),
        lambda: _verdict(lambda: compare_structure(graph)),
    )


def _values_of(graph: Graph) -> str:
    return ", ".join(f"${name_latex(name)}$" for name in graph.model.row)


def forward_claim(forward: Forwarded, at: Values) -> Claim:
    """The claim that every value of a graph at the given inputs is right, and printed so."""
    named = _values_of(forward.graph)

    def compared() -> Iterable[Comparison]:
        yield from compare_given(forward, at)
        yield from compare_values(forward)
        yield from compare_printed(forward.values, number_latex)

    return Claim("values", named, (EQUATIONS, DIGITS.of(PRECISION)), lambda: _verdict(compared))


def backward_claim(backward: Backward) -> Claim:
    """The claim that the gradient along every arrow is right, and printed so."""
    named = ", ".join(f"${partial_latex(backward.output, name)}$" for name in backward.forward.graph.inputs)

    def compared() -> Iterable[Comparison]:
        yield from compare_gradients(backward)
        yield from compare_inputs(backward)
        yield from compare_printed((*backward.edges.values(), *backward.gradients), number_latex)

    return Claim(
        f"∂{unicode(scalar(backward.output))}/∂·",
        named,
        (ARROWS_MOVED, SYMPY),
        lambda: _verdict(compared),
    )


def _verdict(compared: Callable[[], Iterable[Comparison]]) -> Comparison:
    found = [comparison for comparison in compared() if not comparison.unchecked]
    wrong = [comparison.what for comparison in found if not comparison.ok]
    worst = max((comparison.error for comparison in found), default=inf)
    return Comparison(worst, tolerances.DIGITS, len(found), "; ".join(wrong[:3]))
