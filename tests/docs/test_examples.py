"""Every example in README and docs does what it says."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
CONSOLE = re.compile(r"^```console\n\$ gradsheet (?P<words>[^\n]*)\n(?P<shown>.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples(page: Path) -> None:
    for package in re.findall(r"^>>> import (torch|jax)", page.read_text(encoding="utf-8"), re.MULTILINE):
        pytest.importorskip(package)
    failed, _ = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_console_examples(page: Path) -> None:
    from answers.command.application import application

    for example in CONSOLE.finditer(page.read_text(encoding="utf-8")):
        result = CliRunner().invoke(application, shlex.split(example["words"]))
        assert result.exit_code == 0, result.output
        # The error of a check depends on the last bits of the machine's arithmetic.
        shown, printed = (re.sub(r"error \S+", "error", text) for text in (example["shown"], result.output))
        assert printed.strip() == shown.strip()


def test_readme_has_examples() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ">>> " in text
    assert CONSOLE.search(text)
