"""``import gradsheet`` offers what users import, and says so if a file of theirs hides a package of it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import derive
import gradsheet
import numeric
from answers import marking
from answers.missing import OURS
from gradsheet import caches
from gradsheet.neighbours import PACKAGES

ROOT = Path(__file__).parents[2]


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Python as a user starts it, in a folder of theirs."""
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_everything_offered_is_there_and_the_same() -> None:
    for name in gradsheet.__all__:
        homes = [package for package in (derive, numeric, marking) if name in package.__all__] or [caches]
        assert getattr(gradsheet, name) is getattr(homes[0], name)


def test_no_name_of_derive_for_users_is_missing() -> None:
    # Parts of a derivation are reached from it, never made by users.
    assert set(derive.__all__) - set(gradsheet.__all__) == {"Quantity", "Step"}


def test_module_is_the_command(tmp_path: Path) -> None:
    done = run("-m", "gradsheet", "list", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "nyu-2020" in done.stdout


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("kind", ["module", "package", "folder"])
def test_file_in_the_way_is_named(name: str, kind: str, tmp_path: Path) -> None:
    if kind == "module":
        hiding = tmp_path / f"{name}.py"
        hiding.write_text("", encoding="utf-8")
    else:
        hiding = tmp_path / name
        hiding.mkdir()
        if kind == "package":
            (hiding / "__init__.py").write_text("", encoding="utf-8")
    done = run("-c", "import gradsheet; print('imported')", folder=tmp_path)
    # A folder without a module in it hides nothing: Python goes on to ours.
    if kind == "folder":
        assert done.stdout.strip() == "imported"
    else:
        assert done.returncode == 1
        assert f"ImportError: {hiding} hides the package {name} of Gradsheet" in done.stderr
        assert "rename it" in done.stderr


@pytest.mark.parametrize("package", ["sympy", "mpmath"])
def test_a_package_that_is_missing_is_named(package: str, tmp_path: Path) -> None:
    hidden = f"import sys; sys.modules[{package!r}] = None; "
    imported = run("-c", f"{hidden}import gradsheet", folder=tmp_path)
    message = f"Gradsheet needs the package {package}, which is not installed: python -m pip install"
    assert f"ImportError: {message}" in imported.stderr
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError('none', name={package!r})", encoding="utf-8")
    called = run("-m", "gradsheet", "list", folder=tmp_path)
    assert called.returncode == 2
    assert called.stderr.startswith(f"error: {message}")
    assert called.stderr.count("\n") == 1


def test_the_packages_are_those_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == OURS
    assert set(PACKAGES) == OURS - {"gradsheet", "pytest_gradsheet"}
