"""The pytest of docs/testing.md, run by pytest: it fails as the page says, and passes once the error is corrected."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.forked import run_python

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def run_pytest(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "test_own.py").write_text(source, encoding="utf-8")
    return run_python(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_own.py", path=[ROOT])


def test_the_test_of_the_page(tmp_path: Path) -> None:
    source = blocks("python")[0]
    assert len([line for line in source.splitlines() if line.strip()]) <= 10
    failed = run_pytest(source, tmp_path)
    assert failed.returncode == 1
    for line in blocks("text")[0].strip().splitlines():
        assert line in failed.stdout.replace("\nE   ", "\n").replace("\nE  ", "\n")
    corrected = source.replace('"b1": error.sum', '"b1": 2 * error.sum')
    assert corrected != source
    assert run_pytest(corrected, tmp_path).returncode == 0


def test_the_table_of_the_page_is_that_of_the_benchmark() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("jax")
    from benchmarks.gradient_checkers import CHECKERS, PLANTED

    rows = [
        line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ") and " | named | " in line
    ]
    assert [row[0] for row in rows] == [planted.name for planted in PLANTED]
    assert all(f"`{name}`" in PAGE for name in CHECKERS)
