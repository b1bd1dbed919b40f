"""The steps of a derivation that a page about one layer needs: no two that say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from sympy import Expr, Indexed, Symbol

from derive.derivation import Derivation
from derive.expression.partials import partial_named
from derive.expression.symbols import name_of
from derive.steps import Step

UPSTREAM = "Insert what stands upstream."

WORK = {
    "index elimination": "carry out the sums",
    "fold back": "write it in the values of the forward pass",
    "collect": "collect",
}
"""What the steps between the chain rule and the result do, in the order in which a sentence names them."""


def main_steps(derivation: Derivation, given: frozenset[str]) -> Derivation:
    """The derivation with the chain rule, the derivatives that go into it, and what comes out.

    Gradients on the way stay in the gradients that they are made of; of the result that form is kept as well.
    That an upstream gradient of ``given``, such as ``dl/dy``, is what it is called is left out.
    """
    steps = [step for step in derivation.steps if not (step.quantity.name in given and step.rule == "differentiate")]
    kept: list[Step] = []
    for passage in _in_order(_passages(steps)):
        for worked_out, group in groupby(passage, lambda step: step.rule not in ("chain rule", "differentiate")):
            alike = tuple(group)
            final = alike[-1].quantity.name == derivation.quantity.name
            kept += _outcome(alike, given, final=final) if worked_out else alike
    return replace(derivation, steps=tuple(kept))


def without_row_derivatives(derivation: Derivation) -> Derivation:
    """The derivation without the derivatives of rows: they are seen in what comes of them.

    Where one of them goes into a gradient alone, the chain rule is the sentence beside what comes of it.
    """
    kept: list[Step] = []
    for passage in _passages(derivation.steps):
        chain, *others = passage
        worked_out = [step for step in others if step.rule != "differentiate"]
        if chain.rule != "chain rule" or not worked_out:
            kept += passage
        elif len(worked_out) == len(others) - 1:
            first, *rest = worked_out
            kept += [replace(first, rule=chain.rule, sentence=chain.sentence), *rest]
        else:
            kept += [chain, *worked_out]
    return replace(derivation, steps=tuple(kept))


def intermediate_gradients(derivation: Derivation, given: frozenset[str]) -> tuple[Derivation, ...]:
    """The gradients that a result is written in, and those that these are, each in what its steps come to.

    Those that are ``given`` are none of them, nor those that another derivation has derived.
    """
    last = {step.quantity.name: step for step in derivation.steps}
    wanted, pending = {derivation.quantity.name}, [derivation.result]
    while pending:
        found = _gradients(pending.pop()) & set(last) - given - wanted
        wanted |= found
        pending += [last[name].expression for name in found]
    return tuple(
        replace(derivation, quantity=step.quantity, result=step.expression, matrix=step.matrix, steps=(step,))
        for name, step in last.items()
        if name in wanted and name != derivation.quantity.name
    )


def _passages(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps of each gradient, from its chain rule on."""
    passages: list[list[Step]] = []
    for step in steps:
        if step.rule == "chain rule" or not passages:
            passages.append([])
        passages[-1].append(step)
    return passages


def _in_order(passages: list[list[Step]]) -> Iterator[list[Step]]:
    """Each passage behind those of the gradients that it names."""
    waiting = list(passages)
    while waiting:
        named = {passage[0].quantity.name for passage in waiting}
        free = (p for p in waiting if not _names(p[0].expression) & (named - {p[0].quantity.name}))
        ready = next(free, waiting[0])
        waiting.remove(ready)
        yield ready


def _outcome(steps: Sequence[Step], given: frozenset[str], *, final: bool) -> Iterator[Step]:
    """The last of the steps, behind the one that is in gradients other than those given; on the way that one alone."""
    at = next((place for place, step in enumerate(steps) if step.sentence == UPSTREAM), None)
    if at is not None and at > 0 and _gradients(steps[at - 1].expression) - given:
        yield _said(steps[:at], "the derivatives")
        if final:
            yield _said(steps[at:], "what stands upstream")
    else:
        yield _said(steps, "the derivatives" if at is None else "the derivatives and what stands upstream")


def _gradients(expression: Expr) -> set[str]:
    """The gradients of the loss that an expression is written in."""
    return {name for name in _names(expression) if (partial := partial_named(name)) is not None and partial.top == "l"}


def _names(expression: Expr) -> set[str]:
    """The names of the tensors and the partials that an expression is written in."""
    elements = {name_of(access) for access in expression.atoms(Indexed)}
    return elements | {symbol.name for symbol in expression.atoms(Symbol)}


def _said(steps: Sequence[Step], inserted: str) -> Step:
    """The last of the steps with a sentence about all of them."""
    *_, last = steps
    if len(steps) == 1 or not any(step.rule == "insert" for step in steps):
        return last
    rules = [step.rule for step in steps]
    work = [words for rule, words in WORK.items() if rule in rules]
    sentence = " and ".join([", ".join([f"Insert {inserted}", *work[:-1]]), *work[-1:]])
    return replace(last, rule="insert", sentence=f"{sentence}.")
