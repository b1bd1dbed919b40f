"""The kind ``update``: how an optimiser changes the parameters of a network, in letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from pydantic import Field, model_validator

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import READ_BACK
from answers.contract.written import Lined, Noted
from answers.derivations.pages import page_claim
from answers.errors import HomeworkContentError
from answers.latex.sheet import Block, Equation, Text
from answers.numbers.answer import OPTIMISER
from answers.numbers.claims import formula_verdict
from answers.numbers.given import Given
from answers.numbers.lines import RuleLine, rule_lines
from answers.numbers.measured import measured
from answers.numbers.quantities import Quantities
from answers.numbers.rules import rules_of
from answers.numbers.run import Plan
from derive.derivation import Derivation
from derive.expression.partials import partial_name
from derive.network import Network
from derive.render import latex
from derive.updates import STEP, UpdateRule, adam, sgd
from numeric.arrays.sizes import sizes_from
from numeric.checks.comparison import Comparison
from numeric.sampling.points import sample

CONSTANTS = [Fraction(number, 16) for number in (3, 11, 5, 7, 13)]
"""Numbers for the letters of a rule, at which it is tried."""


class UpdateLetters(Lined, Noted):
    """The assignments of a step to each parameter, with the gradients of the key, in their layout."""

    kind: Literal["update"]
    network: str = Field(description="the network's name")
    rule: Literal["SGD", "Adam"] = Field("SGD", description="SGD or Adam")
    momentum: bool = Field(False, description="whether SGD has momentum")
    weight_decay: bool = Field(False, description="whether lambda times the weights is added to their gradients")
    decayed: tuple[str, ...] | None = Field(
        None, description="the parameters with weight decay; the weights if left out"
    )
    of: tuple[str, ...] = Field((), description="the parameters; all of them if left out")
    within: tuple[str, ...] | None = Field(
        None, description="the symbols in which gradients are written out; they stay as they are if left out"
    )

    @model_validator(mode="after")
    def _adam_has_its_own_mean(self) -> UpdateLetters:
        if self.rule == "Adam" and self.momentum:
            raise ValueError("momentum is for SGD; Adam has a mean of its own")
        return self

    def answer(self, context: Context) -> Answered:
        network = context.network(self.network)
        slopes = self._slopes(network)
        lines: dict[str, tuple[RuleLine, ...]] = {}
        blocks: list[Block] = self.note_blocks()
        rules = self._rules(network)
        for name, rule in rules.items():
            slope = slopes[name].matrix if name in slopes else None
            lines[name] = tuple(rule_lines(name, rule, network, slope=slope))
            blocks += [Equation(text, result=line is lines[name][-1]) for line in lines[name] for text in line.latex]
        if any(rule.counts_steps for rule in rules.values()):
            blocks.append(Text(f"${latex(STEP)}$ counts the steps, from 1."))
        claims = tuple(page_claim(derivation) for derivation in slopes.values())
        return Answered(tuple(blocks), (*claims, self._claim(network, rules, lines)))

    def _rules(self, network: Network) -> dict[str, UpdateRule]:
        """The rule of each parameter, with numbers at which it is tried."""
        if network.loss is None:
            raise HomeworkContentError(f"{self.network} has no loss, so no step lowers it; give it one, such as MSE")
        return rules_of(network, self._rule, self.decayed, self.of)

    def _rule(self, *, decayed: bool) -> UpdateRule:
        rate, first, second, small, factor = CONSTANTS
        decay = factor if decayed and self.weight_decay else Fraction(0)
        if self.rule == "Adam":
            return adam(rate, first, second, small, decay)
        return sgd(rate, first if self.momentum else Fraction(0), decay)

    def _slopes(self, network: Network) -> dict[str, Derivation]:
        """The gradients that are written out."""
        if self.within is None:
            return {}
        found = {name: network.gradient(name, self.within) for name in self.of or network.parameters}
        for name, derivation in found.items():
            if derivation.matrix is None:
                raise HomeworkContentError(
                    f"the gradient by {name} has no matrix form to be written out; leave within out"
                )
        return found

    def _claim(self, network: Network, rules: dict[str, UpdateRule], lines: dict[str, tuple[RuleLine, ...]]) -> Claim:
        def verdict() -> Comparison:
            # Where sizes are large numbers, the rules are tried with letters in their place.
            general = None if network.general is None else network.general.network
            tried = network if general is None else replace(general, conventions=network.conventions)
            arrays = sample(tried.forward, 0)
            given = Given(tried, arrays, sizes_from(tried.forward, arrays))
            slopes = tuple(tried.gradient(name) for name in rules)
            stages = measured(Plan(given, Quantities((), slopes), ({}, {}), rules))
            return formula_verdict(list(_told(lines)), [(stage.before, stage.after) for stage in stages])

        named = ", ".join(partial_name("l", name) for name in rules)
        return Claim(f"updates by {named}", "updates of the parameters", (OPTIMISER, READ_BACK), verdict)


def _told(lines: dict[str, tuple[RuleLine, ...]]) -> Iterator[Sequence[RuleLine]]:
    yield from lines.values()
