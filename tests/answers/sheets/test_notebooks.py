"""The notebooks of bundled homeworks: valid, with cells to fill, and solutions that a kernel runs to their output."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from answers.homework.context import HomeworkContext
from answers.homework.load import load
from answers.sheets.answer_files import answer_files
from answers.sheets.notebooks import notebook_files
from answers.trainings.trainer import Trainer


def written(name: str, *, solved: bool, trainer: Trainer | None = None) -> Any:
    homework = load(name).homework
    ((path, text),) = notebook_files(homework, HomeworkContext(homework, trainer=trainer), solved=solved)
    assert path.endswith(".ipynb")
    found = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(found)
    return found


def source_of(found: Any) -> str:
    return "\n".join(cell.source for cell in found.cells)


@pytest.mark.parametrize("name", ["umich-2020", "hw4-basics"])
def test_a_handout_has_cells_to_fill(name: str) -> None:
    found = written(name, solved=False)
    assert source_of(found).count("raise NotImplementedError") >= 6
    assert all(not cell.get("outputs") for cell in found.cells)
    assert "Student number:" in found.cells[0].source


def test_the_handout_asks_for_all_that_the_sheet_asks() -> None:
    source = source_of(written("umich-2020", solved=False))
    for said in ("### 4.2a", "def softmax_backward", "class SoftmaxClassifier", "learning_rate = ...", "# Plot the"):
        assert said in source
    assert "from layers import" not in source
    assert "dscores" not in source


def test_a_solution_without_training_has_no_outputs() -> None:
    found = written("hw4-basics", solved=True, trainer=Trainer(allowed=False))
    assert "NotImplementedError" not in source_of(found)


def printed_by(found: Any) -> list[str]:
    """What each cell prints that prints something."""
    outputs = (cell.get("outputs", ()) for cell in found.cells)
    texts = ("".join(one.text for one in many if one.output_type == "stream") for many in outputs)
    return [text for text in texts if text]


def test_the_solution_is_run_by_a_kernel_to_the_same_output() -> None:
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    found = written("umich-2020", solved=True)
    told = printed_by(found)
    assert any("accuracy on the test samples: 9" in text for text in told)
    for cell in found.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client.NotebookClient(found, timeout=300, kernel_name="python3").execute()
    assert printed_by(found) == told
    assert any(output.output_type == "display_data" for cell in found.cells for output in cell.get("outputs", ()))


def test_the_notebook_to_answer_in_is_valid_and_knows_its_formulas() -> None:
    homework = load("nyu-2020").homework
    text = dict(answer_files(homework, HomeworkContext(homework)))["answers.ipynb"]
    found = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(found)
    asked = [cell.metadata["gradsheet"] for cell in found.cells if "gradsheet" in cell.metadata]
    assert {"part": "1.1c", "quantity": "dl/dW1"} in asked
