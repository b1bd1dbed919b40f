"""docs/sheets.md: every example is built into sheets by TeX, and shows what the page says."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from answers.homework.load import load
from answers.sheets.build import build
from tests.answers.homework.test_beside import png

PAGE = (Path(__file__).parents[2] / "docs" / "sheets.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^## ([^\n]*)\n.*?^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
QUESTIONS = """
questions:
  - id: "1"
    title: Q
    parts:
      - {id: 1a, question: Why?, points: 2, answer: [{kind: prose, text: So.}]}
"""


@pytest.mark.parametrize("title", sorted(EXAMPLES))
def test_every_example_is_built(title: str, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    for picture in ("logo.png", "figures/net.png"):
        (tmp_path / picture).write_bytes(png())
    file = tmp_path / "hw.yaml"
    whole = EXAMPLES[title] + ("" if "questions:" in EXAMPLES[title] else QUESTIONS)
    file.write_text(whole if re.search("^title:", whole, re.MULTILINE) else f"title: T\n{whole}")
    loaded = load(str(file))
    files = build(loaded.homework, tmp_path / "out", beside=loaded.beside).files
    assert {"questions.pdf", "key.pdf"} <= {file.name for file in files}


def test_the_example_of_a_template_is_built(tmp_path: Path) -> None:
    (template,) = re.findall(r"^```jinja\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "sheet.tex.j2").write_text(template)
    file = tmp_path / "hw.yaml"
    file.write_text(f"title: T\ntemplates: mine\n{QUESTIONS}")
    loaded = load(str(file))
    build(loaded.homework, tmp_path / "out", only="questions", beside=loaded.beside)
    build(loaded.homework, tmp_path / "out", format="tex", only="questions", beside=loaded.beside)
    assert "Good luck!" in (tmp_path / "out" / "questions.tex").read_text()


def test_every_block_of_the_sheet_is_named() -> None:
    template = (files("templates") / "latex" / "sheet.tex.j2").read_text(encoding="utf-8")
    blocks = re.findall(r"^%% block (\w+)", template, re.MULTILINE)
    assert re.findall(r"^\| `(\w+)` \|", PAGE[PAGE.index("| block of") :], re.MULTILINE) == blocks
