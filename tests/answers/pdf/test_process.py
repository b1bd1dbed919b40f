"""TeX reads its own folder and its installation, writes its own folder, and runs nothing.

The documents here are what no homework can make: they are given to TeX as they are.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from answers.pdf import Engine, available_engines
from answers.pdf.process import run
from answers.sandbox import landlock

SECRET = "XYZZYSECRET"
CONTENT = f"{SECRET}\n".encode()
FORMS = (SECRET.encode(), SECRET.encode().hex().upper().encode(), hashlib.md5(CONTENT).hexdigest().upper().encode())
"""What the document would hold of the secret: itself, its bytes in hexadecimal, or their sum."""

PACKAGES = r"\usepackage{lmodern,graphicx,verbatim}"

ENGINES = available_engines()
every_engine = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)


def has_landlock() -> bool:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(landlock.restrict, landlock.MAKE_AND_REMOVE, {}).result()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder beside which there are secret files, in the home of the user too."""
    home, folder = tmp_path / "home", tmp_path / "folder"
    for made in (home, folder):
        made.mkdir()
    for secret in (tmp_path / "secret.tex", home / "secret.tex", tmp_path / "secret.txt"):
        secret.write_bytes(CONTENT)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TEXINPUTS", f"{tmp_path}:")
    monkeypatch.setenv("TEXMFOUTPUT", str(tmp_path))
    return folder


def typeset(engine: Engine, folder: Path, body: str, packages: str = PACKAGES) -> tuple[str, bytes]:
    """The log, and the bytes of the PDF if there is one."""
    head = rf"\documentclass{{article}}{packages}\pdfcompresslevel=0 \begin{{document}}"
    (folder / "sheet.tex").write_text(f"{head}\n{body}\n\\end{{document}}\n")
    options = ["-interaction=nonstopmode", "-no-shell-escape", "sheet.tex"]
    run(options, engine, folder, {"max_print_line": "10000"}, 60)
    pdf = folder / "sheet.pdf"
    return (folder / "sheet.log").read_text(errors="replace"), pdf.read_bytes() if pdf.exists() else b""


def leaks(log: str, pdf: bytes) -> bool:
    """Whether the secret is in what TeX made, typeset or embedded."""
    shown = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=False).stdout if pdf else b""
    whole = log.encode() + pdf + shown.replace(b"\n", b"").replace(b" ", b"")
    return any(form in whole for form in FORMS)


def names(folder: Path) -> Mapping[str, str]:
    """Ways to name a file outside of the folder."""
    return {
        "absolute": str(folder.parent / "secret.tex"),
        "above": "../secret.tex",
        "through itself": "./../secret.tex",
        "through the home": "~/secret.tex",
        "of a user": "~root/secret.tex",
        "by a variable": "$HOME/secret.tex",
        "on the path of inputs": "secret.tex",
        "in the folder of outputs": "secret.txt",
        "a link": "link.tex",
        "a program": f'|"cat {folder.parent}/secret.tex"',
    }


@every_engine
def test_nothing_outside_is_read_by_any_name(engine: Engine, place: Path) -> None:
    if not has_landlock():
        pytest.skip("this kernel has no Landlock: TeX's own rules are all there is")
    (place / "link.tex").symlink_to(place.parent / "secret.tex")
    for name in names(place).values():
        file = name.replace("~", r"\string~").replace("$", r"\string$")
        log, _ = typeset(engine, place, rf"\openin 7={{{file}}} \read 7 to\text \typeout{{\text}}", packages="")
        assert not leaks(log, b"")
    (place / "own.tex").write_bytes(CONTENT)
    log, _ = typeset(engine, place, r"\openin 7={own.tex} \read 7 to\text \typeout{\text}", packages="")
    assert leaks(log, b""), "the same command shows a file of the folder"


READS = {
    "input": r"\input{NAME}",
    "include": r"\include{NAME}",
    "its primitive": r"\csname @@input\endcsname NAME ",
    "written in hexadecimal": r"^^5cinput{NAME}",
    "by name": r"\csname input\endcsname{NAME}",
    "again as tokens": r"\scantokens{\input{NAME}}",
    "another backslash": r"\catcode`\|=0 |input{NAME}",
    "word for word": r"\verbatiminput{NAME}",
    "embedded": r"\immediate\pdfobj stream file {NAME}\pdfrefobj\pdflastobj",
    "an object": r"\immediate\pdfobj file {NAME}\pdfrefobj\pdflastobj",
    "its bytes": r"\pdffiledump length 40 {NAME}",
    "its sum": r"\pdfmdfivesum file {NAME}",
    "a font": r"\font\strange=NAME \strange x",
    "a map": r"\pdfmapfile{NAME}x",
}


@every_engine
@pytest.mark.parametrize("how", READS)
def test_nothing_outside_is_read_by_any_command(engine: Engine, place: Path, how: str) -> None:
    needs_kernel = "pdfobj" in READS[how]
    if needs_kernel and not has_landlock():
        pytest.skip("TeX's own rules do not ask for this file")
    for name in (str(place.parent / "secret.tex"),):
        log, pdf = typeset(engine, place, f"x {READS[how].replace('NAME', name)} x")
        assert not leaks(log, pdf)


@every_engine
def test_the_secret_would_be_found(engine: Engine, place: Path) -> None:
    """The same commands show a file of the folder itself, so the tests above can fail."""
    (place / "own.tex").write_bytes(CONTENT)
    for how in ("input", "embedded", "word for word", "its bytes", "its sum"):
        assert leaks(*typeset(engine, place, f"x {READS[how].replace('NAME', 'own.tex')} x")), how


@every_engine
def test_a_picture_outside_is_not_shown(engine: Engine, place: Path) -> None:
    typeset(engine, place, "x")
    shutil.copy(place / "sheet.pdf", place.parent / "picture.pdf")
    (place / "sheet.pdf").unlink()
    for name in (place.parent / "picture.pdf", "../picture.pdf"):
        for command in (rf"\includegraphics{{{name}}}", rf"\pdfximage{{{name}}}\pdfrefximage\pdflastximage"):
            log, pdf = typeset(engine, place, command)
            assert b"/PTEX.FileName" not in pdf
            assert "not found" in log or "cannot find" in log


@every_engine
def test_nothing_is_written_outside_and_nothing_is_run(engine: Engine, place: Path) -> None:
    before = sorted(place.parent.iterdir())
    for name in (place.parent / "made.tex", "../made.tex", "~/made.tex"):
        typeset(engine, place, rf"\newwrite\w\immediate\openout\w={{{name}}} \immediate\write\w{{x}}")
    typeset(engine, place, rf"\immediate\write18{{touch {place.parent}/made.tex}}x")
    typeset(engine, place, rf"\input{{|touch {place.parent}/made.tex}}x")
    assert sorted(place.parent.iterdir()) == before
    assert [path.name for path in (place.parent / "home").iterdir()] == ["secret.tex"]


@every_engine
def test_memory_is_bounded(engine: Engine, place: Path) -> None:
    log, _ = typeset(engine, place, r"\def\a{\a\a}\a")
    assert "TeX capacity exceeded" in log
