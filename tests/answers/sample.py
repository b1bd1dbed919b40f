"""A small homework around the items under test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from answers.contract.item import Answered
from answers.errors import HomeworkContentError
from answers.homework.context import HomeworkContext
from answers.homework.model import Homework, Part
from answers.latex.sheet import Block, Table
from numeric.checks.comparison import Comparison

NETWORKS = {
    "regression": {"layers": "x:n -> Linear(d) -> ReLU -> Linear(K) -> Identity -> y_hat", "loss": "1/2*MSE"},
    "binary": {"layers": "x:n -> Linear(d) -> Sigmoid -> Linear(1) -> Sigmoid -> y_hat", "loss": "BCE"},
    "scores": {"layers": "x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax -> y_hat", "loss": "CrossEntropy"},
}

WITHIN = ["x", "y", "W1", "b1", "W2", "b2", "dl/dy_hat", "dz2/dz1", "dy_hat/dz3"]


def homework(*answers: Iterable[dict[str, Any]], **keys: Any) -> Homework:
    """A homework with a part for each list of items: 1a, 1b, ..."""
    parts = [
        {"id": f"1{letter}", "question": "What?", "answer": list(answer)}
        for letter, answer in zip("abcdefgh", answers, strict=False)
    ]
    questions = [{"id": "1", "title": "Question", "parts": parts}]
    return Homework.model_validate({"title": "Homework", "networks": NETWORKS, "questions": questions} | keys)


def last(sample: Homework, **options: Any) -> tuple[HomeworkContext, Part]:
    """A context and the last part of the homework."""
    return HomeworkContext(sample, **options), list(sample.parts())[-1]


def answered(*items: dict[str, Any], **options: Any) -> Answered:
    """The answer of the last of the items, each in a part of its own."""
    context, part = last(homework(*([item] for item in items)), **options)
    (answer,) = context.answered(part)
    return answer


def blank(*items: dict[str, Any]) -> tuple[Block, ...]:
    """What the question sheet leaves for the last of the items."""
    context, part = last(homework(*([item] for item in items)))
    return context.blank(part)


def verdicts(answer: Answered) -> list[Comparison]:
    """Every claim of an answer, checked; there must be one."""
    assert answer.claims
    return [claim.check() for claim in answer.claims]


def all_pass(answer: Answered) -> bool:
    """Whether every claim of the answer holds, each compared at some point."""
    return all(verdict.ok and verdict.points > 0 for verdict in verdicts(answer))


def refused(*items: dict[str, Any], saying: str) -> None:
    """Assert that the last item cannot be answered: one error with its place and these words."""
    context, part = last(homework(*([item] for item in items)))
    with pytest.raises(HomeworkContentError, match=re.escape(saying)) as caught:
        context.answered(part)
    place = ("questions", 0, "parts", len(items) - 1, "answer", 0)
    assert caught.value.place in (place, ("networks", items[-1].get("network")))


def the_table(blocks: Iterable[Block]) -> Table:
    """The one table among the blocks."""
    (table,) = [block for block in blocks if isinstance(block, Table)]
    return table


def cells(table: Table) -> Iterator[tuple[str, ...]]:
    """The cells of each row."""
    return (row.cells for row in table.rows)
