"""Files that do not run are said to be so, and the report says what they ran with."""

from __future__ import annotations

import importlib.util
import re

import numpy
import pytest
from pydantic import ValidationError

from answers.code.templates.mlp import Mlp
from answers.code.templates.mlp.cases import PARAMETERS, cases
from answers.code.templates.mlp.options import BATCH, NETWORK
from derive.network import network
from numeric.measuring.differences import jacobian_by_differences
from tests.answers.code.samples import checked, the_file

TORCH = importlib.util.find_spec("torch") is not None
NUMPY = Mlp(library="numpy")
WIDE = Mlp(
    library="numpy",
    activations={"relu": "5*ReLU", "tanh": "Tanh", "leaky": "LeakyReLU(0.1)", "sigmoid": "Sigmoid"},
    losses={"mse_loss": "1/2*MSE", "bce_loss": "BCE", "l1_loss": "L1(mean)"},
    example=("relu", "sigmoid", "bce_loss"),
)


SUCCESSOR = Mlp(
    library="numpy",
    activations={"relu": "5*ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "identity": "Identity"},
    losses={"mse_loss": "MSE", "bce_loss": "BCE(mean)"},
)
"""A loss that sums over the outputs beside one that averages over them."""


@pytest.mark.parametrize("options", [NUMPY, WIDE, SUCCESSOR, Mlp(library="numpy", reduction="sum")])
def test_solutions_for_numpy_pass(options: Mlp) -> None:
    report = checked(the_file(options).solution, options)
    assert report.ok, report.failures[:3]
    assert report.how.startswith("NumPy")
    pairs = len(options.activations) ** 2
    in_sequence = [check for check in report.checks if check.run == "sequence"]
    assert len(in_sequence) == pairs * len(options.losses) * 6
    assert all(check.points == 3 for check in in_sequence)


@pytest.mark.skipif(not TORCH, reason="PyTorch is not installed: the solution is checked with NumPy in its place only")
def test_the_solution_for_torch_passes_with_torch() -> None:
    report = checked(the_file(Mlp()).solution, Mlp())
    assert report.ok, report.failures[:3]
    assert report.how.startswith("PyTorch")


def test_without_torch_numpy_takes_its_place_and_the_report_says_so() -> None:
    report = checked(the_file(Mlp()).solution, Mlp(), stand_in=True, shapes=1)
    assert report.ok
    assert "in the place of PyTorch" in report.how


@pytest.mark.parametrize("library", ["torch", "numpy"])
def test_the_skeleton_fails_and_the_notes_say_what_is_to_be_written(library: str) -> None:
    options = Mlp(library="torch" if library == "torch" else "numpy")
    report = checked(the_file(options).handouts["mlp.py"], options, shapes=1, stand_in=True)
    assert not report.ok
    assert not report.problem
    assert all(check.note.startswith("NotImplementedError") for check in report.checks)
    assert all(not check.ok for check in report.checks)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("def broken(:", "SyntaxError: invalid syntax"),
        ("import numpy\nraise RuntimeError('no')", r"RuntimeError: no \(line 2 of mlp.py\)"),
        ("import sys\nsys.exit(3)", r"SystemExit: 3 \(line 2 of mlp.py\)"),
        ("import os\nos._exit(3)", "ended Python with code 3"),
        ("import nothing_of_the_kind", "ModuleNotFoundError: No module named 'nothing_of_the_kind'"),
    ],
)
def test_files_that_cannot_be_run_are_said_to_be_so(source: str, problem: str) -> None:
    report = checked(source, NUMPY, shapes=1)
    assert not report.ok
    assert not report.checks
    assert re.search(problem, report.problem)


def test_a_file_that_does_not_end_is_stopped() -> None:
    report = checked("import time\ntime.sleep(60)", NUMPY, shapes=1, seconds=1)
    assert report.problem == "the file did not finish within 1 seconds"


def test_a_file_without_the_class_fails_with_its_name() -> None:
    report = checked("def mse_loss(y, y_hat): return 0, y", NUMPY, shapes=1)
    assert not report.ok
    assert any("no attribute 'MLP'" in check.note for check in report.checks)


def test_a_gradient_of_another_shape_is_named() -> None:
    source = the_file(NUMPY).solution.replace("dJdz1.sum(axis=0)", "dJdz1.sum(axis=0, keepdims=True)")
    report = checked(source, NUMPY, shapes=1)
    assert {check.what.split(",")[0] for check in report.failures} == {"dJdb1"}
    assert all("dJdb1 has shape (1, " in check.note for check in report.failures)


def test_a_missing_gradient_is_named() -> None:
    source = the_file(NUMPY).solution.replace('self.grads["dJdb1"] =', 'del self.grads["dJdb1"]; _ =')
    report = checked(source, NUMPY, shapes=1)
    assert any("grads holds no dJdb1" in check.note for check in report.failures)


def test_the_expected_gradients_are_central_differences_too() -> None:
    for case in cases(Mlp(), seed=1, shapes=2):
        if case.run != "sequence":
            continue
        layers, losses = Mlp().activations, Mlp().losses
        f, g, loss = (case.settings[name] for name in ("f", "g", "loss"))
        model = network(
            NETWORK.format(f=layers[f], g=layers[g]),
            losses[loss],
            batch=BATCH,
        ).forward
        for name in PARAMETERS:
            coarse = jacobian_by_differences(model, case.given, "l", name, method="central")
            scale = max(float(numpy.abs(coarse).max()), 1e-2)
            assert float(numpy.abs(coarse - case.expected[f"dJd{name}"]).max()) < 1e-4 * scale


def test_the_example_must_use_what_is_defined() -> None:
    with pytest.raises(ValidationError, match=r"the example uses tanh, which is not defined"):
        Mlp(example=("tanh", "identity", "mse_loss"))
    with pytest.raises(ValidationError, match=r"'mse loss' cannot be the name of a function"):
        Mlp(losses={"mse loss": "MSE"}, example=("relu", "relu", "mse loss"))
    with pytest.raises(ValidationError, match=r"a loss cannot be called activation"):
        Mlp(losses={"activation": "MSE"}, example=("relu", "relu", "activation"))
