"""docs/sheets.md: every example is built into sheets by TeX, and shows what the page says."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pytest

from answers.errors import PdfError
from answers.homework.load import load
from answers.pdf.engine import find_lualatex
from answers.sheets.build import build
from tests.answers.homework.test_beside import png

PAGE = (Path(__file__).parents[2] / "docs" / "sheets.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
FOUND = {title: re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for title, text in SECTIONS.items()}
EXAMPLES = {title: found[0] for title, found in FOUND.items() if found}
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
    made: Literal["pdf", "tex"] = "pdf"
    if loaded.homework.engine == "lualatex":
        try:
            find_lualatex()
        except PdfError:
            made = "tex"
    files = build(loaded.homework, tmp_path / "out", format=made, beside=loaded.beside).files
    assert {f"questions.{made}", f"key.{made}"} <= {file.name for file in files}


def test_every_section_but_that_of_templates_has_one_example() -> None:
    assert {title for title, found in FOUND.items() if len(found) != 1} == {"Templates"}


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
