"""How optimisers change a parameter in a step, as equations of one element of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import sympy
from sympy import Expr, Symbol

from derive.expression import symbols

PARAMETER, GRADIENT, STEP = map(symbols.scalar, ("w", "g", "tau"))
"""The parameter before the step, its gradient, and how many steps there are with this one."""

RATE, MOMENTUM, DECAY = map(symbols.scalar, ("eta", "mu", "lambda"))
FIRST, SECOND, STABILISER = map(symbols.scalar, ("beta1", "beta2", "epsilon"))
VELOCITY, MEAN, SQUARE = map(symbols.scalar, ("v", "m", "v"))
"""What momentum and Adam keep; both call something v."""
MEAN_CORRECTED, SQUARE_CORRECTED = map(symbols.scalar, ("m_hat", "v_hat"))


@dataclass(frozen=True)
class Assignment:
    """``target`` becomes the value of the formula, in which it is what it was before."""

    target: Symbol
    formula: Expr


@dataclass(frozen=True)
class UpdateRule:
    """The assignments of a step, in order; the last one is to the parameter. ``states`` are 0 before the first step."""

    name: str
    assignments: tuple[Assignment, ...]
    constants: Mapping[Symbol, Fraction]
    states: tuple[Symbol, ...] = ()

    @property
    def counts_steps(self) -> bool:
        """Whether the formulas read the number of the step."""
        return any(assignment.formula.has(STEP) for assignment in self.assignments)


def sgd(learning_rate: Fraction, momentum: Fraction = Fraction(0), weight_decay: Fraction = Fraction(0)) -> UpdateRule:
    """Stochastic gradient descent: v becomes mu*v + g, w becomes w - eta*v; g has lambda*w added to it."""
    slope, known = _slope(weight_decay)
    constants = MappingProxyType({RATE: learning_rate, **known, **({MOMENTUM: momentum} if momentum else {})})
    if not momentum:
        return UpdateRule("SGD", (Assignment(PARAMETER, PARAMETER - RATE * slope),), constants)
    moved = Assignment(VELOCITY, MOMENTUM * VELOCITY + slope)
    return UpdateRule("SGD", (moved, Assignment(PARAMETER, PARAMETER - RATE * VELOCITY)), constants, (VELOCITY,))


def adam(
    learning_rate: Fraction,
    beta1: Fraction = Fraction(9, 10),
    beta2: Fraction = Fraction(999, 1000),
    epsilon: Fraction = Fraction(1, 10**8),
    weight_decay: Fraction = Fraction(0),
) -> UpdateRule:
    """Adam, algorithm 1 of D. P. Kingma and J. Ba, *Adam: A Method for Stochastic Optimization*, 2015."""
    slope, known = _slope(weight_decay)
    constants = {RATE: learning_rate, FIRST: beta1, SECOND: beta2, STABILISER: epsilon, **known}
    step = RATE * MEAN_CORRECTED / (sympy.sqrt(SQUARE_CORRECTED) + STABILISER)
    assignments = (
        Assignment(MEAN, FIRST * MEAN + (1 - FIRST) * slope),
        Assignment(SQUARE, SECOND * SQUARE + (1 - SECOND) * slope**2),
        Assignment(MEAN_CORRECTED, MEAN / (1 - FIRST**STEP)),
        Assignment(SQUARE_CORRECTED, SQUARE / (1 - SECOND**STEP)),
        Assignment(PARAMETER, PARAMETER - step),
    )
    return UpdateRule("Adam", assignments, MappingProxyType(constants), (MEAN, SQUARE))


def _slope(weight_decay: Fraction) -> tuple[Expr, dict[Symbol, Fraction]]:
    """The gradient with the weight decay in it, and the constant that it brings."""
    return (GRADIENT + DECAY * PARAMETER, {DECAY: weight_decay}) if weight_decay else (GRADIENT, {})
