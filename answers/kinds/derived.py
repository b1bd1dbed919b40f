"""What the kinds that print derivations share: lines with a mark, claims, steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from sympy import Expr

from answers.contract.item import Claim, Verdict
from answers.kinds.asked import Asked
from answers.kinds.condense import condensed_lines
from answers.latex import sheet
from derive.derivation import Derivation
from derive.render import shape_latex
from derive.render.derivations import quantity_latex, quantity_unicode
from derive.steps import Step
from numeric import check, sizes_tried
from numeric.checks.checking import unknown_functions

SHOWN = 3
"""How many complaints and failures of one check are told."""


@dataclass(frozen=True)
class Line:
    """One line of an answer, to be compared with the same line of another answer by its key."""

    key: str
    cells: tuple[str, ...]


def marks(lines: Sequence[Line], since: Sequence[Line] | None) -> tuple[sheet.Mark, ...]:
    """For each line whether it differs from the one with the same key before; no marks without a before."""
    if since is None:
        return tuple("" for _ in lines)
    before = {line.key: line.cells for line in since}
    return tuple("same" if before.get(line.key) == line.cells else "changed" for line in lines)


def claim(derivation: Derivation, asked: Asked | None = None, *beside: tuple[Derivation, Asked]) -> Claim:
    """The claim that a derivation is what was asked, and right: its result, its steps and its matrix form.

    What stands ``beside`` it, such as the input of a layer beside its output, is checked with it.
    """
    named = quantity_latex(derivation.quantity, derivation.forward)
    value = derivation.quantity.name in derivation.forward.tensors
    method = "forward pass" if value else "differences, each step" if len(derivation.steps) > 1 else "differences"
    if derivation.matrix is not None:
        method += ", matrix form"
    method = ", ".join((method, *sizes_tried(derivation)))
    unknown = unknown_functions(derivation.forward)
    if unknown:
        method += f", with a smooth function for {', '.join(unknown)}"

    def verdict() -> Verdict:
        answers = ((derivation, asked or Asked(derivation.quantity.name)), *beside)
        complaints = [text for answer, question in answers for text in question.complaints(answer)]
        if complaints:
            return Verdict(False, 0, inf, 0.0, "; ".join(complaints[:SHOWN]))
        results = [check(answer) for answer, _ in answers]
        items = [item for result in results for item in result.items]
        failed = [item for item in items if not item.ok]
        worst = max(failed or items, key=lambda item: item.error)
        note = "; ".join(f"{item.what}: {item.note or 'differs'}" for item in failed[:SHOWN])
        return Verdict(not failed, results[0].points, worst.error, worst.tolerance, note)

    unicode_name = quantity_unicode(derivation.quantity, derivation.forward)
    return Claim(unicode_name, f"${named}$", method, verdict, model=derivation.forward)


def merged(derivations: Iterable[Derivation]) -> tuple[Derivation, ...]:
    """The derivations, each without the steps that an earlier one has shown."""
    seen: set[tuple[str, object]] = set()
    result = []
    for derivation in derivations:
        kept: list[Step] = []
        for step in derivation.steps:
            key = (step.quantity.name, step.expression)
            if key not in seen:
                seen.add(key)
                kept.append(step)
        result.append(Derivation(**{**derivation.__dict__, "steps": tuple(kept)}))
    return tuple(result)


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


def steps_block(derivation: Derivation, *, result: bool = False) -> sheet.Steps:
    """The steps of a derivation as a block; ``result`` says that the last one is the answer."""
    printed = []
    left = ""
    for line in condensed_lines(derivation, last_alone=result):
        left = line.left or left
        shape = shape_latex(shape_of(line.step)) if line.left else ""
        printed.append(sheet.Step(left, stacked(line.right), line.step.rule, line.sentence, shape))
    return sheet.Steps(tuple(printed), result=result)
