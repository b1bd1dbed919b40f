"""A homework as an instructor writes it, with every kind of answer and of evidence, needs no Python."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from answers.code.templates import code_templates
from answers.evidence import evidence_kinds
from answers.homework.load import load
from answers.kinds import kinds
from answers.sheets.build import build

TENTH = Path(__file__).parent / "tenth.yaml"
DOCUMENTS = Path(__file__).parents[3] / "docs"


@pytest.fixture(autouse=True)
def _a_cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADSHEET_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    "key",
    [f"kind: {name}" for name in (*kinds(), *evidence_kinds())] + [f"template: {name}" for name in code_templates()],
)
def test_it_or_the_documents_have_every_kind(key: str) -> None:
    texts = (path.read_text(encoding="utf-8") for path in (TENTH, *DOCUMENTS.glob("*.md")))
    assert any(re.search(rf"{key}\b", text) for text in texts)


def test_it_is_built_and_verified(tmp_path: Path) -> None:
    homework = load(str(TENTH)).homework
    names = [file.name for file in build(homework, tmp_path, format="tex").files]
    assert names[:2] == ["questions.tex", "key.tex"]
    # Building the key checks every claim, and says how that ended.
    checks = json.loads((tmp_path / "certificate.json").read_text(encoding="utf-8"))["checks"]
    assert {check["part"] for check in checks} == {"", *(part.id for part in homework.parts())}
    assert [check for check in checks if check["ok"] is not True] == []
