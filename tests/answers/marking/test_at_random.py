"""Answers in spellings that are drawn: right ones are right, and no mistake that a number shows is accepted."""

from __future__ import annotations

from random import Random

from hypothesis import Phase, given
from hypothesis import strategies as st

from answers.marking import mark
from benchmarks.at_random import right_answers, wrong_answers
from benchmarks.elements_at_random import right_elements, wrong_elements
from tests.examples import examples

PHASES = (Phase.explicit, Phase.generate)


@examples(40, phases=PHASES)
@given(st.integers(0, 2**32))
def test_right_answers_are_right_however_they_are_spelt(seed: int) -> None:
    draw = Random(seed)
    for answer in (*right_answers(draw, 1), *right_elements(draw, 1)):
        assert mark(answer.question.derivation, answer.latex, layout="numerator").outcome == "right", answer.latex


@examples(40, phases=PHASES)
@given(st.integers(0, 2**32))
def test_no_planted_mistake_is_accepted(seed: int) -> None:
    draw = Random(seed)
    for answer in (*wrong_answers(draw, 1), *wrong_elements(draw, 1)):
        found = mark(answer.question.derivation, answer.latex, layout="numerator")
        assert found.outcome in ("wrong", "unread"), (answer.change, answer.latex)
