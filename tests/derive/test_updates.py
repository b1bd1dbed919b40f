"""Rules of optimisers, element by element, beside the optimisers of trainings."""

from __future__ import annotations

from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational

from derive.updates import GRADIENT, PARAMETER, STEP, UpdateRule, adam, sgd
from numeric.training import SGD, Adam, Optimiser
from tests.examples import examples

RATE, FIRST, SECOND, SMALL, DECAY = (Fraction(number, 16) for number in (3, 11, 13, 1, 5))
STEPS = 4
PAIRS: dict[str, tuple[UpdateRule, Optimiser]] = {
    "plain": (sgd(RATE), SGD(float(RATE))),
    "decay": (sgd(RATE, weight_decay=DECAY), SGD(float(RATE), weight_decay=float(DECAY))),
    "momentum": (sgd(RATE, FIRST), SGD(float(RATE), float(FIRST))),
    "momentum and decay": (sgd(RATE, FIRST, DECAY), SGD(float(RATE), float(FIRST), float(DECAY))),
    "Adam": (adam(RATE, FIRST, SECOND, SMALL), Adam(*map(float, (RATE, FIRST, SECOND, SMALL)))),
    "Adam and decay": (
        adam(RATE, FIRST, SECOND, SMALL, DECAY),
        Adam(*map(float, (RATE, FIRST, SECOND, SMALL, DECAY))),
    ),
}
numbers = st.fractions(-4, 4, max_denominator=16)


def by_rule(rule: UpdateRule, start: Fraction, gradients: list[Fraction]) -> list[float]:
    """The parameter after each step, by the assignments in their order."""
    known = {symbol: Rational(value) for symbol, value in rule.constants.items()}
    known |= {state: Rational(0) for state in rule.states} | {PARAMETER: Rational(start)}
    found = []
    for number, gradient in enumerate(gradients, start=1):
        known |= {GRADIENT: Rational(gradient), STEP: Rational(number)}
        for assignment in rule.assignments:
            known[assignment.target] = assignment.formula.xreplace(known).evalf(30)
        found.append(float(known[PARAMETER]))
    return found


def by_optimiser(optimiser: Optimiser, start: Fraction, gradients: list[Fraction]) -> list[float]:
    """The same as a training computes it."""
    parameters = numpy.array([float(start)])
    state = optimiser.start(parameters)
    found = []
    for gradient in gradients:
        slope = numpy.array([float(gradient)]) + optimiser.weight_decay * parameters
        optimiser.update(parameters, slope, state, optimiser.learning_rate)
        found.append(float(parameters[0]))
    return found


@pytest.mark.parametrize("name", PAIRS)
@examples(15)
@given(start=numbers, gradients=st.lists(numbers, min_size=STEPS, max_size=STEPS))
def test_a_rule_is_what_the_optimiser_does(name: str, start: Fraction, gradients: list[Fraction]) -> None:
    rule, optimiser = PAIRS[name]
    expected = by_optimiser(optimiser, start, gradients)
    numpy.testing.assert_allclose(by_rule(rule, start, gradients), expected, rtol=1e-9, atol=1e-9)


def test_only_adam_counts_steps() -> None:
    assert [name for name, (rule, _) in PAIRS.items() if rule.counts_steps] == ["Adam", "Adam and decay"]
