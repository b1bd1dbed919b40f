"""In which form the lines of a lecture stand: whole tensors or elements, one of them throughout a passage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from sympy import KroneckerDelta, Pow

from derive.expression import walks
from derive.matrix.nodes import Diagonal, Elementwise, Node
from derive.step_rules import StepRule
from derive.steps import Step

TOGETHER = "For all elements at once:"


def in_one_form(steps: Iterable[Step], asked: str) -> tuple[Step, ...]:
    """The steps with the matrix forms that are to be printed.

    Where deltas are summed over, or matrix forms divide by diagonal matrices, elements are what one would write;
    the passage of the partial that is ``asked`` for then ends with its matrix form.
    """
    return tuple(step for _, passage in groupby(steps, _name) for step in _passage(tuple(passage), asked))


def _name(step: Step) -> str:
    return step.quantity.name


def _passage(steps: tuple[Step, ...], asked: str) -> Iterator[Step]:
    forms = [step.matrix for step in steps]
    with_deltas = any(walks.holds(step.expression, KroneckerDelta) for step in steps)
    awkward = any(form is None or divides_by_diagonals(form) for form in forms)
    if not (with_deltas or awkward):
        yield from steps
        return
    yield from (replace(step, matrix=None) for step in steps)
    *_, last = steps
    if last.matrix is not None and (last.quantity.name == asked or not divides_by_diagonals(last.matrix)):
        yield replace(last, rule=StepRule.MATRIX, sentence=TOGETHER)


def divides_by_diagonals(form: Node) -> bool:
    """Whether a matrix form has a diagonal matrix of reciprocals, where an element is a fraction."""
    diagonals = (node for node in form.walk() if isinstance(node, Diagonal))
    return any(_divides(part) for diagonal in diagonals for part in diagonal.walk())


def _divides(form: Node) -> bool:
    return isinstance(form, Elementwise) and any(power.exp.is_negative for power in form.formula.atoms(Pow))
