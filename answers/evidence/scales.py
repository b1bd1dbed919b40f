"""The evidence ``scales``: gradients of a loss by outputs of different ranges, before and after normalisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

import numpy
from numpy.typing import NDArray
from pydantic import Field, model_validator

from answers.contract.evidence import Evidence, Found, quoted_claim
from answers.contract.item import Claim, Context
from answers.contract.methods import LOSS_DIFFERENCES, UNDONE
from answers.derivations.claims import claim
from answers.formulas.chain import compare, read_chain
from answers.formulas.setting import About
from answers.latex.escape import escape
from answers.latex.numbers import scientific
from answers.latex.sheet import Column, Equation, Row, Table, Text
from derive.building.formulas import parse_formula_in, setting_of
from derive.derivation import Derivation
from derive.expression import symbols
from derive.network import network
from derive.render import shape_latex
from derive.render.derivations import derivation_latex
from derive.render.written import formula_latex
from numeric.checks.comparison import Comparison, largest, relative_error
from numeric.checks.tolerances import STEPWISE
from numeric.measuring.differences import jacobian_by_differences
from numeric.values.evaluation import evaluate

Values = NDArray[numpy.float64]
EXPLANATION = (
    "The columns of numbers are the gradients by each output where it is off by {part} of its range. Here $a$ and $b$ "
    r"are the ends of the range of a target, $\mu$ and $s$ the mean and the standard deviation of values that are "
    "spread evenly over it."
)


@dataclass(frozen=True)
class Normalisation:
    """A normalisation y_tilde of a target y, its inverse, and its two numbers for targets spread over a range."""

    name: str
    formula: str
    inverse: str
    numbers: Callable[[float, float], tuple[float, float]]

    def apply(self, values: Values, ranges: Values) -> Values:
        """The normalised values, one for each range."""
        shift, scale = numpy.array([self.numbers(low, high) for low, high in ranges]).T
        return numpy.asarray((values - shift) / scale)


NORMALISATIONS = (
    Normalisation("none", "y", "y_tilde", lambda low, high: (0.0, 1.0)),
    Normalisation("min-max", "(y - a)/(b - a)", "a + (b - a)*y_tilde", lambda low, high: (low, high - low)),
    Normalisation(
        "standardisation", "(y - mu)/s", "mu + s*y_tilde", lambda low, high: ((low + high) / 2, (high - low) / sqrt(12))
    ),
)
"""Mean and standard deviation are those of targets that are spread evenly over their range."""


class Scales(Evidence):
    """``NAME_gradient`` for each output, ``ratio`` (first to second), ``share`` (of the first in the loss), in percent.

    Every output is off by the same part ``error`` of its range, downwards from the middle of it.
    """

    kind: Literal["scales"]
    ranges: dict[str, tuple[float, float]] = Field(min_length=2, max_length=2, description="outputs with their ranges")
    loss: str = Field("MSE", description="a loss that is a sum over the outputs")
    error: float = Field(0.1, gt=0, le=0.5, description="the error as a part of the range")

    @model_validator(mode="after")
    def _ranges_are_not_empty(self) -> Scales:
        for name, (low, high) in self.ranges.items():
            if low >= high:
                raise ValueError(f"the range of {name} is empty: {low:g} is not below {high:g}")
        return self

    def find(self, context: Context) -> Found:
        net = network("y_hat:K", self.loss, conventions=context.conventions)
        gradient = net.gradient("y_hat")
        points = {one.name: self._point(one) for one in NORMALISATIONS}
        slopes = {name: numpy.ravel(evaluate(gradient, point)) for name, point in points.items()}
        first, second = slopes["none"]
        losses = [self._loss(points["none"], number) for number in range(2)]
        found = {f"{name}_gradient": float(value) for name, value in zip(self.ranges, slopes["none"], strict=True)}
        found |= {"ratio": float(first / second), "share": 100 * losses[0] / sum(losses)}
        values = {name: _four_digits(value) for name, value in found.items()} | {"error": f"{self.error:g}"}
        equation = Equation(derivation_latex(gradient), shape_latex(gradient.shape))
        claims = [claim(gradient), *map(_inverse_claim, NORMALISATIONS[1:])]
        claims += [_gradient_claim(name, gradient, points[name], slopes[name]) for name in points]
        claims.append(quoted_claim("gradients quoted", values, found))
        text = Text(EXPLANATION.format(part=f"{self.error:g}"))
        return Found(values, (equation, self._table(slopes), text), tuple(claims))

    def _point(self, one: Normalisation) -> dict[str, Values]:
        """Targets in the middle of their ranges and predictions above them, normalised."""
        ranges = numpy.array(list(self.ranges.values()))
        middle, width = ranges.mean(axis=1), ranges[:, 1] - ranges[:, 0]
        predicted = middle + self.error * width
        return {"y_hat": one.apply(predicted, ranges), "y": one.apply(middle, ranges)}

    def _loss(self, point: Mapping[str, Values], number: int) -> float:
        """The part of the loss that one output makes."""
        alone = {"y_hat": point["y_hat"][[number]], "y": point["y"][[number]]}
        return float(evaluate(network("y_hat:K", self.loss).value("l"), alone))

    def _table(self, slopes: Mapping[str, Values]) -> Table:
        setting = setting_of({})
        columns = (
            Column("Normalisation"),
            Column("Target", "formula"),
            Column("Inverse", "formula"),
            *(Column(escape(name), "number") for name in self.ranges),
            Column("Ratio", "number"),
        )
        rows = []
        for one in NORMALISATIONS:
            texts = (formula_latex(parse_formula_in(text, setting)) for text in (one.formula, one.inverse))
            target, inverse = (rf"{left} = {right}" for left, right in zip((r"\tilde{y}", "y"), texts, strict=True))
            numbers = [_four_digits(float(value)) for value in slopes[one.name]]
            ratio = _four_digits(float(slopes[one.name][0] / slopes[one.name][1]))
            rows.append(Row((one.name, target, inverse, *(f"${text}$" for text in (*numbers, ratio)))))
        return Table(columns, tuple(rows))


def _four_digits(value: float) -> str:
    plain = f"{value:.4g}"
    return scientific(value, 4) if "e" in plain else plain


def _inverse_claim(one: Normalisation) -> Claim:
    """The inverse undoes the normalisation, whose formula is what is applied to the numbers."""

    def verdict() -> Comparison:
        about = About.model_validate({"domains": {"a": [-2, -1], "b": [1, 2], "s": "positive"}})
        chain = read_chain(setting_of({}), one.inverse.replace("y_tilde", f"({one.formula})"), ["= y"])
        found = compare(chain, about)
        error = _distance(one)
        return replace(found, error=error, note="another formula is applied") if error > STEPWISE else found

    return Claim(f"inverse of {one.name}", f"inverse of {one.name}", (UNDONE,), verdict)


def _distance(one: Normalisation) -> float:
    """How far the formula is from what is applied, for a target 4 in the range from 1 to 7.5."""
    low, high, target = 1.0, 7.5, 4.0
    known = {"a": low, "b": high, "mu": (low + high) / 2, "s": (high - low) / sqrt(12), "y": target}
    formula = parse_formula_in(one.formula, setting_of({})).expression
    applied = one.apply(numpy.array([target]), numpy.array([[low, high]]))[0]
    return abs(float(formula.subs({symbols.scalar(name): value for name, value in known.items()})) - float(applied))


def _gradient_claim(name: str, gradient: Derivation, point: dict[str, Values], slopes: Values) -> Claim:
    """The gradients in the table are those of the loss."""

    def verdict() -> Comparison:
        measured = numpy.ravel(jacobian_by_differences(gradient.forward, point, "l", "y_hat"))
        error = relative_error(numpy.ravel(slopes), measured, largest(measured))
        return Comparison(error, STEPWISE, measured.size)

    what = f"gradients with normalisation {name}" if name != "none" else "gradients without normalisation"
    return Claim(what, what, (LOSS_DIFFERENCES,), verdict)
