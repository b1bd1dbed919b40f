"""The kind ``plot``: functions and their derivatives, drawn, with the formulas that the engine derives below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import Literal

import numpy
from pydantic import Field, model_validator
from sympy import Expr, Function
from sympy.core.function import AppliedUndef

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import DIFFERENCE_QUOTIENTS, FORMULA, Method
from answers.contract.written import Noted, room
from answers.derivations.claims import claim
from answers.derivations.pages import applied_functions
from answers.errors import HomeworkContentError
from answers.formulas.called import activation_in, slope_in
from answers.formulas.curves import Drawn, Evaluate, breaks, drawn, evaluator
from answers.latex.plotting import plot
from answers.latex.sheet import Block, Equation, Plot, Plots
from derive.derivation import Derivation
from derive.expression.scalar import ScalarFunction
from derive.layers.definition import Activation
from derive.render import cases_latex, latex
from numeric.checks.comparison import Comparison, largest, relative_error
from numeric.checks.tolerances import CURVE

Shown = Literal["function", "derivative"]

STEP = 1e-5
APART = 1e-3
"""How far from a kink a difference quotient is taken."""
MOST_CASES = 3


class PlotItem(Noted):
    """Functions by name, or by formulas in z, each in a plot of its own."""

    kind: Literal["plot"]
    functions: tuple[str, ...] = Field((), description="activations, such as ReLU and GELU")
    formulas: dict[str, str] = Field(default_factory=dict, description="further functions by their formulas in z")
    show: tuple[Shown, ...] = Field(("function", "derivative"), min_length=1)
    low: float = -4.0
    high: float = 4.0
    lines: int = Field(4, ge=0, description="how many lines the question sheet leaves below the axes")

    @model_validator(mode="after")
    def _something_is_drawn(self) -> PlotItem:
        if not self.functions and not self.formulas:
            raise ValueError("give functions or formulas to plot")
        if self.low >= self.high:
            raise ValueError(f"low must be below high, got {self.low:g} and {self.high:g}")
        return self

    def blank(self, context: Context) -> tuple[Block, ...]:
        plots = tuple(replace(graph.plot, curves=(), dots=(), notes=()) for graph in self._graphs(context))
        return (Plots(plots), *room(self.lines))

    def answer(self, context: Context) -> Answered:
        graphs = tuple(self._graphs(context))
        blocks = self.note_blocks()
        jumps = any(graph.plot.dots for graph in graphs)
        convention = "At a jump the filled dot is the value that is taken there." if jumps else ""
        blocks.append(Plots(tuple(graph.plot for graph in graphs), convention))
        named = {graph.function.name for graph in graphs}
        expressions = [expression for graph in graphs for expression in (graph.function.formula, graph.slope.result)]
        for function in applied_functions(graphs[0].slope.forward, expressions):
            if function.name not in named:
                blocks.append(Equation(f"{latex(function(function.variable))} = {cases_latex(function.formula)}"))
        claims = [claim(graph.slope) for graph in graphs]
        claims += [graph.claim(shown) for shown in self.show for graph in graphs]
        return Answered(tuple(blocks), tuple(claims))

    def _graphs(self, context: Context) -> Iterator[Graph]:
        for name in self.functions:
            yield graph_of(activation_in(name, context), self.show, self.low, self.high, context)
        for name, formula in self.formulas.items():
            yield graph_of(Activation(name, formula, call=name), self.show, self.low, self.high, context)


@dataclass(frozen=True)
class Graph:
    """A plot with what is drawn in it."""

    function: ScalarFunction
    slope: Derivation
    value: Evaluate
    places: tuple[float, ...]
    drawn: dict[Shown, Drawn]
    plot: Plot

    def claim(self, shown: Shown) -> Claim:
        """The curve of the function is that of its formula, or the curve of the derivative that of its slope."""
        what = f"{self.plot.title}: the curve of the {shown}"
        methods = (FORMULA, Method("to 30 digits"))
        if shown == "derivative":
            methods = (DIFFERENCE_QUOTIENTS, Method("point by point"))
        return Claim(what, f"curve of {self.drawn[shown].curve.label}", methods, lambda: self.verdict(shown))

    def verdict(self, shown: Shown) -> Comparison:
        """Compare the points of a curve as they are drawn with the formula of the function."""
        points = self.drawn[shown].points
        away = numpy.all([numpy.abs(points[:, 0] - place) > APART for place in (*self.places, inf)], axis=0)
        points = points[away]
        if shown == "derivative":
            expected = (self.value(points[:, 0] + STEP) - self.value(points[:, 0] - STEP)) / (2 * STEP)
        else:
            points = points[:: max(1, len(points) // 20)]
            expected = numpy.array([self._exact(float(z)) for z in points[:, 0]])
        error = relative_error(points[:, 1], expected, max(1.0, largest(expected)))
        worst = int(numpy.abs(points[:, 1] - expected).argmax())
        here = f"at z = {points[worst, 0]:.4g} it is drawn at {points[worst, 1]:.6g}, not {expected[worst]:.6g}"
        return Comparison(error, CURVE, len(points), "" if error <= CURVE else here)

    def _exact(self, at: float) -> float:
        formula = _written_out(self.function.formula, self.slope.forward.function)
        return float(formula.subs(self.function.variable, at).evalf(30))


def _written_out(formula: Expr, functions: dict[str, ScalarFunction]) -> Expr:
    while uses := formula.atoms(AppliedUndef):
        formula = formula.xreplace({use: functions[use.func.__name__].at(use.args[0]) for use in uses})
    return formula


def _printed(formula: Expr) -> str:
    """In cases where there are few, else with brackets."""
    found = cases_latex(formula)
    return found if found.count(r"\\") <= MOST_CASES else latex(formula)


def graph_of(kind: Activation, show: tuple[Shown, ...], low: float, high: float, context: Context) -> Graph:
    """The plot of an activation, of its derivative, or of both."""
    slope = slope_in(kind, context)
    function = slope.forward.function[kind.call]
    variable, functions = function.variable, slope.forward.functions
    letters = sorted(map(str, function.formula.free_symbols - {variable}))
    if letters:
        raise HomeworkContentError(
            f"{kind.name} has no curve while {', '.join(letters)} has no value: write a number in its place, or z"
        )
    formulas: dict[Shown, Expr] = {"function": function.formula, "derivative": slope.result}
    places = tuple(sorted({at for f in formulas.values() for at in breaks(f, variable, functions)}))
    names: dict[Shown, str] = {
        "function": latex(function(variable)),
        "derivative": latex(Function(f"{kind.call}'")(variable)),
    }
    found: dict[Shown, Drawn] = {
        shown: drawn(
            evaluator(formulas[shown], variable, functions), low, high, places, number=number, label=f"${names[shown]}$"
        )
        for number, shown in enumerate(show)
    }
    picture = plot(
        [one.curve for one in found.values()],
        "$z$",
        f"${names[show[0]]}$" if len(show) == 1 else "value",
        title=kind.name,
        width=5.9,
        height=4.0,
        dots=[dot for one in found.values() for dot in one.dots],
    )
    notes = tuple(f"{names[shown]} = {_printed(formulas[shown])}" for shown in show)
    return Graph(
        function, slope, evaluator(function.formula, variable, functions), places, found, replace(picture, notes=notes)
    )
