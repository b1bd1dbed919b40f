"""Errors planted in one rule of the program at a time: ``gradsheet verify`` must find each, and say where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answers import mutants_of_answers, mutants_of_calculus, mutants_of_figures
from tests.answers.command.runner import Outcome, run, written
from tests.answers.planting import Mutant, clear_caches, plant, reduced

MUTANTS: dict[str, Mutant] = {
    **mutants_of_calculus.MUTANTS,
    **mutants_of_answers.MUTANTS,
    **mutants_of_figures.MUTANTS,
}

ONE_PART = """\
title: A homework
conventions: {{layout: {layout}}}
networks:
  net: {{layers: "{layers}", loss: {loss}{batch}}}
questions:
  - id: "1"
    title: A question
    parts:
      - {{id: 1a, question: "?", answer: [{answer}]}}
"""

PLAIN = {"layers": "x:2 -> Linear(4) -> ReLU -> Linear(2) -> y_hat", "loss": "MSE", "batch": "", "layout": "gradient"}

HOMEWORKS = {
    "square": ONE_PART.format(
        layers="x:n -> Linear(n) -> ReLU -> Linear(n) -> y_hat",
        loss="1/2*MSE",
        batch="",
        layout="numerator",
        answer="{kind: gradients, network: net}",
    ),
    "batch": ONE_PART.format(
        layers="x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat",
        loss="MSE",
        batch=", batch: B",
        layout="gradient",
        answer="{kind: gradients, network: net, of: [W2, b2]}",
    ),
    "softmax": ONE_PART.format(
        layers="x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax -> y_hat",
        loss="CrossEntropy",
        batch="",
        layout="gradient",
        answer="{kind: elements, network: net, of: [dl/dy_hat, dy_hat/dz3, dl/dz3]}",
    ),
    "silu": ONE_PART.format(
        layers="x:n -> Linear(K) -> y_hat",
        loss="MSE",
        batch="",
        layout="gradient",
        answer="{kind: derivative, slope_of: SiLU}",
    ),
    **{name: ONE_PART.format(**PLAIN, answer=answer) for name, answer in mutants_of_figures.ANSWERS.items()},
    **{part: part for part in ("1.1a", "1.1b", "1.1c", "1.1d", "1.2c", "2.1")},
    "1.2a": "1.1b 1.1c 1.1d 1.2a",
    "1.2b": "1.1b 1.1c 1.1d 1.2b",
}
"""What is verified: a homework of its own, or parts of nyu-2020."""


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing that was worked out before or with a planted error is met again. This ends after all patches."""
    clear_caches()
    yield
    clear_caches()


def verified(homework: str, folder: Path) -> Outcome:
    text = HOMEWORKS[homework]
    return run("verify", written(folder, text if "\n" in text else reduced(*text.split()), "homework.yaml"), "--json")


def test_nyu_2020_has_no_error() -> None:
    outcome = run("verify", "nyu-2020")
    assert outcome.code == 0, outcome.out


@pytest.mark.parametrize("homework", HOMEWORKS)
def test_without_a_planted_error_all_is_well(homework: str, tmp_path: Path) -> None:
    assert verified(homework, tmp_path).code == 0


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_error_is_caught(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mutant = MUTANTS[name]
    plant(mutant, monkeypatch)
    outcome = verified(mutant.homework, tmp_path)
    if mutant.refused:
        outcome.refused(mutant.refused)
        return
    assert outcome.code == 1, outcome.out
    failed = {(check["part"], check["quantity"]) for check in json.loads(outcome.out)["checks"] if not check["ok"]}
    assert (mutant.part, mutant.quantity) in failed
