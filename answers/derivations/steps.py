"""The steps of derivations as a key prints them: what follows at a glance from the line before stands on that line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sympy import Expr

from answers.latex import sheet
from derive.derivation import Derivation
from derive.matrix.nodes import Identity
from derive.render import shape_latex
from derive.render.derivations import StepLine, step_lines
from derive.step_rules import StepRule
from derive.steps import Step

ROOM = 50.0
"""Letters of mathematics on a line beside its shape."""

JOINED = {(StepRule.INSERT, StepRule.INSERT), (StepRule.CHAIN, StepRule.INSERT)}
"""Rules of two lines that may stand on one: nothing is differentiated between them."""

INSERTED_AT_ONCE = [StepRule.CHAIN, StepRule.DIFFERENTIATE, StepRule.INSERT]
"""The rules before, of and behind a derivative that is the only one to be inserted."""


def steps_block(derivation: Derivation, *, result: bool = False) -> sheet.Steps:
    """The steps of a derivation as a block; ``result`` says that the last one is the answer."""
    printed = []
    left = ""
    for line in joined_lines(derivation, last_alone=result):
        left = line.left or left
        shape = shape_latex(shape_of(line.step)) if line.left else ""
        label = "" if derivation.grain == "lecture" else line.step.rule
        printed.append(sheet.Step(left, stacked(line.right), label, line.sentence, shape))
    return sheet.Steps(tuple(printed), result=result)


def merged(derivations: Iterable[Derivation]) -> tuple[Derivation, ...]:
    """The derivations, each without the steps that an earlier one has shown."""
    seen: set[tuple[str, object, bool]] = set()
    result = []
    for derivation in derivations:
        kept: list[Step] = []
        for step in derivation.steps:
            key = (step.quantity.name, step.expression, step.matrix is None)
            if key not in seen:
                seen.add(key)
                kept.append(step)
        result.append(Derivation(**{**derivation.__dict__, "steps": tuple(kept)}))
    return tuple(result)


def without_shown(derivation: Derivation, before: Sequence[Derivation]) -> Derivation:
    """The derivation without the signals on its way that were derived ``before`` and come to the same there."""
    shown = {one.quantity.name: one.result for one in before if one.forward == derivation.forward}
    last = {step.quantity.name: step.expression for step in derivation.steps}
    known = {name for name, result in last.items() if name != derivation.quantity.name and shown.get(name) == result}
    return replace(derivation, steps=tuple(step for step in derivation.steps if step.quantity.name not in known))


def shape_of(step: Step | Derivation) -> tuple[Expr, ...]:
    """The shape as it is printed: that of the matrix where there is one."""
    if isinstance(step, Step):
        return step.quantity.shape if step.matrix is None else _plain(step.matrix.shape)
    return step.shape if step.matrix is None else _plain(step.matrix.shape)


def _plain(shape: tuple[Expr, Expr]) -> tuple[Expr, ...]:
    """A column's shape is its length, a number's is 1."""
    return shape[:1] if shape[1] == 1 else shape


def stacked(lines: Sequence[str]) -> str:
    """A formula in lines below one another."""
    first, *rest = lines
    if not rest:
        return first
    return (
        rf"\begin{{aligned}}[t] & {first} " + " ".join(rf"\\ & \quad {{}} {line}" for line in rest) + r" \end{aligned}"
    )


def joined_lines(derivation: Derivation, *, last_alone: bool = False) -> list[StepLine]:
    """The steps of a derivation as lines; all are still there, those that change little on a common line.

    ``last_alone`` keeps the last one on a line of its own.
    """
    full = derivation.grain == "full"
    shown = replace(derivation, steps=tuple(_without_identities(derivation.steps))) if full else derivation
    lines: list[StepLine] = []
    separate = step_lines(shown)
    for number, line in enumerate(separate, start=1):
        alone = last_alone and number == len(separate)
        if lines and not alone and _may_join(lines[-1], line):
            lines[-1] = _joined(lines[-1], line)
        else:
            lines.append(line)
    return lines


def _without_identities(steps: tuple[Step, ...]) -> Iterable[Step]:
    """A derivative that is the identity is said where it is inserted, if it is the only one that is inserted."""
    skipped: Step | None = None
    rules = [step.rule for step in steps]
    for number, step in enumerate(steps):
        if isinstance(step.matrix, Identity) and rules[max(0, number - 1) : number + 2] == INSERTED_AT_ONCE:
            skipped = step
        elif skipped is not None:
            yield replace(step, sentence=f"{{{skipped.quantity.name}}} is the identity.")
            skipped = None
        else:
            yield step


def _may_join(line: StepLine, following: StepLine) -> bool:
    joined = not following.step.sentence or (line.step.rule, following.step.rule) in JOINED
    fits = len(line.right) == len(following.right) == 1 and line.width + following.width <= ROOM
    return joined and fits and not following.left


def _joined(line: StepLine, following: StepLine) -> StepLine:
    right = f"{line.right[0]} = {following.right[0]}"
    return replace(
        line, right=(right,), sentence=_both(line.sentence, following.sentence), width=line.width + following.width
    )


def _both(first: str, second: str) -> str:
    """Two sentences as one where both say what is inserted."""
    if first.startswith("Insert ") and second.startswith("Insert "):
        return f"{first.removesuffix('.')} and {second.removeprefix('Insert ')}"
    return f"{first} {second}".strip()
