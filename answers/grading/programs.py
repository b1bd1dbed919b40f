"""Programs that students hand in, run on the cases of their question: first what the course tests, then the rest."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from answers.code import Assignment, CodeCheck, CodeReport, check_file
from answers.code.cases import SEQUENCE
from answers.code.programming import Programming
from answers.errors import HomeworkError
from answers.files import read_file
from answers.handins.files import LARGEST, HandinError, files_in, printable
from answers.homework.model import Part
from answers.missing import OURS
from answers.sandbox import lacking_line
from derive.conventions import USUAL, Conventions

NOT_RUN = "not run"
"""The outcome of a program for which a package is missing: nobody knows whether it is right."""

MOST_BESIDE = 50
NO_MODULE = re.compile(r"ModuleNotFoundError: No module named '(\w+)")


@dataclass(frozen=True)
class AskedFile:
    """A program that a part asks for."""

    part: str
    assignment: Assignment
    points: float

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.assignment.file


@dataclass(frozen=True)
class Trial:
    """How programs are run: on the cases of which seed, and whether only in a whole sandbox."""

    seed: int = 0
    required: bool = False


@dataclass(frozen=True)
class Judged:
    """What a program is worth: its outcome, the share of its points (None if it was not run), and the reasons."""

    outcome: str
    share: float | None
    feedback: str


def asked_files(part: Part, conventions: Conventions = USUAL) -> tuple[Assignment, ...]:
    """The files that a part has students write, each with cases that are measured once."""
    items = (item for item in part.answer if isinstance(item, Programming))
    found = (
        (one, item.allows) for item in items for one in item.assignments(conventions) if one.skeleton or one.of_homework
    )
    return tuple(replace(one, cases=lru_cache(maxsize=2)(one.cases), allows=allows) for one, allows in found)


def program_in(folder: Path, name: str, *, alone: bool = False) -> Path | None:
    """The file of that name in a hand-in, the one that lies highest; links and what is hidden are none.

    A hand-in that is one file may have another name if the program is ``alone`` in being asked for.
    """
    if not folder.is_dir():
        return folder if folder.name == name or (alone and folder.suffix == ".py") else None
    found = [path for path in files_in(folder) if path.name.lower() == name.lower()]
    return min(found, key=lambda path: (len(path.parts), path.name != name, str(path)), default=None)


def tried(asked: Sequence[AskedFile], trial: Trial) -> dict[str, CodeReport]:
    """The reports of the reference solutions, by the names of their files.

    Raises:
        HomeworkError: one of them is not right itself.
        SandboxError: the sandbox is required, and the system lacks a part of it.
    """
    reports = {one.name: _report(one.assignment, one.assignment.solution, trial, {}) for one in asked}
    for name, report in reports.items():
        failed = [check for check in _taught(report) if not check.ok]
        if report.problem or failed:
            reason = report.problem or failed[0].note or failed[0].what
            raise HomeworkError(f"the solution of {name} is not right here itself: {reason}")
    return reports


def judged(asked: AskedFile, file: Path, trial: Trial, modules: Sequence[Path] = ()) -> Judged:
    """What a program is worth; it may import the modules that the same student handed in.

    Raises:
        SandboxError: the sandbox is required, and the system lacks a part of it.
    """
    try:
        source = _text(file)
        beside = {path.name: _text(path) for path in modules}
    except HandinError as error:
        return Judged("wrong", 0.0, f"{error}.")
    report = _report(asked.assignment, source, trial, beside)
    if report.lacking:
        return Judged(NOT_RUN, None, f"**Not run**: {', '.join(report.lacking)} is not installed.")
    foreign = NO_MODULE.match(report.problem)
    if foreign and foreign[1] not in sys.stdlib_module_names | OURS:
        return Judged(NOT_RUN, None, f"**Not run**: it imports {foreign[1]}, which the homework does not allow.")
    if report.problem:
        return Judged("wrong", 0.0, f"**Not right**: `{report.problem.replace('`', chr(39))}`")
    return _of(report)


def conditions(reports: Mapping[str, CodeReport], trial: Trial) -> Iterator[str]:
    """How programs were run, in lines for the report of a class."""
    for name, report in reports.items():
        how = f"not run: {', '.join(report.lacking)} is not installed" if report.lacking else f"run with {report.how}"
        yield f"{name}: {how}, on the cases of the seed {trial.seed}."
    lacks = {lack: None for report in reports.values() for lack in report.unconfined}
    if lacks:
        yield f"Not everything was kept from the programs: {lacking_line(tuple(lacks))}."


def _report(assignment: Assignment, source: str, trial: Trial, beside: Mapping[str, str]) -> CodeReport:
    # What stands in for PyTorch in a check of our own solution does not know all of it.
    if assignment.library == "torch" and importlib.util.find_spec("torch") is None:
        return CodeReport("", (), lacking=("torch",))
    return check_file(assignment, source, seed=trial.seed, required=trial.required, beside=beside)


def _taught(report: CodeReport) -> tuple[CodeCheck, ...]:
    return tuple(check for check in report.each if check.run == SEQUENCE and not check.extreme)


def _of(report: CodeReport) -> Judged:
    taught = _taught(report)
    names = list(dict.fromkeys(check.quantity for check in taught))
    wrong = {name: said for name in names if (said := _wrong([one for one in taught if one.quantity == name]))}
    lines = [f"- `{name}` {said}" for name, said in wrong.items()]
    head = f"**Right**: {', '.join(f'`{name}`' for name in names)}, all steps in sequence."
    if wrong:
        head = f"**Not right**: {len(names) - len(wrong)} of {len(names)} results are, all steps in sequence."
    return Judged(
        "wrong" if wrong else "right",
        (len(names) - len(wrong)) / max(len(names), 1),
        "\n".join([head, *([""] if lines else []), *lines, *_apart(report)]),
    )


def _wrong(checks: Sequence[CodeCheck]) -> str:
    """What is wrong with a quantity, in words; empty if nothing is."""
    failed = [check for check in checks if not check.ok]
    if not failed:
        return ""
    worst = max(failed, key=lambda check: (not check.note, check.error))
    reason = _reason(worst)
    hints = [hint for hint in failed[0].hints if all(hint in check.hints for check in failed)]
    said = f"{reason}: {hints[0]}" if hints else reason
    return "; ".join(filter(None, (said, _where(checks, failed))))


def _reason(check: CodeCheck) -> str:
    """Why a check fails; what the file itself says is quoted, so that a page shows it as it is."""
    reason = check.note.removeprefix(f"{check.quantity} ") or "differs"
    return f"`{reason.replace('`', chr(39))}`" if check.told else reason


def _where(checks: Sequence[CodeCheck], failed: Sequence[CodeCheck]) -> str:
    """For which sizes or which cases it is right, or wrong, where that tells them apart."""
    if len(failed) == len(checks):
        return ""
    for name, _ in (pair for check in checks for at in check.sizes for pair in at):
        ones = [check for check in checks if check.sizes and dict(check.sizes[0]).get(name) == 1]
        right = [check for check in checks if check.ok]
        if right and ones and all(check in ones for check in right) and all(check.ok for check in ones):
            return f"right for {name} = 1"
        if ones and all(check in ones for check in failed) and not any(check.ok for check in ones):
            return f"wrong for {name} = 1 only"
    labels = dict.fromkeys(check.what.partition(", ")[2] for check in failed)
    whole = {check.what for check in checks if check.ok}
    only = [label for label in labels if not any(what.endswith(f", {label}") for what in whole)]
    if only and len(only) == len(labels) <= 3:
        return f"for {' and for '.join(only)}"
    return f"in {len(failed)} of {len(checks)} cases"


def _apart(report: CodeReport) -> Iterator[str]:
    """Pieces alone and robustness, which cost nothing."""
    for title, kept in (
        ("Pieces alone", [check for check in report.each if check.run != SEQUENCE and not check.extreme]),
        ("Robustness", [check for check in report.each if check.extreme]),
    ):
        failed = [check for check in kept if not check.ok]
        said = {f"{check.what}: {_reason(check)}": None for check in failed}
        if kept:
            yield ""
            yield f"{title} (no points): " + ("all right." if not failed else f"{len(failed)} of {len(kept)} differ.")
            yield from (f"- {one}" for one in list(said)[:3])


def modules_beside(file: Path, entry: Path) -> list[Path]:
    """The other modules of its folder in a hand-in; beside one that is a file lie those of other students."""
    if file == entry:
        return []
    others = [path for path in sorted(file.parent.glob("*.py")) if path != file and path.is_file()]
    return [path for path in others if not path.is_symlink()][:MOST_BESIDE]


def _text(file: Path) -> str:
    try:
        content = read_file(file, LARGEST)
    except OSError as error:
        raise HandinError(f"{printable(file.name)} cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
