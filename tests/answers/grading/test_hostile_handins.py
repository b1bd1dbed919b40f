"""Hand-ins that would stop the marking of a class, or change what is written of others: each is marked, soon."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from answers.grading.pages import page
from answers.grading.run import grade, tasks_of
from answers.grading.student import MarkedAnswer, MarkedHandin
from answers.handins.files import DEEPEST, MOST_FILES, files_in, readable
from tests.answers.command.runner import HOMEWORK, written

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, links and names are those of POSIX")

LEFT = r"\frac{\partial \ell}{\partial W_1} ="
RIGHT = rf"$${LEFT} W_2^T(\hat y-y) \odot 1[z_1>0] x^T$$"


def text(content: str | bytes, name: str = "a.tex") -> Callable[[Path], None]:
    def made(folder: Path) -> None:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return made


def sparse(folder: Path) -> None:
    with (folder / "a.tex").open("wb") as file:
        file.truncate(2**35)


def loop(folder: Path) -> None:
    (folder / "up").symlink_to("..")
    text(RIGHT)(folder)


def deep(folder: Path) -> None:
    inner = folder / Path(*"d" * 200)
    inner.mkdir(parents=True)
    text(RIGHT)(inner)


HOSTILE: dict[str, Callable[[Path], None]] = {
    "a pipe": lambda folder: os.mkfifo(folder / "a.tex"),
    "a link to a device": lambda folder: (folder / "a.tex").symlink_to("/dev/zero"),
    "a link to a file outside": lambda folder: (folder / "a.md").symlink_to("/etc/passwd"),
    "a link to the folder above": loop,
    "a file of 32 GB": sparse,
    "deep folders": deep,
    "zeros": text(bytes(5000)),
    "half a character": text(b"\xff\xfe\x00"),
    "a deep notebook": text("[" * 50_000, "a.ipynb"),
    "a notebook of other things": text('{"cells": [{"cell_type": "raw", "source": [["$$x$$"]]}, 7, null]}', "a.ipynb"),
    "brackets": text(f"$${LEFT} {'(' * 20_000}x{')' * 20_000}$$"),
    "fractions": text(f"$${LEFT} " + r"\frac{" * 3000 + "x" + "}{2}" * 3000 + "$$"),
    "a sum that does not end": text(f"$${LEFT} {'+'.join(['W_2^T x'] * 5000)}$$"),
    "a macro that calls itself": text(rf"\newcommand{{\a}}{{\a\a}} $${LEFT} \a$$"),
    "macros that double": text(
        "".join(rf"\newcommand{{\{a}}}{{{f'{chr(92)}{b}' * 9}}}" for a, b in zip("fghij", "ghijk", strict=True))
        + f"$${LEFT} \\f$$"
    ),
    "a tower": text(f"$${LEFT} 9^{{9^{{9^{{9^9}}}}}} x^T$$"),
    "dollars": text("$" * 100_001, "a.md"),
    "environments": text(r"\begin{align}" * 20_000),
    "markers": text("<!-- answer 1a dl/dW1 -->\n" * 5000, "a.md"),
}  # fmt: skip
NAMES = ("=cmd|calc", "x" * 255, "two\nlines", "\u202eleft", "report", "..a", os.fsdecode(b"\xff\xfe"))


def test_a_class_is_marked_whatever_some_hand_in(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    for name, make in HOSTILE.items():
        (folder / name).mkdir(parents=True)
        make(folder / name)
    for name in NAMES:
        (folder / f"_{name}"[:255]).mkdir()
        text(RIGHT)(folder / f"_{name}"[:255])
    homework = written(tmp_path, HOMEWORK.replace("question: D", "points: 2\n        question: D"))
    _, handins = grade(str(homework), folder, out, workers=1)
    marks = {handin.student: handin.answers[0].outcome for handin in handins}
    assert len(marks) == len(HOSTILE) + len(NAMES)
    assert {marks[name] for name in HOSTILE} <= {"missing", "unread", "wrong", "right"}
    assert [name for name in HOSTILE if marks[name] == "right"] == ["a link to the folder above"]
    assert [marks[name] for name in marks if name.startswith("_")] == ["right"] * len(NAMES)
    assert all(len(file.name.encode()) < 240 and file.name.isprintable() for file in (out / "students").iterdir())


def test_names_that_become_the_same_are_told_apart(tmp_path: Path) -> None:
    for name in ("a\nb", r"a\nb"):
        (tmp_path / "in" / name).mkdir(parents=True)
    tasks = tasks_of(tmp_path / "in", tmp_path / "out")
    assert len({task.student for task in tasks}) == 2
    assert {task.entry.name for task in tasks} == {"a\nb", r"a\nb"}


def test_so_many_files_are_read_and_so_deep(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 9):
        (tmp_path / f"{number:03}.tex").touch()
    assert len(readable(tmp_path)) == MOST_FILES
    inner = tmp_path / Path(*"d" * (DEEPEST + 2))
    inner.mkdir(parents=True)
    (inner / "lost.tex").touch()
    (inner.parents[1] / "found.tex").touch()
    assert {path.name for path in files_in(tmp_path)} & {"lost.tex", "found.tex"} == {"found.tex"}


def test_what_is_written_is_no_tag_no_link_and_no_end_of_a_formula() -> None:
    from answers.grading.paper import Paper
    from answers.homework.model import Marking

    paper = Paper("T", (), ("1a",), ("1",), Marking())
    latex = "x$$ <script>alert(1)</script> ![](http://here) \x1b[31m\u202e"
    shown = page(paper, MarkedHandin("<b>me", (MarkedAnswer("1a", "f", "wrong", 1, 0.0, latex),)))
    formula = next(line for line in shown.splitlines() if line.startswith("$$"))
    assert formula.endswith("$$")
    assert "$$" not in formula[2:-2]
    assert not any(sign in shown for sign in ("<script", "</script", "](", "<b>", "\x1b", "\u202e"))
