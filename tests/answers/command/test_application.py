from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from rich.console import Console

from answers.code.templates import code_templates
from answers.command.list import table
from answers.command.terminal import progress_shown
from answers.evidence import evidence_kinds
from answers.homework.bundled import Bundled, bundled
from answers.kinds import kinds
from derive.layers import ACTIVATION, LAYERS, LOSS
from numeric.export import FILES
from tests.answers.command.runner import run, written

ROOT = Path(__file__).parents[3]
PROGRAM = "from answers.command import main; main()"


def piped(
    *arguments: str | Path, folder: Path, program: str = PROGRAM, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a process of its own, with pipes for its output."""
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        check=False,
        timeout=120,
    )


def without(
    package: str, *arguments: str | Path, folder: Path, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the program where a package cannot be imported."""
    hidden = f"import sys; sys.modules[{package!r}] = None; {PROGRAM}"
    return piped(*arguments, folder=folder, program=hidden, **environment)


def test_the_list_names_every_bundled_homework() -> None:
    outcome = run("list")
    assert outcome.code == 0
    lines = [line.split("\t") for line in outcome.out.splitlines()]
    assert lines == [[homework.id, homework.title, homework.count] for homework in bundled()]
    assert "nyu-2020" in [line[0] for line in lines]


def test_the_list_on_a_terminal_prints_titles_as_they_stand() -> None:
    file = io.StringIO()
    Console(file=file, force_terminal=True, width=60).print(table([Bundled("hw", "[b]Layers[/b] & [red]", 3)]))
    assert "[b]Layers[/b] & [red]" in file.getvalue()


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("layers", LAYERS),
        ("activations", ACTIVATION),
        ("losses", LOSS),
        ("kinds", [*kinds(), "code"]),
        ("evidence", evidence_kinds()),
        ("templates", code_templates()),
        ("targets", FILES),
    ],
)
def test_the_list_of_a_sort_is_that_of_its_registry(sort: str, names: Iterable[str]) -> None:
    lines = [line.split("\t") for line in run("list", sort).out.splitlines()]
    assert [name.partition("(")[0] for name, _ in lines] == list(names)
    assert all(about for _, about in lines)


def test_a_list_of_nothing_names_what_is_near() -> None:
    outcome = run("list", "loses")
    assert outcome.code == 2
    assert "there is no list of loses; did you mean losses" in outcome.err


def test_progress_is_shown_on_a_terminal_alone() -> None:
    shown, silent = io.StringIO(), io.StringIO()
    for file, terminal in ((shown, True), (silent, False)):
        with progress_shown(Console(file=file, force_terminal=terminal)) as progress:
            progress("part [1a]")
    assert silent.getvalue() == ""
    assert "part [1a]" in shown.getvalue()


def test_a_pipe_gets_the_paths_and_nothing_else(tmp_path: Path) -> None:
    written(tmp_path)
    result = piped("build", "hw.yaml", "--format", "tex", folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stderr == b""
    names = ("questions.tex", "key.tex", "answers.tex", "answers.md", "answers.ipynb", "certificate.json")
    assert result.stdout.decode().split() == [str(Path("hw", name)) for name in names]
    assert all((tmp_path / path).is_file() for path in result.stdout.decode().split())


def test_formulas_are_printed_whatever_the_encoding_of_the_terminal(tmp_path: Path) -> None:
    result = piped(
        "derive", "x:n -> Linear(K)", "--loss", "MSE", "--wrt", "b1", folder=tmp_path, PYTHONIOENCODING="ascii"
    )
    assert result.returncode == 0, result.stderr
    assert "∂ℓ/∂b₁ = 2(ŷ − y)" in result.stdout.decode("utf-8")


def test_help_and_an_empty_command_line() -> None:
    helped, empty = run("--help"), run()
    assert helped.code == 0
    assert empty.code == 2
    for command in ("list", "build", "verify", "derive", "init"):
        assert f"\n  {command} " in helped.out
        assert run(command, "--help").code == 0
    assert empty.out == helped.out


def test_the_version_is_that_of_the_package() -> None:
    outcome = run("--version")
    assert outcome.code == 0
    assert outcome.out.startswith("gradsheet")


def test_help_starts_without_the_engine(tmp_path: Path) -> None:
    """Help and lists must not wait for SymPy and NumPy."""
    for arguments in (["--help"], ["list"]):
        program = (
            "import sys\nfrom answers.command.application import application\n"
            f"try:\n    application({arguments})\nexcept SystemExit as error:\n    assert not error.code\n"
            "print(sorted({'sympy', 'numpy'} & set(sys.modules)), file=sys.stderr)"
        )
        result = subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        )
        assert result.stderr.split() == [b"[]"]


METADATA = """Metadata-Version: 2.1
Name: gradsheet
Version: 0.1
Requires-Dist: numpy>=2.0
Requires-Dist: not-there-python>=3.0
Requires-Dist: not-there-either>=1.0; extra == "test"
"""


@pytest.mark.parametrize("package", ["typer", "ruamel", "sympy", "mpmath"])
def test_a_package_that_is_missing_is_one_message(package: str, tmp_path: Path) -> None:
    """Whichever import comes upon it first: it is named, and so is what pip is to install."""
    (tmp_path / "gradsheet-0.1.dist-info").mkdir()
    (tmp_path / "gradsheet-0.1.dist-info" / "METADATA").write_text(METADATA)
    done = without(package, "build", written(tmp_path), folder=tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert done.returncode == 2
    assert done.stderr.decode() == (
        f"error: Gradsheet needs the package {package}, which is not installed: "
        "python -m pip install 'not-there-python>=3.0'\n"
    )
    assert not (tmp_path / "hw").exists()


def test_a_module_of_ours_that_is_missing_is_a_fault_of_ours(tmp_path: Path) -> None:
    done = without("answers.homework.load", "build", written(tmp_path), folder=tmp_path)
    assert done.returncode == 1
    assert b"Traceback" in done.stderr


def test_an_interrupt_ends_the_program_with_its_own_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("answers.sheets.build.build", interrupted)
    assert run("build", written(tmp_path)).code == 130


def test_the_unexpected_stays_an_exception(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("answers.sheets.build.build", broken)
    with pytest.raises(ZeroDivisionError, match="a defect"):
        run("build", written(tmp_path))
