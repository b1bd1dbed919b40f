"""Every bundled homework is built, right and typeset cleanly."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from answers.homework.bundled import bundled_files
from answers.homework.context import HomeworkContext
from answers.homework.load import load
from answers.pdf import Engine, available_engines, compile_pdf
from answers.sheets.build import build
from tests.answers.pdf.typeset import missing_characters, overfull, shrunk, undefined_references

every_homework = pytest.mark.parametrize(
    "identity", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in bundled_files()]
)
QUICK = "nyu-2020"
"""The homework that is tried in full with every change; the others are with ``make test-slow``."""

every_homework_in_full = pytest.mark.parametrize(
    "identity",
    [
        pytest.param(name, marks=[pytest.mark.xdist_group(name), *([] if name == QUICK else [pytest.mark.slow])])
        for name in bundled_files()
    ],
)
every_engine = pytest.mark.parametrize("engine", available_engines(), ids=lambda engine: engine.name)

SMALLEST = 0.8
"""How much smaller than the text a formula may be printed to fit its line."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a homework as LaTeX, built once for all tests."""

    @cache
    def folder(identity: str) -> Path:
        path = tmp_path_factory.mktemp(identity)
        build(load(identity).homework, path, format="tex")
        return path

    return folder


@every_homework
def test_it_loads_with_its_points_adding_up(identity: str) -> None:
    homework = load(identity).homework
    assert homework.title
    assert all(part.answer for part in homework.parts())
    for part in homework.parts():
        assert sum(criterion.points for criterion in part.rubric) in (0, part.points)


@every_homework_in_full
def test_it_is_built_and_every_answer_is_right(identity: str, built: Callable[[str], Path]) -> None:
    """Building a key or catalogue checks every claim; a certificate says what passed and what does not."""
    sheets = {path.stem: path.read_text(encoding="utf-8") for path in built(identity).glob("*.tex")}
    assert set(sheets) - {"answers"} == set(load(identity).homework.sheets)
    for name in {"key", "catalogue"} & set(sheets):
        _, body = sheets[name].split(r"\begin{document}")
        assert (r"\passed" if name == "catalogue" else r"\emph{Derivatives}") in body
        assert r"\failed" not in body


@every_homework_in_full
def test_the_certificate_explains_every_method(identity: str) -> None:
    homework = load(identity).homework
    if "key" not in homework.sheets:
        return
    context = HomeworkContext(homework)
    parts = context.homework.parts()
    claims = [claim for part in parts for one in context.answered(part) for claim in one.claims]
    assert sorted({claim.method for claim in claims if not any(method.meaning for method in claim.methods)}) == []


@every_homework_in_full
@every_engine
def test_the_sheets_are_clean(identity: str, engine: Engine, built: Callable[[str], Path], tmp_path: Path) -> None:
    for document in sorted(built(identity).glob("*.tex")):
        tex = document.read_text(encoding="utf-8")
        log = compile_pdf(tex, tmp_path / f"{document.stem}.pdf", engine=engine).log
        assert overfull(log) == ()
        assert missing_characters(log) == ()
        assert undefined_references(log) == ()
        assert [shrunk for shrunk in shrunk(log) if shrunk.factor < SMALLEST] == []
