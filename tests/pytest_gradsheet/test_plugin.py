"""The plugin in a run of pytest of its own: the seed of the run, and the section of a failure."""

from __future__ import annotations

import shlex
import subprocess
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from numeric import assert_gradients
from numeric.arrays.axes import Array
from numeric.checks.seeding import SEED
from tests.forked import run_python

ROOT = Path(__file__).parents[2]

SOURCE = """
import numpy
from gradsheet import assert_gradients, network
from numeric.checks.seeding import seed_of


def backward(x, y, W1, b1):
    error = x @ W1.T + b1 - y
    return {"W1": 2 * error.T @ x / len(x), "b1": error.sum(axis=0) / len(x)}


def test_network():
    assert_gradients(backward, network("x:n -> Linear(K)", loss="MSE", batch="B"))


def test_text():
    assert_gradients(lambda z, dy: dy * numpy.tanh(z), "Tanh")


def test_seed(gradsheet_seed):
    assert seed_of(None) == gradsheet_seed == 7
    assert seed_of(3) == 3
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_own.py").write_text(SOURCE, encoding="utf-8")
    # Where the package is installed its entry point brings the plugin, which cannot be there twice.
    installed = any(entry.value == "pytest_gradsheet" for entry in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "pytest_gradsheet")
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, "test_own.py", *options)
    return run_python(folder, *words, path=[ROOT])


def section(shown: str, start: str) -> list[str]:
    """The lines of the section that begins with a line."""
    lines = shown.splitlines()
    place = lines.index(start)
    return lines[place : place + 1 + next(k for k, line in enumerate(lines[place:]) if line.startswith("$ "))]


def test_a_failure_has_a_table_and_the_formula_that_the_command_prints(tmp_path: Path) -> None:
    from answers.command.application import application

    ran = run(tmp_path, "--gradsheet-seed", "7")
    assert "2 failed, 1 passed" in ran.stdout, ran.stdout
    for start in ("the gradient of b1:", "the gradient of z:"):
        shown = section(ran.stdout, start)
        assert [len(line) for line in shown[1:3]] == [len(shown[1])] * 2
        assert shown[1].split() == ["element", "found", "expected", "found/expected"]
        assert "elements are right" in shown[-4] + shown[-3]
        formula, command = shown[-2].strip(), shown[-1].removeprefix("$ python -m gradsheet ")
        printed = CliRunner().invoke(application, shlex.split(command))
        assert printed.output.splitlines()[0] == formula
    assert "in assert_gradients" not in ran.stdout


def test_the_package_brings_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["entry-points"]["pytest11"] == {"gradsheet": "pytest_gradsheet"}
    assert "pytest_gradsheet" in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def test_the_seed_of_the_run_is_that_of_points() -> None:
    token = SEED.set(5)
    seen: list[Array] = []

    def keeping(z: Array, dy: Array) -> Array:
        seen.append(z)
        return dy

    try:
        assert_gradients(keeping, "Identity", points=1)
        assert_gradients(keeping, "Identity", points=1, seed=0)
    finally:
        SEED.reset(token)
    assert not np.array_equal(seen[0], seen[len(seen) // 2])
