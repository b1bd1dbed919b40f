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


def assert_well_written(folder: Path, assignment: Assignment, width: int = 79, *, ascii_only: bool = True) -> None:
    """Assert that ruff finds nothing in an assignment's files, and would not set a line otherwise."""
    own = f'"{Path(assignment.file).stem}", "layers"'
    (folder / "ruff.toml").write_text(f"line-length = {width}\n[lint.isort]\nknown-first-party = [{own}]\n")
    solved, skeleton = f"solution_{assignment.file}", f"skeleton_{assignment.file}"
    lay_out(folder, {solved: assignment.solution, skeleton: assignment.skeleton, **assignment.examples})
    # l and the like are names on paper, and a value may be named before it is returned.
    rules = ["--select", "E,F,W,I,UP,B,C4,SIM,RET", "--ignore", "E741,RET504"]
    for command in (
        ["check", *rules, solved, *assignment.examples],
        ["check", *rules, "--extend-ignore", "F401", skeleton],  # imports that wait to be used
        ["format", "--diff", solved, skeleton, *assignment.examples],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for text in (assignment.solution, assignment.skeleton, *assignment.examples.values()):
        assert text.isascii() or not ascii_only
