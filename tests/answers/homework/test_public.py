"""Homeworks as courses give them, whole and in YAML alone: every part is answered, every check of its key passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from answers.homework.load import load
from answers.homework.verify import verify
from answers.sheets.build import build

FILES = sorted((Path(__file__).parent / "public").glob("*.yaml"))
QUICK = ("automatic", "by_hand", "word_vectors")
"""Those that are tried with every change, the others as slow tests."""


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else [pytest.mark.slow]) for path in FILES],
)
def test_every_answer_is_right(path: Path, tmp_path: Path) -> None:
    homework = load(str(path)).homework
    lines = list(verify(homework))
    assert {line.part for line in lines} >= {part.id for question in homework.questions for part in question.parts}
    assert [line for line in lines if not line.ok] == []
    names = {file.name for file in build(homework, tmp_path, format="tex").files}
    assert names >= {"questions.tex", "key.tex"}
