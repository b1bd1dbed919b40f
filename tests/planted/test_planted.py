"""Every kind of wrong answer, planted in a right derivation: neither a check nor a command lets it pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from answers.command.request import Request
from answers.derivations.claims import Requirement
from derive.derivation import Derivation
from derive.network import Network
from derive.render.derivations import quantity_unicode
from derive.with_ranges import with_ranges
from gradsheet import clear_caches
from numeric import check
from tests.answers.command.runner import Outcome, run, written
from tests.planted.homeworks import HOMEWORKS, MUTANTS, arguments
from tests.planted.planting import plant, reduced
from tests.planted.subjects import SUBJECTS, Subject, right
from tests.planted.table import KINDS
from tests.sweeps import sweep

HOMEWORK = """\
title: A homework
{networks}
questions:
  - id: "1"
    title: A question
    parts:
      - {{id: 1a, question: "?", answer: [{item}]}}
"""

UNREAD_IN_UNICODE = "dgv/db1"
"""A product with second derivatives, which the command does not give: it has v_b₁, which is not read."""

MODEL = "x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat"
"""What ``gradsheet derive`` is called with, where the command for a subject itself does not matter."""


def derived(wrong: Derivation, monkeypatch: pytest.MonkeyPatch, *options: str) -> Outcome:
    """``gradsheet derive`` where the engine answers with this derivation."""
    question = Requirement(wrong.quantity.name, internal=True)
    monkeypatch.setattr(Request, "of", lambda asked, model: iter(((question, wrong),)))
    return run("derive", MODEL, "--loss", "MSE", "--notation", "index", *options)


def verified(subject: Subject, wrong: Derivation, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Outcome:
    """``gradsheet verify`` of a homework that asks for a quantity, where the engine answers with this derivation."""
    sought = wrong.quantity.name
    for method in ("gradient", "partial", "value", "gradient_through"):
        answer = getattr(Network, method)

        def planted(net: Network, name: str, *given: Any, answer: Any = answer, **options: Any) -> Derivation:
            asked = name in (sought, sought.partition("/d")[2]) and options.get("written_out", True)
            return wrong if asked and net.forward == wrong.forward else answer(net, name, *given, **options)

        monkeypatch.setattr(Network, method, planted)
    hessian = Network.hessian

    def second(net: Network, name: str, *given: Any, **options: Any) -> Derivation:
        return wrong if sought == f"dgrad_{name}/d{name}" else hessian(net, name, *given, **options)

    monkeypatch.setattr(Network, "hessian", second)
    monkeypatch.setattr(
        "answers.kinds.layer.with_ranges",
        lambda found, ranges: wrong if found.quantity == wrong.quantity else with_ranges(found, ranges),
    )
    networks = f"networks:\n  net: {subject.networks}" if subject.networks else ""
    return run("verify", written(folder, HOMEWORK.format(networks=networks, item=subject.item)), "--json")


def asked_as(name: str) -> object:
    """How a homework asks for a subject, and whether it is one of a batch: what the commands do alike for."""
    subject = SUBJECTS[name]
    return subject.item.partition(",")[0], "batch" in subject.networks


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_is_right_passes_its_check(name: str) -> None:
    outcome = check(right(name))
    assert outcome.ok, [item for item in outcome.items if not item.ok]


@sweep(asked_as)
@pytest.mark.parametrize("name", SUBJECTS)
def test_what_is_right_passes_by_the_commands(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    subject, answer = SUBJECTS[name], right(name)
    options = ("--latex",) if answer.quantity.name == UNREAD_IN_UNICODE else ()
    assert derived(answer, monkeypatch, *options).code == 0
    if subject.item:
        outcome_of_key = verified(subject, answer, monkeypatch, tmp_path)
        assert outcome_of_key.code == 0, outcome_of_key.out + outcome_of_key.err


def test_a_homework_asks_for_every_subject_or_it_is_said_why_it_cannot() -> None:
    for name, subject in SUBJECTS.items():
        assert bool(subject.item) != bool(subject.only), name


@cache
def spoilt(name: str) -> Derivation:
    """The wrong derivation of a kind."""
    return KINDS[name].spoil(right(KINDS[name].subject))


@pytest.mark.parametrize("name", KINDS)
def test_a_planted_error_fails_its_check(name: str) -> None:
    assert not check(spoilt(name)).ok


@sweep(lambda name: asked_as(KINDS[name].subject))
@pytest.mark.parametrize("name", KINDS)
def test_a_planted_error_is_caught_by_the_commands(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    subject, wrong = SUBJECTS[KINDS[name].subject], spoilt(name)
    printed = derived(wrong, monkeypatch)
    assert printed.code == 1
    assert printed.out.startswith(f"no answer for {quantity_unicode(wrong.quantity, wrong.forward)}")
    assert wrong.unicode("index") not in printed.out
    if subject.item:
        outcome = verified(subject, wrong, monkeypatch, tmp_path)
        assert outcome.code == 1, outcome.out + outcome.err
        failed = [line for line in json.loads(outcome.out)["checks"] if not line["ok"]]
        assert failed
        assert all(line["note"] for line in failed)


@pytest.fixture
def _fresh() -> Iterator[None]:
    """Nothing that was worked out before or with a planted error is met again. This ends after all patches."""
    clear_caches()
    yield
    clear_caches()


def verified_homework(homework: str, folder: Path) -> Outcome:
    text = HOMEWORKS[homework]
    return run("verify", written(folder, text if "\n" in text else reduced(*text.split()), "homework.yaml"), "--json")


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize("homework", HOMEWORKS)
def test_without_a_wrong_rule_all_is_well(homework: str, tmp_path: Path) -> None:
    assert verified_homework(homework, tmp_path).code == 0


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize("asked", sorted({arguments(mutant) for mutant in MUTANTS.values()} - {()}))
def test_without_a_wrong_rule_there_is_an_answer(asked: tuple[str, ...]) -> None:
    assert run("derive", *asked).code == 0


def test_every_wrong_rule_is_looked_for_by_a_command_and_by_both_where_both_show_it() -> None:
    for name, mutant in MUTANTS.items():
        assert mutant.homework or mutant.derive, name
        assert bool(mutant.homework and arguments(mutant)) != bool(mutant.only), name


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if mutant.homework])
def test_a_wrong_rule_is_caught_by_verify(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mutant = MUTANTS[name]
    plant(mutant, monkeypatch)
    outcome = verified_homework(mutant.homework, tmp_path)
    if mutant.refused:
        outcome.refused(mutant.refused)
        return
    assert outcome.code == 1, outcome.out
    failed = {(check["part"], check["quantity"]) for check in json.loads(outcome.out)["checks"] if not check["ok"]}
    assert any(part == mutant.part and mutant.quantity in (quantity, "") for part, quantity in failed)


def kind_for_derive(name: str) -> object:
    """What verify has no homework for is tried with every change; of the others one for each way to call derive."""
    return arguments(MUTANTS[name]) if MUTANTS[name].homework else name


@sweep(kind_for_derive)
@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize("name", [name for name, mutant in MUTANTS.items() if arguments(mutant)])
def test_a_wrong_rule_is_caught_by_derive(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[name]
    plant(mutant, monkeypatch)
    outcome = run("derive", *arguments(mutant))
    assert outcome.code == 1, outcome.out + outcome.err
    assert "no answer" in outcome.out
