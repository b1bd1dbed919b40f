"""Pictures and macros of a homework file: those that are there are found, and nothing outside of its folder is read."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from answers.homework.load import HomeworkError, Loaded, load, loads
from answers.sheets.build import build

HOMEWORK = """title: T
macros: {R: '\\mathbb{R}'}
authors: [Ada, 'of $\\R$']
logo: logo.png
introduction: |
  Look at $7 % 3$:

  ![A net in $\\R^2$](figures/net.png){width=40%}

  - [ ] done
questions:
  - id: "1"
    title: Q
    new_page: true
    parts:
      - {id: 1a, question: Why?, answer: [{kind: prose, text: 'So ![](logo.png).'}]}
"""


def png(width: int = 8, height: int = 4) -> bytes:
    """A picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes([30 * row, 90, 150]) * width for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a homework, with pictures in it and beside it."""
    home = tmp_path / "homework"
    (home / "figures").mkdir(parents=True)
    for path in (home / "logo.png", home / "figures" / "net.png", tmp_path / "secret.png"):
        path.write_bytes(png())
    (home / "link.png").symlink_to(tmp_path / "secret.png")
    (home / "text.png").write_text("no picture")
    (home / "cut.png").write_bytes(png()[:40])
    (home / "notes.txt").write_text("no picture")
    (home / "folder.png").mkdir()
    return home


def written(folder: Path, old: str = "", new: str = "") -> Loaded:
    file = folder / "hw.yaml"
    file.write_text(HOMEWORK.replace(old, new) if old else HOMEWORK)
    return load(str(file))


def test_pictures_are_shown_and_lie_beside_the_latex(folder: Path) -> None:
    loaded = written(folder)
    assert set(loaded.beside.pictures) == {"logo.png", "figures/net.png"}
    out = folder / "out"
    build(loaded.homework, out, format="tex", beside=loaded.beside)
    assert (out / "figures" / "net.png").read_bytes() == png()
    questions = (out / "questions.tex").read_text()
    assert r"\sheetfigure[width=0.4\linewidth]{figures/net.png}{A net in $\mathbb{R}^2$}" in questions
    assert r"\renewcommand*{\titleauthors}{Ada\\ of $\mathbb{R}$}" in questions
    assert r"$7 \% 3$" in questions


def test_the_pdf_has_them(folder: Path) -> None:
    loaded = written(folder)
    files = build(loaded.homework, folder / "out", beside=loaded.beside).files
    assert [file.name for file in files][:2] == ["questions.pdf", "key.pdf"]
    assert [file.read_bytes().count(b"/Subtype /Image") for file in files[:2]] == [2, 1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nett.png", r"there is no such file; did you mean net\.png"),
        ("../../secret.png", "lies outside of the folder"),
        ("../link.png", "lies outside of the folder"),
        ("/etc/passwd", "expected the path of a file beside the homework"),
        ("../notes.txt", r"expected a file that ends in \.png"),
        ("../text.png", "it is no PNG"),
        ("../cut.png", "its end is missing"),
        ("../folder.png", "(it is no file|[Ii]s a directory)"),
    ],
)
def test_a_picture_that_cannot_be_shown_has_its_line(folder: Path, name: str, said: str) -> None:
    with pytest.raises(HomeworkError, match=rf"hw\.yaml:5: introduction: the picture .*{said}"):
        written(folder, "figures/net.png", f"figures/{name}" if not name.startswith("/") else name)
    with pytest.raises(HomeworkError, match=rf"hw\.yaml:4: logo: the picture .*{said}"):
        written(folder, "logo: logo.png", f"logo: {'figures/' * (name[0] != '/')}{name}")


def test_a_text_without_a_file_has_no_pictures(folder: Path) -> None:
    with pytest.raises(HomeworkError, match="a homework that is no file has no files beside it"):
        loads(HOMEWORK)
    assert loads(HOMEWORK, folder=folder).beside.pictures


def test_a_formula_that_is_refused_has_its_own_line(folder: Path) -> None:
    with pytest.raises(HomeworkError, match=r"hw\.yaml:6: introduction: the formula 7 \\foo 3"):
        written(folder, "7 % 3", r"7 \foo 3")


def test_a_macro_that_is_refused_has_its_key(folder: Path) -> None:
    with pytest.raises(HomeworkError, match=r"hw\.yaml:2: macros\.R: .*it reads or writes files"):
        written(folder, r"\mathbb{R}'}", r"\input{x}'}")


@pytest.mark.parametrize(("name", "paper"), [("a4", "a4paper"), ("letter", "letterpaper"), ("a4paper", "a4paper")])
def test_papers_by_their_short_names(folder: Path, name: str, paper: str) -> None:
    assert written(folder, "title: T", f"title: T\npaper: {name}").homework.paper == paper
