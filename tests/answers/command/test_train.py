from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy
import pytest

from tests.answers.command.runner import run, written
from tests.numeric.data.batches import write_batches

HOMEWORK = """\
title: Trainings
trainings:
  spiral:
    stack: {width: 8, activation: Tanh, loss: BCEWithLogits}
    data: {kind: spiral, samples: 120}
    optimiser: {kind: Adam, learning_rate: 0.02}
    epochs: 4
    metrics: [accuracy]
  photos:
    stack: {width: 8, loss: SoftmaxCrossEntropy}
    data: {kind: cifar10, otherwise: digits, batch_size: 40}
    optimiser: {kind: SGD, learning_rate: 0.1, momentum: 0.9}
    epochs: 3
    precision: float32
    metrics: [accuracy]
questions: []
"""


def test_a_training_leaves_curves_a_table_and_weights(tmp_path: Path) -> None:
    outcome = run("train", written(tmp_path, HOMEWORK), "--only", "spiral", "--output", tmp_path / "out")
    assert outcome.code == 0, outcome.err
    folder = tmp_path / "out" / "spiral"
    assert {file.name for file in folder.iterdir()} >= {"epochs.csv", "weights.npz"}
    assert (
        "spiral: trained on spiral, noise 0.1 (72 samples for training, 24 for validation, 24 for the test)"
        in outcome.out
    )
    assert "after epoch 4" in outcome.out
    lines = (folder / "epochs.csv").read_text().splitlines()
    assert lines[0].startswith("epoch,learning_rate,train_loss,train_accuracy")
    assert len(lines) == 5
    with numpy.load(folder / "weights.npz") as weights:
        assert weights["W1"].shape == (8, 2)


def test_curves_are_drawn_and_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = written(tmp_path, HOMEWORK)
    for folder in ("one", "two"):
        assert run("train", file, "--only", "spiral", "--output", tmp_path / folder).code == 0
    for name, start in (("curves.png", b"\x89PNG"), ("curves.pdf", b"%PDF")):
        one, two = ((tmp_path / folder / "spiral" / name).read_bytes() for folder in ("one", "two"))
        assert one.startswith(start)
        assert one == two


def test_without_matplotlib_the_rest_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("answers.trainings.output.can_draw", lambda: False)
    monkeypatch.setattr("numeric.training.curves.can_draw", lambda: False)
    outcome = run("train", written(tmp_path, HOMEWORK), "--only", "spiral", "--output", tmp_path)
    assert outcome.code == 0
    assert 'pip install "gradsheet[train]"' in outcome.err
    assert {file.name for file in (tmp_path / "spiral").iterdir()} == {"epochs.csv", "weights.npz"}


def test_cifar_from_a_folder_and_digits_without(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    file = written(tmp_path, HOMEWORK)
    write_batches(tmp_path / "data")
    given = run("train", file, "--only", "photos", "--data", tmp_path / "data", "--output", tmp_path / "out")
    assert "photos: trained on CIFAR-10 (180 samples for training, 20 for validation, 40 for the test)" in given.out
    without = run("train", file, "--only", "photos", "--output", tmp_path / "out")
    assert "photos: trained on digits, since no CIFAR-10 folder was given (" in without.out


def test_a_damaged_folder_of_data_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, HOMEWORK)
    place = write_batches(tmp_path / "data")
    (place / "data_batch_3").write_bytes(b"no pickle")
    run("train", file, "--only", "photos", "--data", place).refused("hw.yaml", "data_batch_3 is truncated or no pickle")
    run("train", file, "--only", "photos", "--data", tmp_path / "no").refused("holds no CIFAR-10")
    run("build", file, "--data", tmp_path / "no", "--out", tmp_path / "built", "--format", "tex")


def test_a_training_that_diverges_ends_with_code_1(tmp_path: Path) -> None:
    wild = HOMEWORK.replace("kind: Adam, learning_rate: 0.02", "kind: SGD, learning_rate: 1.0e+300")
    outcome = run("train", written(tmp_path, wild), "--only", "spiral", "--output", tmp_path)
    assert outcome.code == 1
    assert "spiral: stopped early, it diverged: in epoch 1, batch" in outcome.out


def test_a_key_without_trainings_says_so(tmp_path: Path) -> None:
    part = "questions:\n  - id: '1'\n    title: T\n    parts:\n      - id: 1a\n        question: Train.\n"
    part += "        answer: [{kind: training, training: spiral}]\n"
    file = written(tmp_path, HOMEWORK.replace("questions: []\n", part).replace("samples: 120", "samples: 130"))
    out = tmp_path / "out"
    assert run("build", file, "--no-train", "--format", "tex", "--out", out).code == 0
    assert "Not trained: trainings were left out" in (out / "key.tex").read_text()
    unchecked = run("verify", file, "--no-train")
    assert unchecked.code == 0
    assert "no result was kept from before" in unchecked.out
    assert run("build", file, "--format", "tex", "--out", out).code == 0
    assert "Not trained" not in (out / "key.tex").read_text()


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    run("train", written(tmp_path, HOMEWORK), "--only", "spirl").refused("there is no training spirl", "spiral")
    none = written(tmp_path, "title: None\nquestions: []\n", "none.yaml")
    run("train", none).refused("none.yaml", "this homework describes no trainings")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_training_goes_on(tmp_path: Path) -> None:
    slow = HOMEWORK.replace("epochs: 4", "epochs: 150\n    batch_size: 8").replace("samples: 120", "samples: 4000")
    long = written(tmp_path, slow)
    checkpoint = tmp_path / "killed" / "spiral" / "checkpoint.npz"
    words = ["train", str(long), "--only", "spiral", "--output", str(tmp_path / "killed")]
    child = subprocess.Popen(
        [sys.executable, "-c", "from answers.command import main; main()", *words],
        env={**os.environ},
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not checkpoint.exists() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    if not checkpoint.exists():
        pytest.skip("the training was over before its first checkpoint")
    run(*words).refused("checkpoint.npz is left from a training that was interrupted", "--resume")
    assert run(*words, "--resume").code == 0
    assert not checkpoint.exists()
    assert run(*words[:-1], tmp_path / "whole").code == 0
    names = ("weights.npz", "epochs.csv")
    assert all(
        (tmp_path / "killed" / "spiral" / name).read_bytes() == (tmp_path / "whole" / "spiral" / name).read_bytes()
        for name in names
    )
