from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from answers.errors import HomeworkContentError
from answers.homework.beside import Beside
from answers.homework.model import Homework
from answers.pdf import Engine, available_engines
from answers.sheets.build import build
from tests.answers.sample import WITHIN, homework

GRADIENTS = {"kind": "gradients", "network": "regression", "of": ["b2", "W2"], "within": WITHIN}
ELEMENTS = {"kind": "elements", "network": "regression", "of": ["dz2/dz1"]}
CODE = {"kind": "code", "template": "mlp", "library": "numpy"}
WRONG = {"kind": "gradients", "network": "none"}


@pytest.fixture(scope="module")
def sample() -> Homework:
    return homework([GRADIENTS], [ELEMENTS])


ANSWERS = ("answers.tex", "answers.md", "answers.ipynb")


def key(sample: Homework, folder: Path, **options: Any) -> str:
    file, _ = build(sample, folder, only="key", format="tex", **options).files
    return file.read_text(encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_returned_is_what_is_written(sample: Homework, tmp_path: Path) -> None:
    files = build(sample, tmp_path / "new" / "folder", format="tex").files
    assert [file.name for file in files] == ["questions.tex", "key.tex", *ANSWERS, "certificate.json"]
    assert set(contents(tmp_path)) == {str(file.relative_to(tmp_path)) for file in files}


def test_the_same_homework_gives_the_same_bytes(sample: Homework, tmp_path: Path) -> None:
    for name in ("one", "two"):
        build(sample, tmp_path / name, format="tex")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_handouts_go_with_the_questions_and_solutions_with_the_key(tmp_path: Path) -> None:
    programming = homework([CODE])
    build(programming, tmp_path / "q", only="questions", format="tex")
    build(programming, tmp_path / "k", only="key", format="tex")
    assert set(contents(tmp_path / "q")) == {"questions.tex", "handout/mlp.py", "handout/test_mlp.py"}
    assert set(contents(tmp_path / "k")) == {"key.tex", "certificate.json", "solution/mlp.py"}


def test_options_reach_the_key(sample: Homework, tmp_path: Path) -> None:
    plain = key(sample, tmp_path)
    assert r"\begin{steps}" in plain
    assert r"\begin{steps}" not in key(sample, tmp_path, steps=False)
    assert plain == key(sample, tmp_path, layout="gradient", index_base=1)
    assert r"$1 \times K$" in key(sample, tmp_path, layout="numerator")
    assert r"$1 \times K$" not in plain
    in_full = homework([{**GRADIENTS, "of": ["W2"], "steps": "full"}])
    assert key(in_full, tmp_path, index_base=0) != key(in_full, tmp_path)
    assert key(in_full, tmp_path, grain="lecture") != key(in_full, tmp_path)


@pytest.mark.parametrize("only", ["questions", "key", None])
def test_a_wrong_homework_leaves_every_file_as_it_was(only: Any, sample: Homework, tmp_path: Path) -> None:
    build(sample, tmp_path, format="tex")
    before = contents(tmp_path)
    with pytest.raises(HomeworkContentError, match="part 1b, gradients: there is no network none"):
        build(homework([GRADIENTS], [WRONG]), tmp_path, only=only, format="tex")
    assert contents(tmp_path) == before


def test_a_document_that_tex_refuses_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    """Only the key is refused; the question sheet is not replaced either."""
    right = homework([{"kind": "prose", "text": "Fine."}])
    build(right, tmp_path)
    before = contents(tmp_path)
    assert set(before) == {"questions.pdf", "key.pdf"}
    with pytest.raises(HomeworkContentError, match=r"Double superscript.*key\.failed\.tex"):
        build(homework([{"kind": "prose", "text": "Not $x^1^2$."}], title="Other"), tmp_path)
    after = contents(tmp_path)
    assert after.pop("key.failed.tex")
    assert after == before


@pytest.mark.parametrize("engine", available_engines(), ids=lambda engine: engine.name)
def test_every_engine_makes_both_sheets(engine: Engine, tmp_path: Path) -> None:
    files = build(homework([ELEMENTS]), tmp_path, engine=engine).files
    assert [file.name for file in files] == ["questions.pdf", "key.pdf", *ANSWERS, "certificate.json"]
    assert all(file.read_bytes().startswith(b"%PDF") for file in files[:2])


def test_progress_names_parts_and_files(sample: Homework, tmp_path: Path) -> None:
    told: list[str] = []
    build(sample, tmp_path, format="tex", progress=told.append)
    assert told == ["part 1a", "part 1b", "questions.tex and key.tex"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("count", [0, 1, 9, 17, 22, 24, 27, 30, 33, 60])
def test_killed_at_any_moment_no_new_sheet_stands_beside_an_old_key(count: int, tmp_path: Path) -> None:
    before, after = (homework([GRADIENTS]).model_copy(update={"title": title}) for title in ("Before", "After"))
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    old = {file.name: file.read_bytes() for file in build(before, tmp_path, format="tex").files}
    new = {file.name: file.read_bytes() for file in build(after, tmp_path / "new", format="tex").files}
    shutil.rmtree(tmp_path / "new")
    pid = os.fork()
    if pid == 0:
        left = [count]

        def counted(event: str, arguments: object) -> None:
            if event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir"):
                left[0] -= 1
                if left[0] < 0:
                    os._exit(9)

        sys.addaudithook(counted)
        build(after, tmp_path, format="tex")
        os._exit(0)
    os.waitpid(pid, 0)
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file() and path.name != "notes.txt"}
    assert found.items() <= old.items() or found.items() <= new.items()
    # The next run finishes what was begun even if it makes nothing itself.
    with pytest.raises(HomeworkContentError):
        build(homework([WRONG]), tmp_path, format="tex")
    assert contents(tmp_path) in ({**old, "notes.txt": b"mine"}, {**new, "notes.txt": b"mine"})


def test_a_picture_that_lies_there_is_left_alone(sample: Homework, tmp_path: Path) -> None:
    picture = tmp_path / "net.png"
    picture.write_bytes(b"drawn")
    before = picture.stat().st_ino
    build(sample, tmp_path, format="tex", beside=Beside({"net.png": b"drawn"}))
    assert picture.stat().st_ino == before
