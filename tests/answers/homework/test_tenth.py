"""A homework as an instructor writes it, with every kind of answer and of evidence, needs no Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from answers.code.templates import code_templates
from answers.evidence import evidence_kinds
from answers.homework.load import load
from answers.kinds import kinds
from answers.sheets.build import build

TENTH = Path(__file__).parent / "tenth.yaml"


@pytest.fixture(autouse=True)
def _a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADSHEET_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("name", sorted([*kinds(), *evidence_kinds()]))
def test_it_has_every_kind(name: str) -> None:
    assert f"kind: {name}" in TENTH.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(code_templates()))
def test_it_has_every_template(name: str) -> None:
    assert f"template: {name}" in TENTH.read_text(encoding="utf-8")


def test_it_is_built_and_verified(tmp_path: Path) -> None:
    homework = load(str(TENTH)).homework
    names = [file.name for file in build(homework, tmp_path, format="tex").files]
    assert names[:2] == ["questions.tex", "key.tex"]
    # Building the key checks every claim, and prints how that ended.
    _, key = (tmp_path / "key.tex").read_text(encoding="utf-8").split(r"\begin{document}")
    assert key.count(r"\passed") >= len(list(homework.parts()))
    assert r"\failed" not in key
