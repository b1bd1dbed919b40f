from __future__ import annotations

from pathlib import Path

import pytest

from answers.command.homeworks import CommandResult, for_all
from answers.errors import HomeworkError
from answers.homework.bundled import bundled
from tests.answers.command.runner import run, written

HOMEWORKS = [homework.id for homework in bundled() if "key" in homework.sheets]


def shouted(name: str) -> CommandResult:
    if name == HOMEWORKS[0]:
        raise HomeworkError("this one is wrong", ())
    return CommandResult((name.upper(),))


def test_every_homework_is_worked_on_in_order_and_a_wrong_one_does_not_stop_the_others() -> None:
    first, *others = for_all(shouted)
    assert first.code == 2
    assert "this one is wrong" in first.lines[0]
    assert [outcome.lines for outcome in others] == [(name.upper(),) for name in HOMEWORKS[1:]]


@pytest.mark.slow
def test_all_homeworks_are_built_into_folders_of_their_names(tmp_path: Path) -> None:
    outcome = run("build", "--all", "--only", "questions", "--format", "tex", "--out", tmp_path)
    assert outcome.code == 0
    assert {path.parent.name for path in tmp_path.glob("*/questions.tex")} == set(HOMEWORKS)


@pytest.mark.parametrize("command", ["build", "verify"])
def test_a_homework_or_all_of_them(command: str, tmp_path: Path) -> None:
    for arguments in ([command], [command, written(tmp_path), "--all"]):
        outcome = run(*arguments)
        assert outcome.code == 2
        assert "expected either a homework (FILE_OR_ID) or --all" in outcome.err
