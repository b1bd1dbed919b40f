"""What stands beside a listing is what that very listing prints, and every other number is caught."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy
import pytest

from answers.code import Assignment
from answers.code.program import CheckOnce, NotRunError, Program, cache_file_of, packed, ran
from answers.code.reported import what_it_reports
from answers.code.templates.training import Training
from answers.contract.item import Answered
from answers.latex.sheet import Code, Room, Text
from answers.trainings.cache import Cache
from answers.trainings.trainer import Trainer
from tests.answers.sample import all_pass, homework, last, refused
from tests.forked import run_python
from tests.sweeps import sweep

pytest.importorskip("sklearn")

ITEM: dict[str, Any] = {
    "kind": "code",
    "template": "training",
    "libraries": ["numpy"],
    "data": "iris",
    "hidden": 4,
    "epochs": 2,
    "at_least": 0.0,
    "text": "{{classification_numpy.accuracy}} % and {{classification_numpy.weighted_accuracy}} %",
}
REGRESSION = {
    **ITEM,
    "task": "regression",
    "data": "diabetes",
    "at_least": -9.0,
    "text": "{{regression_numpy.r_squared}} and {{regression_numpy.rmse}}",
}


def answered(item: dict[str, Any], trainer: Trainer | None = None) -> Answered:
    context, part = last(homework([item]), trainer=trainer)
    (answer,) = context.answered(part)
    return answer


def assignment(**options: Any) -> Assignment:
    return Training.model_validate({**ITEM, **options}).assignments()[0]


@pytest.mark.parametrize("item", [ITEM, REGRESSION])
def test_the_key_shows_what_the_listing_prints_when_a_student_runs_it(item: dict[str, Any], tmp_path: Path) -> None:
    answer = answered(item)
    listing, output = (block for block in answer.blocks if isinstance(block, Code))
    ((path, source),) = answer.files
    file = tmp_path / Path(path).name
    file.write_text(source, encoding="utf-8")
    done = run_python(tmp_path, file.name)
    assert done.returncode == 0, done.stderr
    shown = [line.latex.replace(r"\ ", " ").replace(r"\%", "%") for line in output.lines]
    assert output.title == rf"What \texttt{{{listing.title}}} prints"
    assert len(shown) == len(done.stdout.splitlines()) >= 3
    quoted = answer.blocks[-1]
    assert isinstance(quoted, Text)
    for value in quoted.latex.replace(r"\,\%", "").split(" and "):
        assert value in done.stdout
        assert any(value in line for line in shown)
    assert all_pass(answer)


@cache
def honest(task: str) -> tuple[Assignment, Program, CheckOnce]:
    """A program, what it left, and another run of it."""
    one = assignment(task=task, data={"classification": "iris", "regression": "diabetes"}[task], text="")
    return one, ran(one, Trainer()), CheckOnce(one)


def kept_in(folder: Path) -> Trainer:
    """Who finds what the honest program left, and runs nothing."""
    one, program, _ = honest("classification")
    trainer = Trainer(allowed=False, cache=Cache(folder))
    trainer.cache.keep(cache_file_of(one, trainer), packed(program))
    return trainer


def test_what_a_program_left_is_found_again(tmp_path: Path) -> None:
    said: list[str] = []
    trainer = Trainer(cache=Cache(tmp_path), progress=said.append)
    first = ran(assignment(), trainer)
    assert said == ["running classification_numpy.py"]
    assert ran(assignment(), Trainer(allowed=False, cache=Cache(tmp_path))) == first == honest("classification")[1]


@pytest.mark.parametrize("change", [{"seed": 1}, {"epochs": 3}, {"rare": 0.5}, {"learning_rate": 0.01}])
def test_another_program_is_not_found(change: dict[str, Any], tmp_path: Path) -> None:
    trainer = kept_in(tmp_path)
    ran(assignment(), trainer)
    with pytest.raises(NotRunError, match="no result was kept"):
        ran(assignment(**change), trainer)


@pytest.mark.parametrize("cut", [0, 0.5, 0.9])
def test_what_was_left_and_is_damaged_is_not_used(cut: float, tmp_path: Path) -> None:
    trainer = kept_in(tmp_path)
    (path,) = tmp_path.iterdir()
    os.truncate(path, int(cut * path.stat().st_size))
    with pytest.raises(NotRunError, match="no result was kept"):
        ran(assignment(), trainer)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda arrays: {name: array for name, array in arrays.items() if name != "number/accuracy"},
        lambda arrays: {**arrays, "number/loss": arrays["printed"]},
        lambda arrays: {**arrays, "number/accuracy": numpy.zeros(2)},
        lambda arrays: {**arrays, "number/accuracy": numpy.array("good")},
        lambda arrays: {**arrays, "printed": numpy.array(3.0)},
    ],
)
def test_what_is_left_of_something_else_is_not_used(spoil: Callable[[Any], Any], tmp_path: Path) -> None:
    trainer = kept_in(tmp_path)
    (path,) = tmp_path.iterdir()
    trainer.cache.keep(path, spoil(trainer.cache.arrays(path)))
    with pytest.raises(NotRunError, match="no result was kept"):
        ran(assignment(), trainer)


def off(program: Program, name: str, by: float) -> Program:
    return replace(program, numbers={**program.numbers, name: program.numbers[name] + by})


@pytest.mark.parametrize(
    ("task", "change", "failing"),
    [
        ("classification", lambda p: off(p, "accuracy", 0.02), {"numbers"}),
        ("classification", lambda p: off(p, "weighted_accuracy", -0.02), {"numbers"}),
        ("classification", lambda p: replace(p, numbers={}), {"numbers"}),
        ("classification", lambda p: replace(p, printed=p.printed.replace("50.0", "50.1", 1) + " "), {"output"}),
        ("classification", lambda p: replace(p, printed=""), {"output"}),
        ("regression", lambda p: off(p, "rmse", 1.0), {"numbers"}),
        ("regression", lambda p: off(p, "rmse", p.numbers["rmse"] ** 2), {"numbers"}),
        ("regression", lambda p: off(p, "r_squared", 0.01), {"numbers"}),
    ],
)
def test_numbers_of_another_program_are_caught(
    task: str, change: Callable[[Program], Program], failing: set[str]
) -> None:
    one, program, run = honest(task)
    outcomes = {claim.quantity.split()[0]: claim.check() for claim in what_it_reports(one, change(program), run).claims}
    assert {name for name, verdict in outcomes.items() if not verdict.ok} == failing
    assert all(verdict.note for verdict in outcomes.values() if not verdict.ok)


@sweep(lambda failing: frozenset(failing))
@pytest.mark.parametrize(
    ("right", "wrong", "failing"),
    [
        ("right = 100 * np.mean", "right = np.mean", {"output"}),
        ("{outcome['rmse']:.1f}", "{outcome['rmse'] ** 2:.1f}", {"output"}),
        ("deviation * np.sqrt", "np.sqrt", {"report"}),
        ("""    print(f"R^2:                      {outcome['r_squared']:.3f}")\n""", "", {"output"}),
    ],
)
def test_a_program_that_prints_something_else_than_it_reports_is_caught(
    right: str, wrong: str, failing: set[str], tmp_path: Path
) -> None:
    task = "classification" if right.startswith("right") else "regression"
    one = assignment(task=task, data={"classification": "iris", "regression": "diabetes"}[task], text="")
    assert one.solution.count(right) == 1
    spoilt, trainer = replace(one, solution=one.solution.replace(right, wrong)), Trainer(cache=Cache(tmp_path))
    run = CheckOnce(spoilt)
    claims = what_it_reports(spoilt, ran(spoilt, trainer), run).claims
    found = {claim.quantity.split()[0] for claim in claims if not claim.check().ok}
    assert found | {check.quantity for check in run.report.failures} == failing


def test_a_program_that_fails_is_said_to_and_is_not_passed(tmp_path: Path) -> None:
    one = assignment()
    for text in ("def run():\n    raise ValueError('no')\n", "def run(:\n"):
        with pytest.raises(NotRunError) as caught:
            ran(replace(one, solution=text), Trainer(cache=Cache(tmp_path)))
        assert caught.value.failed
    assert list(tmp_path.iterdir()) == []


def test_without_leave_to_run_it_the_key_says_so(tmp_path: Path) -> None:
    answer = answered(ITEM, Trainer(allowed=False, cache=Cache(tmp_path)))
    said = [block.latex for block in answer.blocks if isinstance(block, Text)][-1]
    assert "was not run: trainings were left out" in said
    assert len([block for block in answer.blocks if isinstance(block, Code)]) == 1
    (claim,) = [claim for claim in answer.claims if claim.quantity.startswith("output")]
    assert claim.check().unchecked


def test_a_package_that_is_missing_is_named_and_nothing_is_quoted() -> None:
    one = replace(assignment(), requires=("no_such_package",))
    with pytest.raises(NotRunError, match="no_such_package is not installed") as caught:
        ran(one, Trainer())
    assert not caught.value.failed


def test_what_a_text_quotes_must_be_reported() -> None:
    refused({**ITEM, "text": "{{classification_numpy.acuracy}}"}, saying="did you mean classification_numpy.accuracy")
    refused({"kind": "code", "template": "mlp", "library": "numpy", "text": "{{mlp.accuracy}}"}, saying="no evidence")


def prose(**evidence: Any) -> dict[str, Any]:
    text = "At {{net.accuracy}} %."
    return {"kind": "prose", "text": text, "evidence": {"net": {"kind": "program", "part": "1a", **evidence}}}


@pytest.mark.parametrize("evidence", [{"file": "classification_numpy.py"}])
def test_prose_quotes_the_same_numbers(evidence: dict[str, str]) -> None:
    context, part = last(homework([ITEM, prose(**evidence)]))
    code, words = context.answered(part)
    beside, text = code.blocks[-1], words.blocks[0]
    assert isinstance(beside, Text)
    assert isinstance(text, Text)
    assert text.latex == rf"At {beside.latex.split(' and ')[0]}."
    assert all_pass(words)


def test_prose_about_a_program_that_is_not_there() -> None:
    refused(prose(), saying="no program of part 1a reports results")
    refused(prose(part="1b"), saying="there is no part 1b")
    context, part = last(homework([ITEM, prose(file="classification_nmpy.py")]))
    with pytest.raises(Exception, match=r"did you mean classification_numpy\.py"):
        context.answered(part)


def test_the_room_on_the_question_sheet() -> None:
    context, part = last(homework([{**ITEM, "lines": 3}]))
    assert context.blank(part) == (Room(3),)
