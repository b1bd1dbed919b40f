"""Single changes of what was written, each the undoing of a misconception: which of them makes the answer right?

A change is made in the syntax, before products are grouped, so that formulas whose parts do not fit are explained too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from answers.marking.changes import changes_of
from answers.marking.judging import RANK, Judged, Question, judge, last_of_chain
from answers.marking.parts import Edit, parsed
from answers.marking.setting import Setting
from answers.reading import ReadingError, syntax
from answers.reading.context import KIND
from answers.reading.macros import Macros
from answers.reading.reading import understood
from numeric.errors import ArrayError

MOST = 400
"""More changes than this are not tried."""
COSTS = (1, 2, 3, 4)
"""What changes cost: the cheapest that explain an answer count, and they must be of one kind."""


@dataclass(frozen=True)
class Explanation:
    """What explains a wrong answer: the misconception's name, and a sentence that says where."""

    misconception: str
    sentence: str
    step: str = ""
    """The partial of the derivation at which it parts from what was written."""


def explain_by_edits(question: Question, setting: Setting, text: str, macros: Macros) -> Explanation | None:
    """The misconception whose undoing, alone, makes the answer right at all points.

    Of several the cheapest count, of those the ones that lead to the question's own layout.
    """
    written = parsed(setting, text, macros)
    if written is None:
        return None
    changes = [edit for edit in changes_of(setting, written.sides[-1]) if not edit.kind]
    for cost in COSTS:
        found: dict[int, dict[tuple[str, str], Edit]] = {}
        for edit in [edit for edit in changes if edit.cost == cost][:MOST]:
            judged = _after(question, setting, text, written, edit)
            if judged is not None and judged.outcome != "loose":
                found.setdefault(RANK[judged.outcome], {}).setdefault((edit.misconception, edit.detail), edit)
        if found:
            best = found[min(found)]
            if len({misconception for misconception, _ in best}) > 1:
                return None
            edit = max(best.values(), key=lambda edit: len(edit.detail))
            where = shown_at(text, *syntax.place_of(edit.part))
            sentence = f"{edit.sentence} This is at `{where}`." if where else edit.sentence
            detail = edit.detail or _shapes(setting, text, edit)
            return Explanation(f"{edit.misconception} ({detail})" if detail else edit.misconception, sentence)
    return None


SCRIPTS = re.compile(r"(?:\s*(?:[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|[^\s{}])|'))*")


def shown_at(text: str, start: int, end: int) -> str:
    """The text of a part with what stands above and below its end; empty if it is not whole."""
    found = SCRIPTS.match(text, end)
    shown = text[start : found.end() if found else end].strip()
    return shown if all(shown.count(left) == shown.count(right) for left, right in ("{}", "()", "[]")) else ""


def kinder(question: Question, setting: Setting, text: str, macros: Macros) -> Judged | None:
    """A kind reading that is right: vectors side by side as their elementwise product, a vector as its diag."""
    written = parsed(setting, text, macros)
    if written is None:
        return None
    for edit in changes_of(setting, written.sides[-1]):
        if edit.kind and (edit.vector is None or _is_vector(setting, text, edit.vector)):
            judged = _after(question, setting, text, written, edit)
            if judged is not None:
                return replace(judged, outcome="loose", reasons=(edit.sentence,))
    return None


def _is_vector(setting: Setting, text: str, part: Any) -> bool:
    """Whether a part is one, in some kind reading at least; a product that is a matrix is no vector."""
    for kind in ("", *KIND):
        try:
            return len(understood(syntax.Relation([part], []), text, setting.table, kind=kind).last.shape.axes) == 1
        except (ReadingError, RecursionError):
            continue
    return False


def _after(question: Question, setting: Setting, text: str, written: syntax.Relation, edit: Edit) -> Judged | None:
    """The judgement of the last side after a change, if it is right, maybe in the other layout."""
    try:
        side = _with(written.sides[-1], edit.part, edit.instead)
        judged = judge(question, setting, last_of_chain(question, setting, written, side, text))
    except (ReadingError, ArrayError, RecursionError):
        return None
    return judged if judged.outcome != "wrong" else None


def _with(node: Any, part: Any, instead: Any) -> Any:
    """The syntax with one part, found by its identity, replaced; what holds it is copied, the rest is shared."""
    return instead if node is part else syntax.mapped(node, lambda inside: _with(inside, part, instead))


def _shapes(setting: Setting, text: str, edit: Edit) -> str:
    """What was multiplied in place of a dropped transpose: rows with rows, columns with columns."""
    if edit.misconception != "dropped transpose" or isinstance(edit.part, syntax.Product):
        return ""
    try:
        shape = understood(syntax.Relation([edit.part], []), text, setting.table).last.shape
    except ReadingError:
        return ""
    if len(shape.axes) != 1:
        return ""
    return "row times row" if shape.row else "column times column"
