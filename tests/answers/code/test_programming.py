from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import pytest

from answers.latex.code import code_lines
from answers.latex.sheet import Code, Text
from tests.answers.sample import all_pass, answered, homework, last, refused, verdicts
from tests.forked import run_python

ITEM = {"kind": "code", "template": "mlp", "library": "numpy"}

needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="the file imports PyTorch")


def run_example_test(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the example test as a student would, beside the file."""
    return run_python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mlp.py")


def lay_out(folder: Path, library: str) -> tuple[str, str]:
    """Write the handout into a folder; the skeleton and the solution."""
    context, part = last(homework([{**ITEM, "library": library}]))
    handout = {Path(name).name: text for name, text in context.handout(part)}
    for name, text in handout.items():
        (folder / name).write_text(text, encoding="utf-8")
    (answer,) = context.answered(part)
    ((path, solution),) = answer.files
    assert path == "solution/mlp.py"
    return handout["mlp.py"], solution


def test_the_answer_prints_the_solution_and_checks_every_quantity() -> None:
    answer = answered(ITEM)
    (listing,) = [block for block in answer.blocks if isinstance(block, Code)]
    solution = code_lines(answer.files[0][1])
    printed = [(line, number) for line, number in zip(listing.lines, listing.numbers, strict=True) if number]
    assert all(solution[int(number) - 1] == line for line, number in printed)
    assert any("backward" in line.latex for line, _ in printed)
    assert [claim.quantity.split()[0] for claim in answer.claims] == [
        "y_hat", "loss", "dJdy_hat", "dJdW1", "dJdb1", "dJdW2", "dJdb2",
    ]  # fmt: skip
    assert all_pass(answer)


def test_a_check_that_was_begun_gives_the_same() -> None:
    one, other = answered(ITEM), answered(ITEM)
    for claim in other.claims:
        assert claim.begin is not None
        claim.begin()
    assert verdicts(one) == verdicts(other)


@pytest.mark.parametrize("library", ["numpy", pytest.param("torch", marks=needs_torch)])
def test_the_skeleton_fails_the_example_test_and_the_solution_passes(library: str, tmp_path: Path) -> None:
    skeleton, solution = lay_out(tmp_path, library)
    assert skeleton != solution
    failed = run_example_test(tmp_path)
    assert failed.returncode == 1, failed.stdout + failed.stderr
    assert "NotImplementedError" in failed.stdout
    (tmp_path / "mlp.py").write_text(solution, encoding="utf-8")
    passed = run_example_test(tmp_path)
    assert passed.returncode == 0, passed.stdout + passed.stderr


def test_a_file_whose_library_is_not_installed_is_said_to_be_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "keras" else found(name, *more)
    )
    answer = answered({"kind": "code", "template": "training", "libraries": ["numpy", "keras"]})
    text = answer.blocks[0]
    assert isinstance(text, Text)
    said = text.latex.replace(r"\allowbreak{}", "")
    assert r"\emph{Not checked}: \texttt{classification\_keras.py}, since \texttt{keras} is not installed." in said
    assert [block.title for block in answer.blocks if isinstance(block, Code)] == [
        r"classification\_numpy.py",
        r"What \texttt{classification\_numpy.py} prints",
    ]
    outcomes = {claim.quantity: claim.check() for claim in answer.claims}
    untried = {name: verdict for name, verdict in outcomes.items() if verdict.unchecked}
    assert len(untried) == 3
    assert all(name.endswith("classification_keras.py") for name in untried)
    assert all(
        verdict.points == 0 and verdict.note == "not checked: keras is not installed" for verdict in untried.values()
    )
    assert all(verdict.ok and verdict.points for name, verdict in outcomes.items() if name not in untried)


def test_wrong_options() -> None:
    refused({**ITEM, "losses": {"mse_loss": "Hinj"}}, saying="part 1a, code")
    refused({**ITEM, "activations": {"relu": "RELUU", "identity": "Identity"}}, saying="part 1a, code")
