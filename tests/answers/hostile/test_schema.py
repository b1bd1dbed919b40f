from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from answers.contract.definitions import OwnDefinitions
from answers.homework.model import Homework
from tests.answers.command.runner import run
from tests.answers.hostile.places import Place, data, places
from tests.answers.hostile.texts import HOSTILE, WORDS, innocent, nothing_ran
from tests.examples import examples

BASE: dict[str, Any] = {
    "title": "T",
    "networks": {"net": {"layers": "x:n -> Linear(d) -> ReLU -> Linear(K)", "loss": "MSE"}},
    "questions": [{"id": "1", "title": "Q", "parts": [{"id": "1a", "question": "What?"}]}],
}

PLACES = tuple(places(Homework))
TEXTS = st.sampled_from([*HOSTILE, *WORDS])


def written(content: dict[str, Any], file: Path) -> Path:
    """The data as a YAML file."""
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_unicode = False
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump(content, stream)
    return file


def all_innocent(folder: Path) -> None:
    """Assert that nothing ran in the folder, and that no program in it would run the payload."""
    nothing_ran(folder)
    for file in folder.rglob("*.py"):
        innocent(file.read_text(encoding="utf-8"))


def test_the_places_are_those_of_the_schema() -> None:
    assert ("networks", "[value]", "layers") in PLACES
    assert ("layers", "[value]", "shapes", "[key]") in PLACES
    kinds = {place for place in PLACES if place[:4] == ("questions", "[entry]", "parts", "[entry]")}
    assert len(kinds) > 100
    assert any("losses" in place for place in kinds)


@pytest.mark.parametrize("command", ["build", "export"])
@examples(25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(place=st.sampled_from(PLACES), text=TEXTS)
def test_no_text_of_a_homework_runs(
    command: str, place: Place, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("homework")
    file = written(BASE | data(Homework, place, text), folder / "hw.yaml")
    options = {"build": ("--no-train", "--format", "tex", "--out"), "export": ("--target", "numpy", "--output")}[
        command
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        outcome = run(command, file, *options, folder / "out")
    all_innocent(folder)
    assert outcome.code in (0, 1) or outcome.err.count("error: ") == 1
    assert all(path.is_relative_to(folder) for path in folder.rglob("*"))


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
@examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(place=st.sampled_from(tuple(places(OwnDefinitions))), text=TEXTS)
def test_no_text_of_a_definition_runs(
    target: str, place: Place, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("own")
    file = written(data(OwnDefinitions, place, text), folder / "own.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        outcome = run("export", file, "--target", target, "--output", folder / "out.py")
    all_innocent(folder)
    assert outcome.code == 0 or outcome.err.count("error: ") == 1
