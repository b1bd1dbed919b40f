"""Numbers through a network, as a homework file asks for them."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from answers.contract.given import ExactNumber, ExactNumbers
from answers.contract.item import Context
from answers.contract.model import Strict
from answers.errors import HomeworkContentError
from answers.numbers.given import Given, given, of_equations
from answers.numbers.quantities import quantities
from answers.numbers.rules import rules_of
from answers.numbers.run import Plan
from derive.layer import upstream_name
from derive.network import Network
from derive.updates import UpdateRule, adam, sgd


class SGDRule(Strict):
    """Stochastic gradient descent, with momentum if that is given."""

    kind: Literal["SGD"]
    learning_rate: ExactNumber = Field(description="eta")
    momentum: ExactNumber = Field(0, validate_default=True, description="mu, the factor of the last velocity")
    weight_decay: ExactNumber = Field(0, validate_default=True, description="lambda: L2 regularisation")

    def rule(self, *, decayed: bool) -> UpdateRule:
        """The rule of a parameter."""
        return sgd(self.learning_rate, self.momentum, self.weight_decay if decayed else Fraction(0))


class AdamRule(Strict):
    """Adam."""

    kind: Literal["Adam"]
    learning_rate: ExactNumber = Field("0.001", validate_default=True, description="eta")
    beta1: ExactNumber = Field("0.9", validate_default=True, description="of the mean of the gradients")
    beta2: ExactNumber = Field("0.999", validate_default=True, description="of the mean of their squares")
    epsilon: ExactNumber = Field("1e-8", validate_default=True, description="added to the root")
    weight_decay: ExactNumber = Field(0, validate_default=True, description="lambda: L2 regularisation")

    def rule(self, *, decayed: bool) -> UpdateRule:
        """The rule of a parameter."""
        decay = self.weight_decay if decayed else Fraction(0)
        return adam(self.learning_rate, self.beta1, self.beta2, self.epsilon, decay)


AnyRule = Annotated[SGDRule | AdamRule, Field(discriminator="kind")]


class Update(Strict):
    """Steps of an optimiser, in letters or in numbers."""

    update: AnyRule | None = Field(None, description="such as {kind: SGD, learning_rate: 0.1}")
    decayed: tuple[str, ...] | None = Field(
        None, description="the parameters with weight decay; if left out the weights, not the biases"
    )

    def rules(self, known: Given) -> dict[str, UpdateRule]:
        """The rule of each parameter of a network.

        Raises:
            HomeworkContentError: there is no such parameter.
        """
        if self.update is None:
            return {}
        return rules_of(known.network, self.update.rule, self.decayed)


class AtNumbers(Update):
    """A network of the file, or equations between numbers, at given numbers."""

    network: str | None = Field(None, description="the network's name")
    equations: str | None = Field(None, description="in its place equations such as h = sigma(w*x); L = (h - t)^2")
    learnt: tuple[str, ...] = Field((), description="the inputs of equations that a step changes; all if left out")
    at: dict[str, ExactNumbers] = Field(
        min_length=1, description="the numbers by tensor, exactly: {x: [1, 1/2], W1: [[1, 2], [3, 4]]}"
    )
    samples: tuple[dict[str, ExactNumbers], ...] = Field(
        (), description="what differs from step to step: one sample after the other"
    )
    of: tuple[str, ...] = Field(
        (), description="derivatives, such as W1 or dz2/dz1; of the loss by all values and parameters if left out"
    )
    steps: int | None = Field(None, ge=1, le=20, description="of the optimiser; one for each sample if left out")
    digits: int = Field(4, ge=2, le=12, description="significant digits of what is no short fraction or decimal")

    @model_validator(mode="after")
    def _of_one_thing(self) -> AtNumbers:
        if (self.network is None) == (self.equations is None):
            raise ValueError("give either a network or equations")
        if self.learnt and self.equations is None:
            raise ValueError("learnt is for equations: a network has its parameters")
        return self

    @model_validator(mode="after")
    def _steps_need_a_rule(self) -> AtNumbers:
        if self.steps is not None and self.update is None:
            raise ValueError("steps are those of an optimiser: add update, such as {kind: SGD, learning_rate: 0.1}")
        return self

    def _described(self, context: Context) -> tuple[Network, str]:
        """The network, and the name of what is differentiated."""
        if self.equations is not None:
            return of_equations(self.equations, self.learnt, context)
        return context.network(self.network or ""), "l"

    def plan(self, context: Context) -> Plan:
        """What is to be computed.

        Raises:
            HomeworkContentError: the numbers do not fit the network.
        """
        network, top = self._described(context)
        if self.update is not None and network.loss is None:
            raise HomeworkContentError(f"{self.network} has no loss, so no step lowers it; give it one, such as MSE")
        stages = [given(network, {**self.at, **sample}, top) for sample in self.samples or ({},)]
        first = stages[0]
        for number, other in enumerate(stages[1:], start=2):
            if other.sizes != first.sizes:
                raise HomeworkContentError(f"sample {number} has other sizes than the first one")
        count = self.steps or len(stages)
        varying = frozenset(name for sample in self.samples for name in sample)
        learnt = varying & set(first.network.parameters) if self.update is not None else set()
        if learnt:
            raise HomeworkContentError(f"{min(learnt)} is learnt, so its numbers are given once, in at")
        # The gradient of the output is given as a tensor of its own.
        upstream = {upstream_name(first.upstream)} if first.upstream is not None else set()
        names = (varying & set(first.arrays)) | upstream
        different = [{name: array for name, array in one.arrays.items() if name in names} for one in stages]
        return Plan(
            first,
            quantities(first, self.of, parameters=self.update is not None),
            tuple(different[number % len(different)] for number in range(count)),
            self.rules(first),
            varying,
        )
