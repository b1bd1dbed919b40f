"""Errors planted in the reference solution, as students make them, are all caught."""

from __future__ import annotations

import pytest

from answers.code import CodeReport
from answers.code.templates.mlp import Mlp
from tests.answers.code.samples import checked, the_file

OPTIONS = Mlp()
SOLUTION = the_file(OPTIONS).solution

PLANTED = {
    "operands swapped for a transpose": ('["dJdW2"] = dJdz3.T @ z2', '["dJdW2"] = z2.T @ dJdz3'),
    "weight transposed": ("dJdz2 = dJdz3 @ W2", "dJdz2 = dJdz3 @ W2.T"),
    "relu without its mask": ("return dJdy * (z > 0)", "return dJdy"),
    "relu the wrong way round": ("return z * (z > 0)", "return z * (z < 0)"),
    "mask of the output's gradient": ("return dJdy * (z > 0)", "return dJdy * (dJdy > 0)"),
    "half of sigma's slope": ("dJdy * y * (1 - y)", "dJdy * (1 - y)"),
    "sigma's slope at z": ("dJdy * y * (1 - y)", "dJdy * z * (1 - z)"),
    "factor 2 lost": ("dJdy_hat = 2 * (y_hat - y)", "dJdy_hat = (y_hat - y)"),
    "sum for mean in the gradient": ("2 * (y_hat - y) / (B * K)", "2 * (y_hat - y)"),
    "mean over the batch alone": ("2 * (y_hat - y) / (B * K)", "2 * (y_hat - y) / B"),
    "sum for mean in the loss": ("((y_hat - y) ** 2).mean()", "((y_hat - y) ** 2).sum()"),
    "sign of the gradient": ("dJdy_hat = (y_hat - y) / safe", "dJdy_hat = (y - y_hat) / safe"),
    "sign of the loss": ("loss = -((1 - y)", "loss = ((1 - y)"),
    "no gradient of a bias": ('self.grads["dJdb1"] = dJdz1.sum(dim=0)', "pass"),
    "bias summed over the wrong axis": ('["dJdb1"] = dJdz1.sum(dim=0)', '["dJdb1"] = dJdz1.sum(dim=1)'),
    "bias averaged": ('["dJdb1"] = dJdz1.sum(dim=0)', '["dJdb1"] = dJdz1.mean(dim=0)'),
    "gradient overwritten by the loss": ("return loss, dJdy_hat", "return loss, loss"),
    "gradient of one parameter under another's name": ('self.grads["dJdb2"]', 'self.grads["dJdb1"]'),
    "slope of g left out": ("dJdz3 = activation_backward(self.g_function, dJdy_hat, z3, y_hat)", "dJdz3 = dJdy_hat"),
    "f for g": ("activation_backward(self.g_function", "activation_backward(self.f_function"),
    "bias left out": ("z1 = x @ W1.T + b1", "z1 = x @ W1.T"),
    "no activation at the output": ("y_hat = activation(self.g_function, z3)", "y_hat = z3"),
    "divided by the batch size again": ('["dJdW1"] = dJdz1.T @ x', '["dJdW1"] = dJdz1.T @ x / len(x)'),
    "overflow": ("e = torch.exp(-torch.abs(z))", "e = torch.exp(z - torch.abs(z)) / torch.exp(z)"),
    "infinite loss": ("torch.log(p).clamp(min=-100)", "torch.log(p)"),
    "division by 0": ("return p.clamp(min=1e-12)", "return p"),
}  # fmt: skip


def sequence_ok(report: CodeReport) -> bool:
    """Whether what the course tests is right, whatever the pieces are."""
    inside = [check for check in report.checks if check.run == "sequence"]
    return not report.problem and bool(inside) and all(check.ok for check in inside)


def test_the_solution_itself_passes() -> None:
    report = checked(SOLUTION, OPTIONS, shapes=2, stand_in=True)
    assert report.ok, report
    assert report.worst < 1e-10


@pytest.mark.parametrize("name", PLANTED)
def test_planted_errors_are_caught(name: str) -> None:
    right, wrong = PLANTED[name]
    assert SOLUTION.count(right) >= 1, "the text to replace is not in the solution"
    report = checked(SOLUTION.replace(right, wrong), OPTIONS, shapes=2, stand_in=True)
    assert not report.ok
    assert not report.problem
    # What does not depend on the planted line still passes: a check that always fails would show nothing.
    assert len(report.failures) < len(report.checks)


def test_the_report_begins_with_what_the_course_tests() -> None:
    report = checked(SOLUTION.replace("z1 = x @ W1.T + b1", "z1 = x @ W1.T"), OPTIONS, shapes=1, stand_in=True)
    runs = [check.run for check in report.checks]
    assert runs == sorted(runs, key=lambda run: run != "sequence")
    assert not sequence_ok(report)


def test_a_slip_in_one_gradient_is_found_in_that_gradient_alone() -> None:
    report = checked(
        SOLUTION.replace('["dJdb1"] = dJdz1.sum(dim=0)', '["dJdb1"] = -dJdz1.sum(dim=0)'),
        OPTIONS,
        shapes=2,
        stand_in=True,
    )
    assert {check.what.split(",")[0] for check in report.failures} == {"dJdb1"}


def test_an_error_that_shows_only_with_one_activation_is_found_there() -> None:
    report = checked(SOLUTION.replace('if name == "identity":', 'if name == "none":'), OPTIONS, shapes=2, stand_in=True)
    assert report.failures
    assert all("identity" in check.what for check in report.failures)
    assert "unknown activation 'identity'" in report.failures[0].note


def test_dividing_in_backward_instead_of_the_loss_is_right_in_sequence_only() -> None:
    source = SOLUTION
    for gradient in ("dJdz3.T @ z2", "dJdz3.sum(dim=0)", "dJdz1.T @ x", "dJdz1.sum(dim=0)"):
        source = source.replace(f"= {gradient}", f"= {gradient} / len(x)")
    source = source.replace("/ (B * K)", "/ K")
    report = checked(source, OPTIONS, shapes=2, stand_in=True)
    wrong = {(check.run, check.what.split(",")[0]) for check in report.failures}
    assert sequence_ok(report)
    assert not report.ok
    assert {run for run, _ in wrong} == {"loss", "backward"}
    assert {name for run, name in wrong if run == "loss"} == {"dJdy_hat"}


SUCCESSOR = Mlp(
    library="numpy",
    activations={"relu": "5*ReLU", "tanh": "Tanh", "sigmoid": "Sigmoid", "identity": "Identity"},
    losses={"mse_loss": "MSE", "bce_loss": "BCE(mean)"},
)


@pytest.mark.parametrize(
    ("right", "wrong", "where"),
    [
        ("return 5 * dJdy * (z > 0)", "return dJdy * (z > 0)", "relu"),
        ("return 5 * z * (z > 0)", "return z * (z > 0)", "relu"),
        ("return dJdy * (1 - y**2)", "return dJdy * (1 + y**2)", "tanh"),
        ("dJdy_hat = 2 * (y_hat - y) / B", "dJdy_hat = (y_hat - y) / B", "mse_loss"),
        ("dJdy_hat = 2 * (y_hat - y) / B", "dJdy_hat = 2 * (y_hat - y) / y.size", "mse_loss"),
        ("loss = ((y_hat - y) ** 2).sum() / B", "loss = ((y_hat - y) ** 2).mean()", "mse_loss"),
    ],
)
def test_the_factors_of_another_homework_are_watched(right: str, wrong: str, where: str) -> None:
    source = the_file(SUCCESSOR).solution
    assert source.count(right) == 1, "the text to replace is not in the solution once"
    report = checked(source.replace(right, wrong), SUCCESSOR, shapes=2)
    assert report.failures
    assert all(where in check.what for check in report.failures)
