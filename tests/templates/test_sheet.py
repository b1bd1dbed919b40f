from __future__ import annotations

import dataclasses
import random
import re
import shutil
import string
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Literal, cast

import pytest
from jinja2 import UndefinedError

from answers.latex import escape, escape_maths, markdown
from answers.latex.characters import LETTERS_AND_PUNCTUATION, MATHS
from answers.latex.escape import escape_typed, require_fonts
from answers.latex.sheet import (
    Answer,
    Block,
    Column,
    Equation,
    Heading,
    Part,
    Picture,
    Room,
    Row,
    Rubric,
    RubricRow,
    Section,
    Sheet,
    Table,
    Text,
    sheet_latex,
)
from answers.pdf import Compiled, Engine, available_engines, compile_pdf
from tests.answers.pdf.typeset import missing_characters, overfull, shrunk, undefined_references
from tests.templates.sample import key, question_sheet

PREFERRED = available_engines()[:1]
OTHERS = [pytest.param(engine, marks=pytest.mark.slow) for engine in available_engines()[1:]]
every_engine = pytest.mark.parametrize("engine", [*PREFERRED, *OTHERS], ids=lambda engine: engine.name)
preferred_engine = pytest.mark.parametrize("engine", PREFERRED, ids=lambda engine: engine.name)
"""For where lines and pages are broken, which does not depend on the fonts and packages that an engine comes with."""


def sheet_of(*blocks: Block) -> Sheet:
    return Sheet("Title", "Title", (Section("Section", blocks=blocks),))


def compiled(sheet: Sheet, engine: Engine, folder: Path) -> Compiled:
    return compile_pdf(sheet_latex(sheet), folder / "sheet.pdf", engine=engine)


@pytest.mark.parametrize(
    ("paper", "engine"),
    [
        *(("a4paper", engine) for engine in PREFERRED),
        *(pytest.param("a4paper", engine, marks=pytest.mark.slow) for engine in available_engines()[1:]),
        *(("letterpaper", one) for one in PREFERRED),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
@pytest.mark.parametrize("make", [question_sheet, key], ids=["questions", "key"])
def test_the_sample_is_clean(
    make: Callable[[], Sheet], paper: Literal["a4paper", "letterpaper"], engine: Engine, tmp_path: Path
) -> None:
    sheet = dataclasses.replace(make(), paper=paper)
    result = compiled(sheet, engine, tmp_path)
    assert overfull(result.log) == ()
    assert missing_characters(result.log) == ()
    assert undefined_references(result.log) == ()
    assert shrunk(result.log) == ()
    assert "undefined" not in result.log.text
    assert result.runs == 2


def test_the_same_sheet_gives_the_same_latex() -> None:
    assert sheet_latex(key()) == sheet_latex(key())


@every_engine
def test_every_character_that_is_let_through_is_printed(engine: Engine, tmp_path: Path) -> None:
    letters = "".join(map(chr, range(0xA1, 0x17F)))
    characters = [*LETTERS_AND_PUNCTUATION, *MATHS, *string.printable[:95], *filter(_is_printable, letters)]
    blocks = [Text(f"{escape(c)} \\texttt{{{escape_typed(c)}}}") for c in characters]
    blocks += [Text(f"$a{escape_maths(c)}b$") for c in (*MATHS, "ŷ", "x̄", "€")]
    result = compiled(sheet_of(*blocks), engine, tmp_path)
    assert missing_characters(result.log) == ()


def _is_printable(character: str) -> bool:
    try:
        require_fonts(escape(character))
    except ValueError:
        return False
    return True


@every_engine
def test_any_words_make_a_document(engine: Engine, tmp_path: Path) -> None:
    source = random.Random(0)
    alphabet = string.printable[:95].replace("$", "") + "\n  eaoi"
    texts = ("".join(source.choices(alphabet, k=200)) for _ in range(150))
    blocks = [Text(markdown(text.replace("![", "["))) for text in texts]
    result = compiled(sheet_of(Answer(tuple(blocks[:75])), *blocks[75:]), engine, tmp_path)
    assert missing_characters(result.log) == ()


def _numbered(first: int, last: int) -> tuple[Block, ...]:
    """Lines that write their number to the log when their page is made, with headings and tall boxes between."""
    blocks: list[Block] = []
    for number in range(first, last):
        if number % 7 == 0:
            blocks.append(Heading(f"Heading {number}"))
        if number % 11 == 0:
            blocks.append(Picture(r"\rule{1cm}{6cm}", "A tall picture."))
        blocks.append(Text(rf"Line {number}.\write-1{{Gradsheet line {number} page \string\thepage\space}}"))
    return tuple(blocks)


@preferred_engine
def test_long_answers_break_across_pages_and_lose_nothing(engine: Engine, tmp_path: Path) -> None:
    parts = tuple(
        Part("(a)", "Question.", "3 points", (Answer(_numbered(first, first + length)),))
        for first, length in ((0, 3), (3, 150), (153, 1), (154, 60))
    )
    result = compiled(Sheet("T", "T", (Section("S", parts=parts),)), engine, tmp_path)
    lines = re.findall(r"^Gradsheet line (\d+) ", result.log.text, re.MULTILINE)
    assert [int(line) for line in lines] == list(range(214))
    assert overfull(result.log) == ()
    pages = re.search(r"\((\d+) pages", result.log.text)
    assert pages is not None
    assert 8 <= int(pages[1]) <= 16


@preferred_engine
def test_what_is_higher_than_a_page_is_told(engine: Engine, tmp_path: Path) -> None:
    result = compiled(
        sheet_of(Answer((Text("Before."), Picture(r"\rule{1cm}{30cm}"), Text("After.")))), engine, tmp_path
    )
    assert [box.box for box in overfull(result.log)] == ["v"]


@preferred_engine
def test_a_formula_that_is_too_wide_is_made_smaller_and_told(engine: Engine, tmp_path: Path) -> None:
    wide = " + ".join(f"W^{{({i})}} x_{{{i}}}" for i in range(14))
    table = Table((Column("Name"), Column("Formula", "formula")), (Row(("a", wide)), Row(("b", "x"))))
    result = compiled(sheet_of(Answer((Equation(wide), table, Equation("x")))), engine, tmp_path)
    assert overfull(result.log) == ()
    factors = [one.factor for one in shrunk(result.log)]
    assert len(factors) == 2
    assert 0.5 < factors[1] < factors[0] < 1


@preferred_engine
def test_a_list_of_symbols_is_broken_after_a_comma(engine: Engine, tmp_path: Path) -> None:
    symbols = ", ".join(rf"\bm W^{{({i})}}" for i in range(60))
    result = compiled(sheet_of(Text(f"${symbols}$"), Text("$f(x, y)$")), engine, tmp_path)
    assert overfull(result.log) == ()


@preferred_engine
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_a_table_at_the_end_of_a_page_has_its_header_once(engine: Engine, tmp_path: Path) -> None:
    rubric = Rubric(tuple(RubricRow("1", "Right.", "1") for _ in range(4)), "4")
    rooms = [(Room(lines, ruled=False), Text(r"\vspace{4pt}")) for lines in range(14, 34)]
    sections = tuple(
        section
        for room in rooms
        for section in (Section("Room", blocks=room), Section("Rubric", blocks=(rubric, Text(r"\newpage"))))
    )
    result = compiled(Sheet("T", "T", sections), engine, tmp_path)
    command = ["pdftotext", "-layout", str(result.path), "-"]
    pages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")
    assert sum("Rubric" in page for page in pages) == len(rooms)
    assert not [page for page in pages if re.search(r"What earns.*Rubric", page, re.DOTALL)]


@preferred_engine
def test_marks_and_shapes_do_not_widen_a_line(engine: Engine, tmp_path: Path) -> None:
    almost_full = r"\rule{14.9cm}{3pt}"
    result = compiled(
        sheet_of(Answer((Equation(almost_full, r"d \times n", "changed", result=False),))), engine, tmp_path
    )
    assert overfull(result.log) == ()
    assert shrunk(result.log) == ()


def test_text_from_a_user_is_escaped() -> None:
    latex = sheet_latex(dataclasses.replace(key(), plain_title=r"50% & $x_1$ \input{secret}"))
    assert r"pdftitle={50\% \& \$x\_1\$ \textbackslash{}input\{secret\}}" in latex


def test_a_block_of_no_known_kind_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        sheet_latex(sheet_of(cast(Block, Row(("a",)))))


def test_blank_and_filled_tables_differ_only_in_their_cells_and_height() -> None:
    rows = Table((Column("A"), Column("B", "formula")), (Row(("a", "")), Row(("b", ""))), blank=True)
    blank = sheet_latex(sheet_of(rows))
    assert blank.count(r"\writingheight" + "%\n") == 2
    assert r"\cellformula{" not in blank.split(r"\begin{document}")[1]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
@preferred_engine
@pytest.mark.parametrize(("paragraphs", "breaks"), [(8, True), (34, False)])
def test_a_table_breaks_where_a_page_would_be_left_half_empty(
    engine: Engine, paragraphs: int, breaks: bool, tmp_path: Path
) -> None:
    before = (Text("Some words stand before it."),) * paragraphs
    rows = tuple(Row((f"${number}$", f"row number {number}")) for number in range(24))
    table = Table((Column("Key"), Column("Heading", "text")), rows)
    sheet = Sheet(
        "Title", "Title", (Section("Section", parts=(Part("(a)", "Why?", blocks=(Answer((*before, table)),)),)),)
    )
    result = compiled(sheet, engine, tmp_path)
    text = subprocess.run(
        ["pdftotext", "-layout", str(result.path), "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = [page for page in text.split("\f") if "row number" in page]
    assert len(pages) == (2 if breaks else 1)
    assert all(page.count("Heading") == 1 for page in pages)
    counted = [int(number) for number in re.findall(r"row number (\d+)", text)]
    assert counted == list(range(24))
    assert overfull(result.log) == ()
