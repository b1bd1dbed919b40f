"""A derivation as a lecturer tells it: one signal after another, each in the signals that it is made of.

The gradient of the top by a tensor is one *passage*: the sum, over what holds the tensor, of that signal times the
local derivative. Internal rows, as the sum in a softmax, are no signals: what lies between two tensors with names is
differentiated as one function, so that the softmax is met by its Jacobian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy
from sympy import Add, Expr, KroneckerDelta, Sum

from derive.calculus.express import Speaker
from derive.calculus.factors import cost
from derive.calculus.terms import split
from derive.expression import symbols, walks
from derive.expression.partials import partial_read
from derive.lecture.causes import cause_of, cause_of_mixing, cause_of_several, listed, said
from derive.lecture.links import Link, Linker
from derive.step_rules import StepRule
from derive.steps import Quantity, Sentence, Step

LONGEST_PRODUCT = 30
"""How much there may be to read in a line in which targets are added up before they cancel."""

WORTH = 0.7
"""A form that has less than this share to read of another one is worth a line beside it."""


class Lecturer:
    """Tells the derivations of one sweep in one vocabulary."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker, self.sweep = speaker, speaker.sweep
        self.linker = Linker(self.sweep)

    def steps(self, name: str) -> tuple[Step, ...]:
        """The passages to the adjoint of ``name``, nearest the top first, and at the end the result."""
        passages = {name: self.passage(name)}
        waiting = [name]
        while waiting:
            for signal in self._signals(passages[waiting.pop()][-1].expression):
                if signal not in passages:
                    passages[signal] = self.passage(signal)
                    waiting.append(signal)
        before = [other for other in self.sweep.order() if other in passages and other != name]
        told = [step for other in before for step in (*passages[other], *self._inserted(other, passages[other][-1]))]
        return (*told, *passages[name], *self._inserted(name, passages[name][-1], asked=True))

    def passage(self, name: str) -> tuple[Step, ...]:
        """The steps of one adjoint, in the adjoints of what holds the tensor."""
        return self._through_symbol(name) or self._through_rows(name)

    def _through_symbol(self, name: str) -> tuple[Step, ...]:
        """The step of an adjoint through a Jacobian that the vocabulary keeps."""
        kept = self.speaker.kept_partial(name)
        if kept is None:
            return ()
        chain = kept.steps[0]
        read = [p for p in map(partial_read, symbols.accesses(chain.expression)) if p and p.bottom == name]
        top, jacobian = read[0].top, read[0].name
        said_of_it = f"{{{name}}} acts through {{{top}}} alone, and {{{jacobian}}} stays a symbol."
        return (replace(chain, sentence=said_of_it),)

    def _through_rows(self, name: str) -> tuple[Step, ...]:
        quantity = self.sweep.quantity(name)
        links = self.linker.links(quantity, name)
        if not links or name == self.sweep.top:
            return self.sweep.adjoint(name).steps
        ranges = self.sweep.ranges(quantity)
        simplify = self.sweep.simplifier.simplify
        open_links = [link for link in links if simplify(link.local, ranges) != 0]
        sent = self._with_given(Add(*(self.sweep.sent(link.row, link.outer, link.local) for link in open_links)))
        lines = self.sweep.simplifier.lines(sent, ranges)
        reduced = lines[0].expression if lines and lines[0].rule is StepRule.ELIMINATE else sent
        final = lines[-1].expression if lines else sent
        cause = self._cause(name, quantity, links, open_links, final)
        steps = [step for link in open_links for step in link.steps]
        first = reduced if self._is_worth_a_line(reduced, final) else final
        steps.append(Step(quantity, first, StepRule.CHAIN, cause))
        if final not in (first, reduced) or (final != first and self._is_worth_a_line(first, final)):
            steps.append(Step(quantity, final, StepRule.COLLECT, ""))
        return tuple(steps)

    def _is_worth_a_line(self, before: Expr, after: Expr) -> bool:
        """Whether a reader sees in the form before what does not stand in the one after it."""
        lost = walks.holds(before, KroneckerDelta) and not walks.holds(after, KroneckerDelta)
        return lost or cost(after) < WORTH * cost(before)

    def _cause(
        self, name: str, quantity: Quantity, links: Sequence[Link], open_links: Sequence[Link], line: Expr
    ) -> Sentence:
        """Why the ``line`` is what it is; where letters run that it does not sum over itself is said as well."""
        held = symbols.element(name, quantity.indices[len(self.sweep.letters) :])
        if len(links) > 1:
            closed = [link.holder for link in links if link not in open_links]
            return cause_of_several(held, [link.holder for link in open_links], closed)
        (link,) = links
        if not link.ways:
            return cause_of_mixing(held, link.holder)
        if len(link.ways) > 1:
            return said(held, " occurs in ", link.holder, " more than once.")
        (way,) = link.ways
        slope = self.sweep.simplifier.simplify(way.slope, self.sweep.ranges(quantity))
        summed = {limit[0] for total in walks.parts(line, Sum) for limit in total.limits}
        unsaid = tuple(entry for entry in way.inside if entry[0] not in summed)
        return cause_of(replace(way, slope=slope, inside=unsaid), at_top=link.row.name == self.sweep.top)

    def _signals(self, expression: Expr) -> tuple[str, ...]:
        """The tensors whose adjoints an expression reads, unless the vocabulary has them as symbols."""
        read = (partial_read(access) for access in symbols.accesses(expression))
        below = [p.bottom for p in read if p is not None and p.top == self.sweep.top and not p.held]
        allows = self.speaker.vocabulary.allows_partial
        return tuple(name for name in dict.fromkeys(below) if not allows(self.sweep.top, name))

    def _with_given(self, expression: Expr) -> Expr:
        """The expression with those signals that are a given tensor, as dl/dy is dy in a layer, by their names."""
        given = [name for name in self._signals(expression) if self._is_given(name)]
        return self.speaker.with_upstream(expression, given)[0]

    def _is_given(self, name: str) -> bool:
        whole = self.speaker.adjoint(name)
        return whole.is_Number or ((whole.is_Indexed or whole.is_Symbol) and partial_read(whole) is None)

    def _inserted(self, name: str, last: Step, *, asked: bool = False) -> tuple[Step, ...]:
        """The adjoint in the vocabulary, of what was asked, and wherever it is as short as in signals."""
        whole = self.speaker.adjoint(name)
        signals = self._signals(last.expression)
        if whole == last.expression or (not asked and cost(whole) > cost(last.expression)):
            return ()
        if not signals:
            return (Step(last.quantity, whole, StepRule.COLLECT, ""),)
        named = [sympy.Symbol(self.sweep.quantity(signal).name, real=True) for signal in signals]
        sentence = said("Insert ", *listed(named), ".")
        multiplied = Add(
            *(term.expression() for term in split(self.speaker.with_upstream(last.expression, signals)[0], expand=True))
        )
        totals = self._totals_of_targets(multiplied) - self._totals_of_targets(whole)
        if not totals or cost(multiplied) > LONGEST_PRODUCT:
            return (Step(last.quantity, whole, StepRule.INSERT, sentence),)
        because = said(*listed(sorted(totals, key=str)), " is 1, as the targets sum to 1.")
        return (
            Step(last.quantity, multiplied, StepRule.INSERT, sentence),
            Step(last.quantity, whole, StepRule.COLLECT, because),
        )

    def _totals_of_targets(self, expression: Expr) -> set[Expr]:
        """The sums of all targets of a sample that stand in an expression: they are 1."""
        summing = {
            t.name for t in self.sweep.forward.given if t.role == "target" and t.domain in ("simplex", "one_hot")
        }
        sums = (part for part in walks.parts(expression, Sum))
        return {part for part in sums if part.function.is_Indexed and symbols.name_of(part.function) in summing}
