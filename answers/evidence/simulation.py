"""The evidence ``simulation``: how much statistics of a batch scatter, against its size, beside what theory says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy
from numpy.typing import NDArray
from pydantic import Field, model_validator
from sympy import Symbol

from answers.contract.evidence import Evidence, Found, quoted_claim
from answers.contract.item import Claim, Context
from answers.contract.methods import SIMULATED
from answers.errors import HomeworkContentError
from answers.formulas.setting import About
from answers.latex.numbers import scientific
from answers.latex.plotting import plot
from answers.latex.sheet import Axis, Block, Curve, Dot, Equation, Plot, Plots, Tick
from derive.building.formulas import Formula, Setting, parse_formula_in
from derive.errors import nearest
from derive.expression import symbols
from derive.render import latex
from derive.render.written import formula_latex
from numeric.arrays.sizes import lengths
from numeric.checks.comparison import Comparison
from numeric.expression.forward import program
from numeric.values.measured import Measured

Values = NDArray[numpy.float64]

ERRORS = 5.0
"""How many standard errors a measured variance may be away from that of theory.

A normally distributed error is beyond 5 once in about two million draws.
"""


class Simulation(About, Evidence):
    """``NAME_N``: the variance of the statistic NAME at size N, measured over ``trials``.

    The tensors of ``shapes`` are independent standard normal numbers, ``definitions`` make the statistics of them.
    """

    kind: Literal["simulation"]
    theory: dict[str, str] = Field(min_length=1, description="for each statistic what its variance is in theory")
    over: dict[str, tuple[int, ...]] = Field(
        min_length=1, max_length=1, description="the size that varies, with its values: {B: [2, 4, 8]}"
    )
    at: dict[str, float] = Field(default_factory=dict, description="the values of scalars")
    trials: int = Field(4000, ge=100)
    seed: int = 0

    @model_validator(mode="after")
    def _sizes_are_positive(self) -> Simulation:
        for name, sizes in self.over.items():
            if len(sizes) < 2 or min(sizes) < 1:
                raise ValueError(f"give at least two positive values of {name}, got {list(sizes)}")
        return self

    def find(self, context: Context) -> Found:
        setting = self.setting(context)
        (size, sizes), *_ = self.over.items()
        if size not in setting.vocabulary.sizes:
            raise HomeworkContentError(f"no shape has the size {size}; {nearest(size, setting.vocabulary.sizes)}")
        statistics = [self._statistic(setting, name, symbols.size(size)) for name in self.theory]
        values, claims = {"trials": str(self.trials), "seed": str(self.seed)}, []
        blocks: list[Block] = [*self.definition_blocks(setting, context)]
        blocks += (one.equation(context) for one in statistics)
        for one in statistics:
            found = {f"{one.name}_{n}": float(variance) for n, variance in zip(sizes, one.measured, strict=True)}
            values |= {key: scientific(variance) for key, variance in found.items()}
            claims += [one.claim(), quoted_claim(f"variances quoted of {one.name}", values, found)]
        caption = f"Variance over {self.trials} random batches of each size (dots), and in theory (lines)."
        blocks.append(Plots((_plot(statistics, sizes, size),), caption))
        return Found(values, tuple(blocks), tuple(claims))

    def _statistic(self, setting: Setting, name: str, size: Symbol) -> Statistic:
        tensor = setting.forward.tensors.get(name)
        if tensor is None or tensor.shape or tensor.role == "input":
            known = [row.name for row in setting.forward.rows if not row.tensor.shape]
            raise HomeworkContentError(f"the definitions give no number {name}; {nearest(name, known)}")
        theory = parse_formula_in(self.theory[name], setting)
        self.require(setting, [theory], {*self.shapes, *self.at})
        (sizes,) = self.over.values()
        draws = [self._draws(setting, name, {size: number}) for number in sizes]
        scalars = {key: numpy.asarray(value) for key, value in self.at.items()}
        points = (Measured(setting.forward, {}, {size: number}, numpy.float64, dict(scalars)) for number in sizes)
        expected = [float(point.value(theory.expression, {})) for point in points]
        return Statistic(name, theory, tuple(sizes), tuple(draws), tuple(expected))

    def _draws(self, setting: Setting, name: str, sizes: Mapping[Symbol, int]) -> Values:
        """The statistic over all trials, which are the last axis of every array."""
        # Each size has a stream of its own: one more size in the file changes none of the numbers quoted before.
        generator = numpy.random.default_rng([self.seed, *sizes.values()])
        values = {name: numpy.full((1,), value) for name, value in self.at.items()}
        for tensor in setting.forward.given:
            values[tensor.name] = generator.normal(size=(*lengths(tensor.shape, sizes), self.trials))
        chart = program(setting.forward)
        chart.compute(chart.needed([name], values), values, sizes, numpy.float64)
        return numpy.asarray(values[name])


@dataclass(frozen=True)
class Statistic:
    """A statistic with its draws at each size, and its variance in theory."""

    name: str
    theory: Formula
    sizes: tuple[int, ...]
    draws: tuple[Values, ...]
    expected: tuple[float, ...]

    @property
    def measured(self) -> tuple[float, ...]:
        """The variance of the draws at each size."""
        return tuple(float(draws.var(ddof=1)) for draws in self.draws)

    def equation(self, context: Context) -> Equation:
        """The variance in theory."""
        name, theory = latex(symbols.scalar(self.name)), formula_latex(self.theory, context.conventions.index_base)
        return Equation(rf"\operatorname{{Var}}({name}) = {theory}", result=True)

    def claim(self) -> Claim:
        """The measured variances against those of theory."""
        name = latex(symbols.scalar(self.name))
        return Claim(f"variance of {self.name}", rf"$\operatorname{{Var}}({name})$", (SIMULATED,), self.verdict)

    def verdict(self) -> Comparison:
        """Compare the variances, each within some standard errors of the measured one, from its fourth moment."""
        worst, allowed, note = 0.0, 1.0, ""
        for size, draws, measured, expected in zip(self.sizes, self.draws, self.measured, self.expected, strict=True):
            centred = draws - draws.mean()
            # The variance of a sample variance is (E(x - mean)^4 - variance^2)/n up to terms of 1/n^2, for every
            # distribution with a fourth moment; the normal one's 2 variance^2/(n - 1) would be wrong for maxima.
            standard_error = float(numpy.sqrt(max((centred**4).mean() - measured**2, 0.0) / draws.size))
            error, bound = abs(measured - expected) / measured, ERRORS * standard_error / measured
            if error / bound > worst / allowed:
                worst, allowed = error, bound
                note = f"at size {size} it is {measured:.4g}, in theory {expected:.4g}"
        return Comparison(worst, allowed, len(self.sizes), note if worst > allowed else "")


def _plot(statistics: Sequence[Statistic], sizes: Sequence[int], size: str) -> Plot:
    """Measured variances as dots on the lines of theory, both axes logarithmic."""
    x = numpy.log2(numpy.array(sizes, dtype=numpy.float64))
    curves, dots = [], []
    for number, one in enumerate(statistics):
        line = tuple((float(a), float(b)) for a, b in zip(x, numpy.log10(one.expected), strict=True))
        curves.append(Curve((line,), f"${latex(symbols.scalar(one.name))}$"))
        dots += [Dot(float(a), float(numpy.log10(b)), True, number) for a, b in zip(x, one.measured, strict=True)]
    drawn = plot(curves, "", "variance", width=9.0, height=4.6, dots=dots, logarithmic=True)
    ticks = tuple(Tick(float(at), f"${number}$") for at, number in zip(x, sizes, strict=True))
    axis = Axis(float(x.min()) - 0.2, float(x.max()) + 0.2, f"${size}$", ticks)
    return Plot(axis, drawn.y, drawn.curves, drawn.dots, "", drawn.width, drawn.height)
