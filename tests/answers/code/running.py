"""Generated files as a student has them: in a folder, run with Python, and looked over by ruff."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from answers.code import Assignment


def lay_out(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments in the folder."""
    return subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def texts(assignment: Assignment) -> dict[str, str]:
    """The handouts and the solution of an assignment."""
    return {f"solution_{assignment.file}": assignment.solution, **assignment.handouts}


def assert_well_written(folder: Path, files: Mapping[str, str]) -> None:
    """Assert that ruff finds nothing in the files, and would not set a line otherwise."""
    lay_out(folder, files)
    # Names of mathematics (N, C, W1, l) are as they are on paper.
    for command in (["check", "--select", "E,F,W,I,UP,B,C4,SIM,RET", "--ignore", "E741"], ["format", "--diff"]):
        done = run(folder, "-m", "ruff", *command, "--isolated", "--line-length", "79", *files)
        assert done.returncode == 0, done.stdout + done.stderr
