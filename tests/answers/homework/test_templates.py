"""Templates of a homework's own go before ours, in a sandbox: they read what a sheet holds and do nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from answers.command.homeworks import loaded
from answers.errors import HomeworkError
from answers.sheets.build import build

HOMEWORK = """title: A title
course: A course
templates: mine
questions:
  - id: "1"
    title: Q
    parts: [{id: 1a, question: Why?, points: 2}]
"""
BLOCKS = ("style", "title", "fill_in", "points", "introduction", "contents", "questions", "question", "part", "closing")


def built(folder: Path, template: str, name: str = "sheet.tex.j2") -> str:
    (folder / "mine").mkdir(exist_ok=True)
    (folder / "mine" / name).write_text(template)
    file = folder / "hw.yaml"
    file.write_text(HOMEWORK)
    with loaded(str(file)) as source:
        build(source.homework, folder / "out", format="tex", beside=source.beside)
    return (folder / "out" / "questions.tex").read_text()


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_can_be_replaced_and_kept(block: str, tmp_path: Path) -> None:
    extends = '\\BLOCK{extends "gradsheet/sheet.tex.j2"}\n'
    plain = built(tmp_path, extends)
    assert "MINE" not in plain
    kept = built(tmp_path, f"{extends}%% block {block}\nMINE\n\\VAR{{super()}}\n%% endblock\n")
    assert "MINE" in kept
    assert kept.replace("MINE\n", "").split() == plain.split()


def test_a_template_takes_the_place_of_ours(tmp_path: Path) -> None:
    layout = built(tmp_path, "% MY LAYOUT\n\\BLOCK{include 'gradsheet/layout.tex.j2'}", "layout.tex.j2")
    assert "% MY LAYOUT" in layout
    assert "\\newcommand{\\sheettitle}" in layout
    assert built(tmp_path, "\\VAR{title}, \\VAR{sections[0].parts[0].label}") == "A title, (a)"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("\\VAR{title.__class__.__mro__}", "is unsafe"),
        ("\\VAR{say.__globals__}", "is unsafe"),
        ("\\VAR{sections[0].__init__.__globals__['__builtins__']}", "is unsafe"),
        ("\\VAR{''.__class__}", "is unsafe"),
        ("\\VAR{'{0.__class__}'.format(title)}", "is unsafe"),
        ("\\VAR{cycler.__init__.__globals__.os.popen('id').read()}", "is unsafe"),
        ("\\BLOCK{include '/etc/passwd'}", "/etc/passwd"),
        ("\\BLOCK{include '../../hw.yaml'}", "hw.yaml"),
        ("\\BLOCK{import 'os' as os}", "os"),
        ("\n\n\\VAR{nothing}", "sheet.tex.j2:3: 'nothing' is undefined"),
        ("\n\\BLOCK{if}", "sheet.tex.j2:2: "),
        ("\\VAR{range(10**9) | list}", "Range too big"),
        ("\\VAR{1/0}", "division by zero"),
    ],
)
def test_a_template_that_is_wrong_or_wants_more_is_refused(template: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(HomeworkError, match=r"hw\.yaml:3: templates: the template .*sheet\.tex\.j2.*") as raised:
        built(tmp_path, template)
    assert said in str(raised.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("other", "there is no such folder"),
        ("../mine", "lies outside of the folder"),
        ("/etc", "expected the path"),
        (".", "no file in it ends in .tex.j2"),
    ],
)
def test_a_folder_that_is_none_is_refused(folder: str, said: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    file = home / "hw.yaml"
    file.write_text(HOMEWORK.replace("templates: mine", f"templates: {folder}"))
    with pytest.raises(HomeworkError, match=r"hw\.yaml:3: templates: ") as raised, loaded(str(file)):
        pass
    assert said in str(raised.value)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "mine").mkdir(parents=True)
    (tmp_path / "secret.tex.j2").write_text("SECRET")
    (home / "mine" / "sheet.tex.j2").symlink_to(tmp_path / "secret.tex.j2")
    (home / "hw.yaml").write_text(HOMEWORK)
    with pytest.raises(HomeworkError, match="lies outside of the folder"), loaded(str(home / "hw.yaml")):
        pass
