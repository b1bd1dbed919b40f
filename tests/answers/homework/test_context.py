from __future__ import annotations

import pytest

from answers.errors import HomeworkContentError
from answers.homework.context import HomeworkContext
from tests.answers.sample import NETWORKS, homework, last

ITEM = {"kind": "gradients", "network": "regression", "of": ["b2"]}


def test_networks_and_answers_are_made_once() -> None:
    context, part = last(homework([ITEM]))
    assert context.network("regression") is context.network("regression")
    assert context.answered(part) is context.answered(part)


def test_the_file_decides_unless_the_user_does() -> None:
    sample = homework([ITEM], conventions={"layout": "numerator", "index_base": 0})
    assert HomeworkContext(sample).network("regression").layout == "numerator"
    assert HomeworkContext(sample).conventions.index_base == 0
    assert HomeworkContext(sample, layout="gradient").network("regression").layout == "gradient"
    assert HomeworkContext(sample, index_base=1).network("regression").index_base == 1


def test_a_network_that_is_wrong_is_an_error_at_its_place() -> None:
    wrong = {"layers": "x:n -> Linaer(d)", "loss": "MSE"}
    context, part = last(homework([{**ITEM, "network": "wrong"}], networks={**NETWORKS, "wrong": wrong}))
    with pytest.raises(HomeworkContentError, match="Linaer") as caught:
        context.answered(part)
    assert caught.value.place == ("networks", "wrong")


def test_items_of_other_parts() -> None:
    context = HomeworkContext(homework([ITEM], []))
    assert context.item("1a", "gradients") == context.homework.questions[0].parts[0].answer[0]
    with pytest.raises(HomeworkContentError, match="there is no part 2a; did you mean 1a"):
        context.item("2a", "gradients")
    with pytest.raises(HomeworkContentError, match="part 1a has no elements; it has gradients"):
        context.item("1a", "elements")
    with pytest.raises(HomeworkContentError, match="part 1b has no elements; it has no answer"):
        context.item("1b", "elements")


def test_the_first_part_about_a_network() -> None:
    prose = {"kind": "prose", "text": "Words."}
    context = HomeworkContext(homework([prose], [ITEM], [ITEM, {**ITEM, "network": "binary"}]))
    assert context.first_about("regression") == "1b"
    assert context.first_about("binary") == "1c"
    assert context.first_about("scores") is None


def test_errors_on_the_question_sheet_have_their_place_too() -> None:
    context, part = last(homework([], [{"kind": "forward_table", "network": "none"}]))
    with pytest.raises(HomeworkContentError, match="part 1b, forward_table: there is no network none") as caught:
        context.blank(part)
    assert caught.value.place == ("questions", 0, "parts", 1, "answer", 0)
