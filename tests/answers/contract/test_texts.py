"""A text that a sheet cannot print is refused with its line and key, wherever it stands in a homework."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from answers.errors import HomeworkError
from answers.homework.load import loads

WHOLE: dict[str, Any] = {
    "title": "A title",
    "course": "A course",
    "term": "A term",
    "due": "A day",
    "introduction": "Words.",
    "questions": [
        {
            "id": "1",
            "title": "A question",
            "text": "Words.",
            "parts": [
                {
                    "id": "1a",
                    "label": "(a)",
                    "points": 1,
                    "question": "Why?",
                    "rubric": [{"points": 1, "text": "Words."}],
                    "answer": [
                        {"kind": "prose", "text": "Words."},
                        {"kind": "procedure", "steps": [{"text": "Words.", "maths": "x"}], "closing": "Words."},
                        {
                            "kind": "proof",
                            "start": "x",
                            "steps": [{"step": "= x", "reason": "Words."}],
                            "note": "Words.",
                            "closing": "Words.",
                        },
                    ],
                }
            ],
        }
    ],
}

Path_ = tuple[str | int, ...]

QUESTION: Path_ = ("questions", 0)
PART: Path_ = (*QUESTION, "parts", 0)
TEXTS: list[Path_] = [
    *((key,) for key in ("title", "course", "term", "due", "introduction")),
    *((*QUESTION, key) for key in ("title", "text")),
    *((*PART, key) for key in ("label", "question")),
    (*PART, "rubric", 0, "text"),
    (*PART, "answer", 0, "text"),
    (*PART, "answer", 1, "steps", 0, "text"),
    (*PART, "answer", 1, "closing"),
    (*PART, "answer", 2, "steps", 0, "reason"),
    (*PART, "answer", 2, "note"),
    (*PART, "answer", 2, "closing"),
]
MATHS: Path_ = (*PART, "answer", 1, "steps", 0, "maths")


def written(path: Path_, text: str, folder: Path) -> str:
    """The homework with that text at a place, as a file's text."""
    data = copy.deepcopy(WHOLE)
    holder: Any = data
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = text
    file = folder / "homework.yaml"
    YAML(typ="safe", pure=True).dump(data, file)
    return file.read_text(encoding="utf-8")


def refusal(path: Path_, text: str, folder: Path) -> str:
    """The message about it, without the file and the right line, which it begins with."""
    file = written(path, text, folder)
    with pytest.raises(HomeworkError) as caught:
        loads(file, "homework.yaml")
    place, _, message = str(caught.value).partition(": ")
    name, line = place.split(":")
    assert name == "homework.yaml"
    assert str(path[-1]) in file.splitlines()[int(line) - 1]
    return message


def test_the_homework_is_right_without_them(tmp_path: Path) -> None:
    assert loads(written(("title",), "A title", tmp_path)).homework.title == "A title"


@pytest.mark.parametrize("path", TEXTS)
def test_formulas_that_do_more_than_print(path: Path_, tmp_path: Path) -> None:
    message = refusal(path, r"Words $x + \input{x}$.", tmp_path)
    assert f"{path[-1]}: the formula x + \\input{{x}}: \\input has no place in a formula" in message


@pytest.mark.parametrize("path", TEXTS)
def test_characters_that_no_font_has(path: Path_, tmp_path: Path) -> None:
    assert "漢" in refusal(path, "漢字", tmp_path)


@pytest.mark.parametrize("text", [r"\input{x}", "x}{y", "漢", "x \\"])
def test_a_formula_without_dollars(text: str, tmp_path: Path) -> None:
    assert "maths: " in refusal(MATHS, text, tmp_path)


@pytest.mark.parametrize("path", [(*QUESTION, "id"), (*PART, "id")])
def test_ids_are_plain_text(path: Path_, tmp_path: Path) -> None:
    assert "漢" in refusal(path, "漢", tmp_path)
    loads(written(path, r"\input{x}", tmp_path))
