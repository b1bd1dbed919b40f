"""The evidence ``slopes``: how large the slopes of activations get, what their products come to, and a plot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.optimize import minimize_scalar
from sympy import Expr, latex, nsimplify
from sympy.core.function import AppliedUndef

from answers.contract.evidence import Evidence, Found, quoted_claim
from answers.contract.item import Claim, Context
from answers.contract.methods import ON_A_GRID
from answers.formulas.called import activation_in, slope_in
from answers.latex.numbers import scientific
from answers.latex.plotting import curve, jump_dots, plot
from answers.latex.sheet import Curve, Dot, Plots
from derive.calculus.kinks import kink_values
from derive.derivation import Derivation
from derive.render.derivations import quantity_latex
from numeric import check, evaluate
from numeric.checks.comparison import Comparison, relative_error
from numeric.checks.tolerances import DOUBLE

Values = NDArray[numpy.float64]


class Slopes(Evidence):
    """For each activation ``NAME_max``, the largest slope; ``NAME_at``, where; ``NAME_power``, its power ``depth``."""

    kind: Literal["slopes"]
    functions: tuple[str, ...] = Field(min_length=1)
    low: float = -6.0
    high: float = 6.0
    samples: int = Field(481, ge=11, description="points of the grid")
    depth: int = Field(10, ge=1, description="how many slopes are multiplied")

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Slopes:
        if self.low >= self.high:
            raise ValueError(f"low must be below high, got {self.low:g} and {self.high:g}")
        return self

    def find(self, context: Context) -> Found:
        values = {"depth": str(self.depth)}
        claims: list[Claim] = []
        curves: list[Curve] = []
        dots: list[Dot] = []
        z = numpy.linspace(self.low, self.high, self.samples)
        for name in self.functions:
            derivation = slope_in(activation_in(name, context), context)
            slopes = numpy.array([float(evaluate(derivation, {"z": at})) for at in z])
            place = nsimplify(round(float(z[slopes.argmax()]), 9), rational=True)
            bound = _exact(derivation, place)
            said = dict(_said(name, place, bound, self.depth))
            values |= said
            claims += [_claim(name, derivation, bound, z, slopes), _quoted(name, said, z, slopes, self.depth)]
            jumps = {float(limit) for _, limit, _ in kink_values(derivation)}
            dots += [dot for jump in jumps for dot in _ends(derivation, jump, len(curves))]
            curves.append(
                curve(z, slopes, f"${quantity_latex(derivation.quantity, derivation.forward)}$", sorted(jumps))
            )
        figure = Plots(
            (plot(curves, "$z$", width=9.0, height=4.2, dots=dots),),
            "The slopes of the activations, computed from their formulas.",
        )
        return Found(values, (figure,), tuple(claims))


def _ends(derivation: Derivation, jump: float, number: int) -> tuple[Dot, ...]:
    """The two ends of the curve at a jump; none where the slope does not jump."""
    left, value, right = (float(evaluate(derivation, {"z": jump + side})) for side in (-1e-9, 0.0, 1e-9))
    return () if abs(left - right) < 1e-6 else jump_dots(number, jump, left, right, value)


def _quoted(name: str, said: Mapping[str, str], z: Values, slopes: Values, depth: int) -> Claim:
    """The numbers in the text against the slopes on the grid."""
    largest = float(slopes.max())
    found = {"max": largest, "at": float(z[slopes.argmax()]), "power": largest**depth}
    return quoted_claim(f"numbers quoted for {name}", said, {f"{name}_{key}": value for key, value in found.items()})


def _said(name: str, place: Expr, bound: Expr, depth: int) -> Iterator[tuple[str, str]]:
    power = bound**depth
    yield f"{name}_max", latex(bound) if bound.is_Rational else scientific(float(bound))
    yield f"{name}_at", latex(place)
    yield f"{name}_power", latex(power) if power.is_Integer else scientific(float(power))


def _exact(derivation: Derivation, place: Expr) -> Expr:
    """The slope at ``place``, exactly."""
    formulas = derivation.forward.function
    result = derivation.result
    while applications := result.atoms(AppliedUndef):
        result = result.xreplace({a: formulas[a.func.__name__].at(a.args[0]) for a in applications})
    (z,) = (symbol for symbol in result.free_symbols) if result.free_symbols else (None,)
    return nsimplify(result if z is None else result.subs(z, place))


def _claim(name: str, derivation: Derivation, bound: Expr, z: Values, slopes: Values) -> Claim:
    """The largest slope against the values on the grid and between the points beside the largest of them."""

    def verdict() -> Comparison:
        top = int(slopes.argmax())
        beside = z[max(top - 1, 0)], z[min(top + 1, z.size - 1)]
        best = minimize_scalar(lambda at: -float(evaluate(derivation, {"z": at})), bounds=beside, method="bounded")
        if not check(derivation).ok:
            return Comparison.failed("the slope fails its own check", DOUBLE, slopes.size)
        error = relative_error(max(float(slopes.max()), -float(best.fun)), float(bound), 1.0)
        return Comparison(error, DOUBLE, slopes.size)

    return Claim(f"largest slope of {name}", f"largest slope of {name}", (ON_A_GRID,), verdict)
