from __future__ import annotations

from pathlib import Path

from answers.homework.load import load
from tests.answers.command.runner import run


def test_the_file_to_start_from_is_a_homework_that_builds_and_verifies(tmp_path: Path) -> None:
    file = tmp_path / "new" / "hw1.yaml"
    outcome = run("init", file)
    assert outcome.code == 0
    assert f"gradsheet build {file}" in outcome.out
    assert load(str(file)).id == "hw1"
    assert run("build", file, "--out", tmp_path / "out", "--format", "tex").code == 0
    assert run("verify", file).code == 0


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "hw1.yaml"
    file.write_text("mine")
    run("init", file).refused(str(file), "already there")
    assert file.read_text() == "mine"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run("init", tmp_path / "file" / "hw1.yaml").refused("cannot write")
