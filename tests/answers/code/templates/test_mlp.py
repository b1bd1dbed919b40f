"""The files of a programming part: they parse, read well, and the example test tells right from wrong."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
from pathlib import Path
from typing import Any

import pytest

from answers.code.templates.mlp import Mlp
from derive.errors import NetworkError
from numeric.source import SourceError
from tests.answers.code.samples import the_file
from tests.forked import run_python

TORCH = importlib.util.find_spec("torch") is not None
NEEDS_TORCH = pytest.mark.skipif(not TORCH, reason="PyTorch is not installed: the example test for it is not run")

ALL = (
    Mlp(),
    Mlp(library="numpy"),
    Mlp(losses={"mse_loss": "1/2*MSE"}),
    Mlp(losses={"mse_loss": "MSE", "bce_loss": "BCE"}, reduction="sum", example=("relu", "sigmoid", "bce_loss")),
    Mlp(
        activations={"relu": "5*ReLU", "tanh": "Tanh", "soft": "Softplus"},
        losses={"loss": "L1(mean)"},
        example=("relu", "tanh", "loss"),
    ),
)


def sources(options: Mlp) -> dict[str, str]:
    return {"solution": the_file(options).solution, **the_file(options).handouts}


@pytest.mark.parametrize("options", ALL)
def test_files_parse_and_keep_to_the_width_of_a_page(options: Mlp) -> None:
    for name, source in sources(options).items():
        ast.parse(source)
        assert max(map(len, source.splitlines())) <= 79, name
        assert source.endswith("\n")
        assert not source.endswith("\n\n")
        assert "\n\n\n\n" not in source
        assert not any(line != line.rstrip() for line in source.splitlines()), name
        assert source.isascii()


@pytest.mark.parametrize("options", ALL)
def test_the_skeleton_has_the_solution_s_names_and_arguments_and_none_of_its_lines(options: Mlp) -> None:
    solution, skeleton = the_file(options).solution, the_file(options).handouts["mlp.py"]
    assert signatures(skeleton) == signatures(solution)
    for line in ("dJdz3.T @ z2", "W1.T", "dJdz3 @ W2", "(1 - y)", "loss ="):
        assert line not in skeleton
    assert skeleton.count("raise NotImplementedError(") == 4 + len(options.losses)
    assert "NotImplementedError" not in solution


def signatures(source: str) -> list[str]:
    found: list[Any] = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return [f"{node.name}({ast.unparse(node.args)})" for node in found]


def test_the_lines_of_the_reference_solution() -> None:
    solution = the_file(Mlp()).solution
    for line in (
        "z1 = x @ W1.T + b1",
        "z2 = activation(self.f_function, z1)",
        "z3 = z2 @ W2.T + b2",
        'self.grads["dJdW2"] = dJdz3.T @ z2',
        'self.grads["dJdb2"] = dJdz3.sum(dim=0)',
        "dJdz2 = dJdz3 @ W2",
        "# dJ/dW1[i,j] = sum_b dJ/dz1[b,i] x[b,j]",
        "return dJdy * (z > 0)",
        "return dJdy * y * (1 - y)",
        "loss = ((y_hat - y) ** 2).mean()",
        "dJdy_hat = 2 * (y_hat - y) / (B * K)",
        "J = (1/B) sum_b (1/K) sum_i (y_hat[b,i] - y[b,i])^2",
        "It is averaged over the batch and the outputs.",
    ):
        assert f"    {line}\n" in solution, line


def test_the_docstring_states_the_reduction() -> None:
    assert (
        "averaged over the batch and summed over the outputs" in the_file(Mlp(losses={"mse_loss": "1/2*MSE"})).solution
    )
    summed = the_file(Mlp(losses={"mse_loss": "MSE"}, reduction="sum")).handouts["mlp.py"]
    assert "It is summed over the batch and the outputs." in summed
    assert "do not divide by" not in summed


def test_helpers_are_written_only_where_they_are_used() -> None:
    assert "def safe_log" in the_file(Mlp()).solution
    assert "safe_" not in the_file(Mlp(losses={"mse_loss": "MSE"})).solution


def test_an_activation_or_loss_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(NetworkError, match="did you mean Sigmoid"):
        the_file(Mlp(activations={"relu": "Sigmoyd"}, example=("relu", "relu", "mse_loss")))
    with pytest.raises(NetworkError, match="did you mean BCE"):
        the_file(Mlp(losses={"mse_loss": "BEC"}))
    with pytest.raises(SourceError, match="erf has no source for numpy"):
        the_file(Mlp(library="numpy", activations={"gelu": "GELU"}, example=("gelu", "gelu", "mse_loss")))


def run_example(folder: Path, options: Mlp, source: str) -> subprocess.CompletedProcess[str]:
    (folder / "mlp.py").write_text(source, encoding="utf-8")
    (folder / "test_mlp.py").write_text(the_file(options).handouts["test_mlp.py"], encoding="utf-8")
    return run_python(folder, "test_mlp.py")


EXAMPLES = [pytest.param(options, marks=[NEEDS_TORCH] if options.library == "torch" else []) for options in ALL]


@pytest.mark.parametrize("options", EXAMPLES)
def test_the_example_test_passes_with_the_solution(options: Mlp, tmp_path: Path) -> None:
    done = run_example(tmp_path, options, the_file(options).solution)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "The example test has passed.\n"


@pytest.mark.parametrize(
    ("options", "right", "wrong"),
    [
        pytest.param(ALL[0], "dJdz2 = dJdz3 @ W2", "dJdz2 = -dJdz3 @ W2", marks=NEEDS_TORCH),
        (ALL[1], "dJdz2 = dJdz3 @ W2", "dJdz2 = -dJdz3 @ W2"),
        (ALL[1], "z1 = x @ W1.T + b1", "z1 = x @ W1.T"),
        (ALL[1], ").mean()", ").sum()"),
    ],
)
def test_the_example_test_fails_with_an_error(options: Mlp, right: str, wrong: str, tmp_path: Path) -> None:
    source = the_file(options).solution
    assert right in source
    done = run_example(tmp_path, options, source.replace(right, wrong))
    assert done.returncode != 0


def test_the_example_test_fails_with_the_skeleton(tmp_path: Path) -> None:
    options = Mlp(library="numpy")
    done = run_example(tmp_path, options, the_file(options).handouts["mlp.py"])
    assert done.returncode != 0
    assert "NotImplementedError: forward" in done.stderr
