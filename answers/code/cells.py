"""Cells of notebooks from the functions of a file, and what they print when they are run."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from answers.notebook import Cell, code, words

SECONDS = 300
"""So long may all cells of a notebook take."""

RUNNER = r"""
import ast, base64, contextlib, io, json, sys, traceback
cells, space, told = json.load(sys.stdin), {"__name__": "__main__"}, []
try:
    import matplotlib
    matplotlib.use("Agg")
except ImportError:
    pass
for source in cells:
    out = {"text": "", "pictures": [], "error": ""}
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        try:
            exec(compile(source, "<cell>", "exec"), space)
        except Exception:
            out["error"] = traceback.format_exc(limit=-1)
    out["text"] = stream.getvalue()
    if "matplotlib.pyplot" in sys.modules:
        pyplot = sys.modules["matplotlib.pyplot"]
        for number in pyplot.get_fignums():
            drawn = io.BytesIO()
            pyplot.figure(number).savefig(drawn, format="png", dpi=80, metadata={"Software": None})
            out["pictures"].append(base64.b64encode(drawn.getvalue()).decode())
        pyplot.close("all")
    told.append(out)
    if out["error"]:
        break
json.dump(told, sys.stdout)
"""
"""Runs cells one after the other in one namespace, as a notebook does, and tells what each prints and draws."""


class CellError(Exception):
    """A cell of a solution fails."""


def named_cells(source: str) -> Iterator[tuple[str, str]]:
    """The cells of a file in which each stands behind a line ``# %% NAME``, with their names."""
    _, *pieces = re.split(r"^# %% (\w+)\n", source, flags=re.MULTILINE)
    yield from zip(pieces[::2], pieces[1::2], strict=True)


def file_cells(source: str, inside: Iterable[str] = (), *, whole: bool = False) -> Iterator[Cell]:
    """The cells of a Python file: what it says of itself, its imports, each function and class, and what it runs.

    Imports from the modules ``inside`` of the notebook are left out: their functions are there. The ``whole`` file
    is one cell if asked for.
    """
    inside = set(inside)
    if whole:
        kept = [f"from {name} import" for name in inside]
        lines = [line for line in source.splitlines() if not line.startswith(tuple(kept))]
        yield code("\n".join(lines))
        return
    tree = ast.parse(source)
    lines = source.splitlines()
    described = ast.get_docstring(tree)
    if described:
        yield words(described)
    waiting: list[str] = []
    end = 0
    for number, statement in enumerate(tree.body):
        first = min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))])
        if number == 0 and described:
            end = statement.end_lineno or 0
            continue
        before = [line for line in lines[end : first - 1] if line.strip()]
        text = "\n".join([*before, *lines[first - 1 : statement.end_lineno]])
        end = statement.end_lineno or 0
        if isinstance(statement, ast.ImportFrom) and (statement.module or "") in inside:
            continue
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.If) and waiting:
            yield code("\n".join(waiting))
            waiting = []
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.If):
            yield code(_unguarded(statement, lines) or text)
        else:
            waiting.append(text)
    if waiting:
        yield code("\n".join(waiting))


def _unguarded(statement: ast.stmt, lines: list[str]) -> str:
    """What stands behind ``if __name__ == "__main__"``, which a notebook runs as it is."""
    if not (isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test)):
        return ""
    inner = lines[statement.body[0].lineno - 1 : statement.end_lineno]
    indent = min(len(line) - len(line.lstrip()) for line in inner if line.strip())
    return "\n".join(line[indent:] for line in inner)


def outputs_of(cells: Sequence[Cell]) -> str:
    """What the cells of code print and draw, run one after the other in a process of their own, as JSON.

    Raises:
        CellError: one of them fails, or they take too long.
    """
    with tempfile.TemporaryDirectory(prefix="gradsheet-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-c", RUNNER],
                input=json.dumps([cell.source for cell in cells if cell.kind == "code"]),
                capture_output=True, text=True, timeout=SECONDS, cwd=folder, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise CellError(f"the cells take more than {SECONDS} s") from error
    if done.returncode:
        raise CellError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "the cells cannot be run")
    failed = [told["error"] for told in json.loads(done.stdout) if told["error"]]
    if failed:
        raise CellError(f"a cell fails: {failed[0].strip().splitlines()[-1]}")
    return done.stdout


def with_outputs(cells: Sequence[Cell], outputs: str) -> tuple[Cell, ...]:
    """The cells with what they print and draw."""
    told = iter(json.loads(outputs))
    return tuple(
        replace(cell, printed=one["text"], pictures=tuple(one["pictures"]))
        if cell.kind == "code" and (one := next(told))
        else cell
        for cell in cells
    )
