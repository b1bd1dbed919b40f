"""The same numbers found in another way: forward rows in floating point, differences of them, and plain optimisers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy
from sympy import Symbol

from answers.numbers.given import names_in
from answers.numbers.lines import Line, state_name
from answers.numbers.run import Plan
from answers.readback.reader import Reader
from answers.reading import Point, Table, Tensor
from answers.reading.tables import axis_of, point_at, spellings, table_of
from derive.expression.partials import partial_name, partial_named
from derive.updates import (
    DECAY,
    FIRST,
    MEAN,
    MEAN_CORRECTED,
    MOMENTUM,
    RATE,
    SECOND,
    SQUARE,
    SQUARE_CORRECTED,
    STABILISER,
    STEP,
    VELOCITY,
    UpdateRule,
)
from numeric.arrays.axes import Array
from numeric.errors import ExpressionError
from numeric.measuring import point as measuring
from numeric.measuring.differences import EPSILON
from numeric.training import SGD, Adam, Optimiser


@dataclass(frozen=True)
class MeasuredStage:
    """What everything that is named has for a value before the step and behind it."""

    before: Point
    after: Point
    place: measuring.Point

    def noise(self, line: Line) -> float:
        """About how much rounding changes what is measured in the place of a line."""
        values = numpy.asarray(self.after.arrays[line.name], dtype=float)
        noise = EPSILON * float(numpy.abs(values).max(initial=0.0))
        if partial_named(line.name) is None:
            # What a step makes of a parameter is as noisy as the gradients, the largest of which is known best.
            partials = self.place.measured_partials if line.relation != "=" else ()
            largest = max((float(numpy.abs(self.place.value(name)).max(initial=0.0)) for name in partials), default=0.0)
            return noise + EPSILON * largest + sum(self._noise(name) for name in partials)
        derivation = line.derivation
        if derivation is None:
            return noise + self._noise(line.name)
        quantity = derivation.quantity
        try:
            rounding = float(self.place.rounding(derivation.result, quantity.indices, quantity.shape).max(initial=0.0))
        except ExpressionError:
            # There are functions of which no more than the value is known.
            rounding = noise
        return rounding + self._noise(line.name)

    def _noise(self, name: str) -> float:
        return float(numpy.max(self.place.noise(name), initial=0.0))


def measured(plan: Plan) -> tuple[MeasuredStage, ...]:
    """Every stage of a plan, in floating point."""
    return tuple(_stages(plan))


def _stages(plan: Plan) -> Iterator[MeasuredStage]:
    parameters = {name: floats(plan.given.arrays[name]) for name in plan.rules}
    optimisers = {name: _optimiser(rule) for name, rule in plan.rules.items()}
    states = {name: optimiser.start(parameters[name].ravel()) for name, optimiser in optimisers.items()}
    plain, table = _tables(plan)
    taken = names_in(plan.given.model)
    for number, sample in enumerate(plan.stages, start=1):
        given = plan.given.with_arrays(sample)
        arrays = {name: floats(array) for name, array in given.arrays.items()} | parameters
        place = measuring.Point(given.model, arrays, given.sizes)
        kept: dict[str, Array] = {}
        behind: dict[str, Array] = {}
        for name, rule in plan.rules.items():
            kept |= _states(name, rule, states[name], number - 1, parameters[name])
            changed = parameters[name].ravel().copy()
            gradient = place.value(partial_name(given.top, name)).ravel()
            gradient = gradient + optimisers[name].weight_decay * changed
            optimisers[name].update(changed, gradient, states[name], optimisers[name].learning_rate)
            behind[name] = changed.reshape(parameters[name].shape)
            behind |= _states(name, rule, states[name], number, parameters[name])
        constants: dict[str, float] = {}
        for rule in plan.rules.values():
            constants |= {
                symbol.name: float(value) for symbol, value in rule.constants.items() if symbol.name not in taken
            }
        constants[STEP.name] = float(number)
        before = point_at(place, plain).beside({**constants, **kept}, table)
        yield MeasuredStage(before, before.beside(behind, table), place)
        parameters |= {name: behind[name] for name in plan.rules}


def floats(array: Array) -> Array:
    """Exact or enclosed numbers in floating point."""
    return numpy.vectorize(float, otypes=[numpy.float64])(array) if array.size else numpy.zeros(array.shape)


def _tables(plan: Plan) -> tuple[Table, Table]:
    """The table of the network, and the same with what the rules name beside it."""
    given = plan.given
    extra: dict[str, Tensor] = {}
    taken = names_in(given.model)
    for name, rule in plan.rules.items():
        shape = tuple(axis_of(length) for length in given.model.tensors[name].shape)
        for assignment in rule.assignments[:-1]:
            state = state_name(assignment.target.name, name)
            extra[state] = Tensor(state, spellings(state), shape)
        for symbol in (*rule.constants, *((STEP,) if rule.counts_steps else ())):
            if symbol.name not in taken:
                extra.setdefault(symbol.name, Tensor(symbol.name, spellings(symbol.name), ()))
    layout, base = given.network.layout, given.network.index_base
    functions = Reader(plan.quantities.values[0]).functions if plan.quantities.values else ()
    plain = table_of(given.model, layout, base, None, functions)
    return plain, table_of(given.model, layout, base, None, (*functions, *extra.values()))


@dataclass(frozen=True)
class _Measured:
    """The optimiser that a rule is measured with: the class, its constants, and how it calls what the rule keeps.

    ``corrected`` has for a state its correction for the beginning, and the factor that it is corrected by.
    """

    optimiser: Callable[..., Optimiser]
    constants: tuple[Symbol, ...]
    states: Mapping[Symbol, str]
    corrected: Mapping[Symbol, tuple[Symbol, Symbol]]


MEASURED: Mapping[str, _Measured] = {
    "SGD": _Measured(SGD, (RATE, MOMENTUM, DECAY), {VELOCITY: "velocity"}, {}),
    "Adam": _Measured(
        Adam,
        (RATE, FIRST, SECOND, STABILISER, DECAY),
        {MEAN: "mean", SQUARE: "square"},
        {MEAN: (MEAN_CORRECTED, FIRST), SQUARE: (SQUARE_CORRECTED, SECOND)},
    ),
}
"""By the names of rules."""


def _measured_with(rule: UpdateRule) -> _Measured:
    if rule.name not in MEASURED:
        raise ExpressionError(f"there is no optimiser to measure the rule {rule.name} with ({', '.join(MEASURED)})")
    return MEASURED[rule.name]


def _optimiser(rule: UpdateRule) -> Optimiser:
    """The optimiser of a rule; a constant that the rule does without is 0."""
    used = _measured_with(rule)
    return used.optimiser(*(float(rule.constants.get(symbol, 0)) for symbol in used.constants))


def _states(name: str, rule: UpdateRule, state: Mapping[str, Array], steps: int, like: Array) -> dict[str, Array]:
    """What an optimiser has kept of a parameter, as the rule calls it, and the same corrected for its beginning."""
    used = _measured_with(rule)
    found = {}
    for symbol in rule.states:
        kept = state[used.states[symbol]].reshape(like.shape).copy()
        found[state_name(symbol.name, name)] = kept
        if steps and symbol in used.corrected:
            corrected, factor = used.corrected[symbol]
            found[state_name(corrected.name, name)] = kept / (1 - float(rule.constants[factor]) ** steps)
    return found
