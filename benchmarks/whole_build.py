"""``gradsheet build nyu-2020`` as a process, beside pdflatex on the same documents."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from answers.pdf import compile_pdf, find_engine
from benchmarks.measuring import Line, in_turns, passing_seconds, seconds

PROGRAM = (sys.executable, "-c", "from answers.command import main; main()")
HOMEWORK = "nyu-2020"
MOST = 3.0


def lines(repeats: int, full: bool) -> Iterator[Line]:
    """The whole build, imports included, against as many runs of pdflatex as it makes."""
    engine = find_engine()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _gradsheet("build", HOMEWORK, "--format", "tex", "--out", str(folder))
        documents = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.tex"))}
        runs = {stem: compile_pdf(tex, folder / f"{stem}.pdf").runs for stem, tex in documents.items()}

        def pdflatex() -> None:
            for stem, tex in documents.items():
                compile_pdf(tex, folder / f"{stem}.pdf", engine=engine)

        def build() -> None:
            _gradsheet("build", HOMEWORK, "--out", str(folder / "built"))

        contenders = {"build": build, "pdflatex": pdflatex, "import": lambda: _gradsheet("--help")}
        best = in_turns(contenders, repeats, passing_seconds)
    ratio = best["build"] / best["pdflatex"]
    counted = ", ".join(f"{stem} {count}" for stem, count in runs.items())
    yield Line(
        f"build {HOMEWORK}; beside its pdflatex, {engine.name} ({counted} runs)",
        seconds(best["build"]),
        seconds(best["pdflatex"]),
        f"{ratio:.2f} times",
        f"at most {MOST:g}",
        ratio <= MOST,
    )
    yield Line("gradsheet --help: what starting takes", seconds(best["import"]))


def _gradsheet(*arguments: str) -> None:
    root = str(Path(__file__).parent.parent)
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    subprocess.run(
        [*PROGRAM, *arguments], check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path}
    )
