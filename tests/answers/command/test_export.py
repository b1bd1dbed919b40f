from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

from answers.homework.bundled import bundled_files
from answers.homework.load import load
from tests.answers.command.runner import HOMEWORK, run

NETWORK = "x:n -> Linear(d) -> ReLU -> Linear(K)"

OWN = """\
layers:
  Shift:
    equations: y[i] = z[i] + shift[i]
    axes: [n]
    shapes: {shift: [n]}
    parameters: [shift]
activations:
  OwnMish: {formula: z*tanh(log(1 + exp(z)))}
"""


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
def test_a_network_is_printed_and_written(target: str, tmp_path: Path) -> None:
    printed = run("export", NETWORK, "--loss", "MSE", "--target", target)
    assert printed.code == 0
    ast.parse(printed.out)
    file = tmp_path / "file.py"
    assert run("export", NETWORK, "--loss", "MSE", "--target", target, "--output", file).out.strip() == str(file)
    assert file.read_text(encoding="utf-8") == printed.out


def test_an_exported_file_runs_without_gradsheet(tmp_path: Path) -> None:
    run("export", "LayerNorm", "--output", tmp_path / "layernorm.py")
    program = (
        "import numpy, layernorm\n"
        "made = layernorm.LayerNorm({'weight': numpy.ones(3), 'bias': numpy.zeros(3), 'eps': 0.0})\n"
        "print(made.forward(numpy.array([[1.0, 2.0, 3.0]])).round(3), made.backward(numpy.ones((1, 3)))['bias'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path = {_paths()!r} + sys.path\n{program}"],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == ["[[-1.225", "0.", "1.225]]", "[1.", "1.", "1.]"]


def _paths() -> list[str]:
    """Where NumPy is."""
    return ["", str(Path(numpy.__file__).parents[1])]


def test_own_layers_are_exported_from_their_file(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN, encoding="utf-8")
    run("export", str(own), "--target", "torch").refused("shift.py, ownmish.py", "--output FOLDER")
    outcome = run("export", str(own), "--target", "torch", "--output", tmp_path / "out")
    assert outcome.out.split() == [str(tmp_path / "out" / name) for name in ("shift.py", "ownmish.py")]
    torch = pytest.importorskip("torch")
    for name, size in (("Shift", [4]), ("OwnMish", [])):
        namespace: dict[str, Any] = {}
        exec((tmp_path / "out" / f"{name.lower()}.py").read_text(encoding="utf-8"), namespace)
        module = namespace[name](*size).double()
        assert torch.autograd.gradcheck(module, torch.randn(3, 4, dtype=torch.float64, requires_grad=True))
    used = run("export", "x:n -> Linear(d) -> OwnMish", "--using", own, "--target", "jax")
    assert "OwnMish" in used.out


def test_an_own_layer_from_a_python_file_is_printed(tmp_path: Path) -> None:
    own = tmp_path / "cube.py"
    own.write_text(
        "from derive import LayerDefinition\n\n"
        'cube = LayerDefinition(name="Cube", equations="y[i] = a[i]*z[i]^3", axes=("n",), shapes={"a": ("n",)}, '
        'parameters={"a": "a"})\n',
        encoding="utf-8",
    )
    namespace: dict[str, Any] = {}
    exec(run("export", own).out, namespace)
    made = namespace["Cube"]({"a": numpy.array([2.0])})
    assert made.forward(numpy.array([[3.0]])) == 54
    gradients = made.backward(numpy.ones((1, 1)))
    assert (gradients["z"], gradients["a"]) == (54, 27)


def test_the_reference_solutions_of_every_programming_part(tmp_path: Path) -> None:
    for homework in sorted(bundled_files()):
        parts = load(homework).homework.parts()
        kinds = {item.kind for part in parts for item in part.answer}
        if "code" in kinds:
            files = [Path(line) for line in run("export", homework, "--output", tmp_path / homework).out.split()]
            assert files, homework
            for file in files:
                assert file.suffix != ".py" or ast.parse(file.read_text(encoding="utf-8")).body


def test_the_reference_solutions_of_a_homework(tmp_path: Path) -> None:
    outcome = run("export", "nyu-2020", "--output", tmp_path)
    assert outcome.out.split() == [str(tmp_path / "solution" / "mlp.py")]
    assert "class MLP" in (tmp_path / "solution" / "mlp.py").read_text(encoding="utf-8")


def test_the_networks_of_a_homework(tmp_path: Path) -> None:
    outcome = run("export", "nyu-2020", "--target", "numpy", "--output", tmp_path)
    names = [f"{name}.py" for name in load("nyu-2020").homework.networks]
    assert outcome.out.split() == [str(tmp_path / name) for name in names]
    for name in names:
        ast.parse((tmp_path / name).read_text(encoding="utf-8"))


def test_a_homework_without_a_programming_part(tmp_path: Path) -> None:
    file = tmp_path / "hw.yaml"
    file.write_text(HOMEWORK, encoding="utf-8")
    run("export", file).refused("no programming part", "--target")
    assert run("export", file, "--target", "jax", "--output", tmp_path).out.split() == [str(tmp_path / "regression.py")]


def test_bad_input() -> None:
    run("export", "nyu-2002").refused("no bundled homework nyu-2002", "nyu-2020")
    run("export", "LayerNrom").refused("LayerNorm")
    run("export", "x:n -> Linear(d) -> f", "--loss", "MSE").refused("no generated code", "the function f")
    run("export", NETWORK, "--target", "pytorch").refused("pytorch")
    run("export", NETWORK, "--loss", "MSQ").refused("MSQ", "MSE")
