"""LuaTeX makes sheets in every script that a font here has, and its Lua reaches nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from answers.errors import HomeworkContentError, HomeworkError, PdfError
from answers.homework.load import loads
from answers.pdf.engine import Engine, find_lualatex
from answers.pdf.process import run
from answers.sheets.build import build
from tests.answers.pdf.test_process import CONTENT, SECRET, has_landlock

HOMEWORK = """title: "Домашнее задание: ŷ"
engine: lualatex
introduction: TEXT
questions:
  - id: "1"
    title: Вопрос
    parts: [{id: 1a, question: Почему?, points: 1}]
"""


@pytest.fixture(scope="module")
def lualatex() -> Engine:
    try:
        return find_lualatex()
    except PdfError as error:
        pytest.skip(str(error))


def test_other_scripts_need_it() -> None:
    text = HOMEWORK.replace("TEXT", r'"Привет, $x \\text{ если } y$"')
    assert loads(text).homework.engine == "lualatex"
    with pytest.raises(HomeworkError, match=r"homework:1: title: the characters .* engine: lualatex"):
        loads(text.replace("engine: lualatex\n", ""))


def test_a_sheet_in_another_script(lualatex: Engine, tmp_path: Path) -> None:
    homework = loads(HOMEWORK.replace("TEXT", "Привет, `код`.")).homework
    files = build(homework, tmp_path, only="questions").files
    shown = subprocess.run(["pdftotext", files[0], "-"], capture_output=True, text=True, check=True).stdout
    assert "Домашнее задание" in shown
    assert "Почему?" in shown


def test_letters_of_no_font_are_named(lualatex: Engine, tmp_path: Path) -> None:
    homework = loads("fonts: [DejaVuSerif.ttf]\n" + HOMEWORK.replace("TEXT", "𐎠")).homework
    with pytest.raises(HomeworkContentError, match=r"no font here has 𐎠 \(U\+103A0\)"):
        build(homework, tmp_path, only="questions")
    assert not (tmp_path / "questions.pdf").exists()


@pytest.mark.parametrize(
    "lua",
    [
        "local f = io.open('SECRET') if f then texio.write(f:read('*a')) end",
        "os.execute('cp SECRET OUT')",
        "local f = io.open('OUT', 'w') if f then f:write('x') f:close() end",
        "local p = io.popen and io.popen('cat SECRET') if p then texio.write(p:read('*a')) end",
    ],
)
def test_its_lua_reaches_nothing(lualatex: Engine, lua: str, tmp_path: Path) -> None:
    """No homework can give Lua; this is what would come of it all the same."""
    if not has_landlock():
        pytest.skip("this kernel has no Landlock: Lua is kept out of homeworks, and that is all there is")
    (tmp_path / "secret.txt").write_bytes(CONTENT)
    folder = tmp_path / "work"
    folder.mkdir()
    told = lua.replace("SECRET", str(tmp_path / "secret.txt")).replace("OUT", str(tmp_path / "out.txt"))
    (folder / "sheet.tex").write_text(rf"\directlua{{pcall(function() {told} end)}}\end")
    run(["-nosocket", "-interaction=nonstopmode", "-no-shell-escape", "sheet.tex"], lualatex, folder, {}, 60)
    assert (folder / "sheet.log").exists()
    assert SECRET not in (folder / "sheet.log").read_text(errors="replace")
    assert not (tmp_path / "out.txt").exists()
