from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.answers.command.runner import run
from tests.answers.hostile.texts import HOSTILE, OURS, PAYLOAD, WORDS, innocent, nothing_ran
from tests.examples import examples

PATTERNS = (
    "Conv1d(2, {})", "Conv1d({}, 3)", "Conv1d(2, 3, padding={})", "Conv2d(2, ({}, 3))", "Linear({})", "{}(3)", "{}",
    "{}*ReLU", "LeakyReLU({})", "LeakyReLU(slope={})", "x:{} -> Linear(3)", "{}:n -> Linear(d)",
    "x:n -> Linear(d) as {}; {} -> ReLU", "x:n -> Linear(2); a -> {}", "x:n -> Linear({}) -> ReLU -> Linear(K)",
)  # fmt: skip
"""Layers and networks with a gap."""

QUICKLY = examples(30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
@QUICKLY
@given(pattern=st.sampled_from(PATTERNS), text=st.sampled_from([*HOSTILE, *WORDS, *OURS]), quoted=st.booleans())
def test_no_text_in_a_network_runs(
    target: str, pattern: str, text: str, quoted: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("language")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        outcome = run("export", "--target", target, "--", pattern.replace("{}", f"'{text}'" if quoted else text))
    nothing_ran(folder)
    if outcome.code == 0:
        innocent(outcome.out)
    else:
        outcome.refused()


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
def test_a_text_for_a_kernel_is_refused(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("export", f"Conv1d(2, '{PAYLOAD.replace(chr(39), chr(34))}')", "--target", target).refused(
        "is no word", "a size is a number or a name"
    )
    nothing_ran(tmp_path)


def test_a_homework_that_hides_a_call_in_a_network_is_refused_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "hw.yaml"
    file.write_text(
        "title: T\nnetworks:\n  net:\n    layers: \"x:(1,8,8) -> Conv2d(2, ('[open(1)]', 3)) -> Flatten\"\n"
        "questions:\n  - {id: '1', title: Q}\n",
        encoding="utf-8",
    )
    for command in ("build", "verify", "train", "export"):
        run(command, file).refused(f"{file}:4: networks.net.layers: ", "'[open(1)]'")
    nothing_ran(tmp_path)


@pytest.mark.parametrize(
    "name", ['A"""\nopen(1)\n"""', "a b", "../up", "lambda:0", "ｏｐｅｎ", "x" * 61, "", "1st", "_x"]
)
def test_names_of_layers_activations_networks_and_trainings_are_checked(name: str, tmp_path: Path) -> None:
    training = {"network": "net", "data": "iris", "optimiser": {"kind": "Adam"}, "epochs": 1}
    for key, value in (
        ("activations", {"formula": "z*z"}),
        ("layers", {"equations": "y[i] = z[i]", "axes": ["n"]}),
        ("networks", {"layers": "x:n -> Linear(K)"}),
        ("trainings", training),
    ):
        file = tmp_path / "hw.yaml"
        with file.open("w", encoding="utf-8") as stream:
            content = {key: {name: value}, "title": "T", "questions": []}
            YAML(typ="safe", pure=True).dump(content, stream)
        if key in ("networks", "trainings") and name in ("1st",):
            continue
        outcome = run("build", file)
        line = file.read_text(encoding="utf-8").split("\n").index(f"{key}:") + 2
        outcome.refused(f"hw.yaml:{line}: {key}.", "cannot be")
        assert outcome.err.count("\n") == 1
