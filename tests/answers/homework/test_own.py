"""Layers of a user's own, outside of the package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from answers.command.application import application
from answers.errors import HomeworkContentError, HomeworkError
from answers.homework.own import load_definitions

YAML = """
layers:
  Quadratic:
    axes: [n]
    sizes: [m]
    shapes: {A: [m, n, n], y: [m]}
    parameters: [A]
    equations: "y[i] = sum[j,k] A[i,j,k]*z[j]*z[k]"
activations:
  OwnMish: {formula: "z*tanh(log(1 + exp(z)))"}
"""

PYTHON = """
from derive import Activation
bump = Activation("Bump", "exp(-z^2)", call="bump")
"""


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_yaml_file_is_derived_and_checked(tmp_path: Path) -> None:
    result = CliRunner().invoke(application, ["derive", written(tmp_path, "mine.yaml", YAML)])
    assert result.exit_code == 0, result.output
    assert "∂ℓ/∂A[i,j,k] = dy[i] · z[j] · z[k]" in result.output
    assert result.output.count("checked:") == 3


def test_python_file_is_derived_with_steps(tmp_path: Path) -> None:
    result = CliRunner().invoke(application, ["derive", written(tmp_path, "mine.py", PYTHON), "--steps"])
    assert result.exit_code == 0, result.output
    assert "checked:" in result.output


def test_network_uses_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "mine.yaml", YAML)
    arguments = ["derive", "x:n -> Quadratic -> OwnMish -> Linear(K)", "--loss", "MSE", "--using", path]
    result = CliRunner().invoke(application, arguments)
    assert result.exit_code == 0, result.output
    assert result.output.count("checked:") == 3


def test_homework_file_defines_layers(tmp_path: Path) -> None:
    text = (
        "title: t\n"
        + YAML
        + """
networks:
  mine: {layers: "x:n -> Quadratic -> OwnMish", loss: MSE}
questions:
  - id: "1"
    title: q
    parts:
      - {id: 1a, question: "?", answer: [{kind: gradients, network: mine}]}
"""
    )
    result = CliRunner().invoke(application, ["verify", written(tmp_path, "hw.yaml", text)])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("layers: {Q: {axes: [n]}}", "mine.yaml:1: layers.Q: .*equations"),
        ("layers: [", "mine.yaml"),
        ("layers: {Q: {axes: {n: 1}, equations: 'y[i] = z[i]'}}", "mine.yaml:1: layers.Q.axes: expected a list"),
        ("title: t", "title"),
        ("{}", "defines no layer"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises((HomeworkContentError, HomeworkError), match=said):
        load_definitions(Path(written(tmp_path, "mine.yaml", text)))


def test_bad_equation_is_one_clear_error(tmp_path: Path) -> None:
    text = 'layers: {Q: {axes: [n], equations: "y[i] = sum[j w[j]"}}'
    result = CliRunner().invoke(application, ["derive", written(tmp_path, "mine.yaml", text)])
    assert result.exit_code == 2
    assert "cannot read the equation" in result.stderr


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        (
            "parameters: [A]",
            "parameters: [A, V]",
            "layers.Quadratic.parameters[2]: V has no shape: a vector has shapes",
        ),
        ("y: [m]}", "y: [m], w: [q]}", "layers.Quadratic.shapes.w: q is neither an axis nor a size that is declared"),
        ("{A: [m, n, n]", "{A: [m, n, N]", "layers.Quadratic.shapes.A: N is neither an axis nor a size"),
    ],
)
def test_names_that_nothing_declares(good: str, bad: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(HomeworkError, match=re.escape(message)):
        load_definitions(Path(written(tmp_path, "mine.yaml", YAML.replace(good, bad))))


LOSSES = """
title: Objectives
losses:
  Margin: {equations: "l = max(0, 1 - t*s)", axes: [], prediction: s, target: t}
  Quartic:
    equations: "E = beta*(sum[k] (o[k] - t[k])^4)"
    prediction: o
    target: t
    constants: [beta]
layers:
  Score: {axes: [n], shapes: {w: [n], y: []}, parameters: [w], equations: "y = sum[i] w[i]*z[i]"}
networks:
  svm: {layers: "x:n -> Score -> s", loss: "Margin + lambda*L2(w1)", batch: N, reduction: sum}
  heads:
    layers: "x:n -> Linear(d) -> Tanh -> h; h -> Linear(K) -> o; h -> Linear(n) -> r"
    loss: "SoftmaxCrossEntropy(o, t) + beta/2*MSE(r, x) + Quartic(h, q, beta=2)"
questions:
  - id: "1"
    title: Objectives
    parts:
      - {id: 1a, question: "Derive.", answer: [{kind: gradients, network: svm}]}
      - {id: 1b, question: "Derive.", answer: [{kind: gradients, network: heads, of: [W1, W2, b3]}]}
      - {id: 1c, question: "Derive.", answer: [{kind: forward_table, network: heads}]}
      - {id: 1d, question: "Derive.", answer: [{kind: loss, loss: Quartic}]}
"""


def test_losses_of_a_homework_are_derived_read_back_and_checked(tmp_path: Path) -> None:
    file = written(tmp_path, "losses.yaml", LOSSES)
    result = CliRunner().invoke(application, ["verify", file])
    assert result.exit_code == 0, result.output
    assert "none failed" in result.output
    built = CliRunner().invoke(application, ["build", file, "--out", str(tmp_path / "out"), "--format", "tex"])
    assert built.exit_code == 0, built.output
    key = (tmp_path / "out" / "key.tex").read_text(encoding="utf-8")
    assert r"2\lambda \, \bm{w}_1 - \bm{x}^{\top}" in key


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("Margin + lambda*L2(w2)", "svm: L2 reads w2, which is not in this network; did you mean w1"),
        ("Margn", "svm: there is no loss Margn; did you mean Margin"),
    ],
)
def test_a_wrong_objective_is_said_with_its_network(tmp_path: Path, wrong: str, message: str) -> None:
    file = written(tmp_path, "wrong.yaml", LOSSES.replace("Margin + lambda*L2(w1)", wrong))
    result = CliRunner().invoke(application, ["verify", file])
    assert result.exit_code == 2
    assert message in result.output
