"""A network at numbers: values, derivatives and steps of an optimiser, in exact or enclosed numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy
from sympy import Symbol

from answers.errors import HomeworkContentError
from answers.numbers.given import Given
from answers.numbers.quantities import Quantities
from derive.expression.partials import partial_name
from derive.forward import Forward
from derive.layer import upstream_name
from derive.updates import GRADIENT, PARAMETER, STEP, UpdateRule
from numeric.arrays.axes import Array
from numeric.enclosed.number import Arithmetic
from numeric.errors import ArrayError, ExpressionError
from numeric.values.exact import ExactValues, in_enough_digits, settled
from numeric.values.many_digits import Exact

EMPTY = Forward((), ())


@dataclass(frozen=True)
class Change:
    """What a step makes of one parameter: the states and the parameter behind it, in the order of the rule."""

    parameter: str
    rule: UpdateRule
    values: tuple[Array, ...]


@dataclass(frozen=True)
class Stage:
    """One pass, forward and backward, at the numbers in ``given``, and the step behind it."""

    number: int
    given: Given
    values: Mapping[str, Array]
    gradients: Mapping[str, Array]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What is done: at each stage other numbers for some tensors; a step of the rule of each parameter behind it.

    ``varying`` names what differs from stage to stage.
    """

    given: Given
    quantities: Quantities
    stages: tuple[Mapping[str, Array], ...]
    rules: Mapping[str, UpdateRule]
    varying: frozenset[str] = frozenset()


def run(plan: Plan) -> tuple[Stage, ...]:
    """All stages, in so many digits as they need.

    Raises:
        HomeworkContentError: something has no finite value at these numbers.
    """
    try:
        return in_enough_digits(lambda arithmetic: _run(plan, arithmetic))
    except (ArrayError, ZeroDivisionError) as error:
        raise HomeworkContentError(f"these numbers do not go through the network: {error}") from None


def _run(plan: Plan, arithmetic: Arithmetic) -> tuple[Stage, ...]:
    learnt: dict[str, Array] = {}
    states: dict[tuple[str, Symbol], Array] = {}
    stages = []
    for number, sample in enumerate(plan.stages, start=1):
        given = plan.given.with_arrays({**sample, **learnt})
        values = _values(given, arithmetic)
        forward = {one.quantity.name: _tensor(values, one.quantity.name) for one in plan.quantities.values}
        gradients = {one.quantity.name: _derivative(values, one) for one in plan.quantities.gradients}
        changes = []
        for name, rule in plan.rules.items():
            change = _changed(
                name, rule, given.arrays[name], gradients[partial_name(given.top, name)], states, number, arithmetic
            )
            changes.append(change)
            learnt[name] = change.values[-1]
        stages.append(Stage(number, given, forward, gradients, tuple(changes)))
    return tuple(stages)


def _values(given: Given, arithmetic: Arithmetic) -> ExactValues:
    known = dict(given.arrays)
    if given.upstream is not None:
        known[partial_name(given.top, given.upstream)] = known[upstream_name(given.upstream)]
    return ExactValues(given.model, known, given.sizes, arithmetic)


def _tensor(values: ExactValues, name: str) -> Array:
    try:
        return values.tensor(name)
    except ExpressionError as error:
        raise HomeworkContentError(f"{name} has no number here: {error}") from None


def _derivative(values: ExactValues, derivation: Any) -> Array:
    try:
        return values.derivation(derivation)
    except ExpressionError as error:
        raise HomeworkContentError(f"{derivation.quantity.name} has no number here: {error}") from None


def _changed(
    name: str,
    rule: UpdateRule,
    parameter: Array,
    gradient: Array,
    states: dict[tuple[str, Symbol], Array],
    number: int,
    arithmetic: Arithmetic,
) -> Change:
    """The parameter after a step, element by element; its states are changed in place."""
    known = {PARAMETER: parameter, GRADIENT: gradient}
    for state in rule.states:
        known[state] = states.get((name, state), numpy.full(parameter.shape, Fraction(0), object))
    constants = {symbol.name: value for symbol, value in rule.constants.items()} | {STEP.name: Fraction(number)}
    found = []
    for assignment in rule.assignments:
        result = numpy.empty(parameter.shape, object)
        for place in product(*map(range, parameter.shape)):
            here = {symbol.name: array[place] for symbol, array in known.items()}
            exact = Exact(EMPTY, {**constants, **here}, {}, {}, arithmetic)
            result[place] = settled(exact.value(assignment.formula))
        known[assignment.target] = result
        found.append(result)
        if assignment.target in rule.states:
            states[name, assignment.target] = result
    return Change(name, rule, tuple(found))
