"""The kind ``code``: a programming part, with its handout, its reference solution and the check of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from answers.code import Assignment, CodeCheck, CodeReport
from answers.code.program import CheckOnce
from answers.code.reported import lacking, reported
from answers.contract.item import Answered, Claim, Context
from answers.contract.texts import Markdown
from answers.contract.written import Lined, lines_left
from answers.latex.code import CodeLine, code_lines
from answers.latex.escape import escape
from answers.latex.sheet import Block, Code, Text
from answers.readback.prose import quoting
from answers.sandbox import lacking_line
from answers.trainings.homework import Trainings
from derive.conventions import USUAL, Conventions
from numeric.checks.comparison import Comparison

ALMOST_ALL = 0.7
"""From this share of the lines on, a solution is shown whole."""

PackageName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]

HANDOUT, SOLUTION = "handout", "solution"
GAP = CodeLine(0, r"\codecomment{...}")
"""What stands for lines that are left out."""


class Programming(Lined):
    """A file to be written without automatic differentiation, and the one that the derivations write.

    Each template of ``answers.code.templates`` is a subclass: it says which files are written.
    """

    kind: Literal["code"] = "code"
    template: str
    text: Markdown = Field(
        default="",
        description="Markdown behind the listing that may quote what it reports: {{classification_numpy.accuracy}}",
    )
    allows: tuple[PackageName, ...] = Field(
        default=(), description="packages that a hand-in may import besides, such as scipy or matplotlib"
    )
    lines: int = lines_left(0)
    begins_early: ClassVar[bool] = True

    def assignments(self, conventions: Conventions = USUAL) -> tuple[Assignment, ...]:
        """The files that are to be written, in the conventions of the homework as far as a template has them.

        Raises:
            HomeworkContentError: the options do not fit each other.
            NetworkError: a layer, an activation or a loss does not exist.
            SourceError: one of them has no source.
        """
        raise TypeError(f"{type(self).__name__} does not say what is to be written")

    def handout(self, context: Context) -> tuple[tuple[str, str], ...]:
        given = [file for one in self.assignments(context.conventions) for file in one.handouts.items()]
        return tuple((f"{HANDOUT}/{name}", text) for name, text in given)

    def answer(self, context: Context) -> Answered:
        assignments, trainer = self.assignments(context.conventions), context.shared(Trainings).trainer
        printed = [one for one in assignments if one.derived] or list(assignments)
        checks = {one.file: CheckOnce(one) for one in assignments}
        blocks: list[Block] = [Text(_introduction(assignments, printed))]
        blocks += [_listing(one) for one in printed]
        claims = tuple(claim for one in assignments for claim in _claims(one, checks[one.file]))
        reports = [reported(one, trainer, checks[one.file]) for one in printed if one.results]
        blocks += [block for report in reports for block in report.found.blocks]
        claims += tuple(claim for report in reports for claim in report.found.claims)
        if self.text and all(report.ran for report in reports):
            text, claims = quoting(self.text, {report.name: report.found for report in reports}, claims)
            blocks.append(text)
        files = tuple((f"{SOLUTION}/{one.file}", one.solution) for one in assignments)
        return Answered(tuple(blocks), claims, files)


def _introduction(assignments: Sequence[Assignment], printed: Sequence[Assignment]) -> str:
    handed = [f"{HANDOUT}/{name}" for one in assignments for name in one.handouts]
    text = [f"Handed out: {_listed(handed)}."] if handed else []
    if all(one.derived for one in printed):
        text.append(
            "The reference solution below is written from the derivations: the lines that compute a gradient are the "
            f"derived formulas, printed as code. It is in {_listed([f'{SOLUTION}/{one.file}' for one in printed])}."
        )
    if any(_is_excerpt(one) for one in printed):
        text.append("Only what was to be written is printed.")
    own = [f"{SOLUTION}/{one.file}" for one in assignments if one.of_homework]
    if own:
        text.append(
            f"The solution below, {_listed(own)}, is the homework's own. What it computes was compared with values and "
            "measured derivatives of the forward definitions."
        )
    others = [f"{SOLUTION}/{one.file}" for one in assignments if not one.derived and not one.of_homework]
    if others:
        text.append(f"Solved in libraries that differentiate by themselves: {_listed(others)}.")
    for one in assignments:
        if one.lacking:
            text.append(rf"\emph{{Not checked}}: {_listed([one.file])}, since {_listed(one.lacking)} is not installed.")
    # Names of files are long words: on justified lines they would leave wide gaps.
    return rf"{{\raggedright {' '.join(text)}\par}}" if text else ""


def _listing(assignment: Assignment) -> Code:
    """The lines of the solution that were to be written, with their numbers and dots where others are left out."""
    lines = code_lines(assignment.solution)
    shown: list[CodeLine] = []
    numbers: list[str] = []
    last = 0
    for number in written_lines(assignment.solution, assignment.skeleton):
        left_out = lines[last : number - 1]
        if any(line.latex for line in left_out):
            left_out = (GAP,)
        shown += left_out
        numbers += [""] * len(left_out)
        shown.append(lines[number - 1])
        numbers.append(str(number))
        last = number
    return Code(tuple(shown), escape(assignment.file), tuple(numbers))


def _is_excerpt(assignment: Assignment) -> bool:
    lines = len(assignment.solution.splitlines())
    return len(written_lines(assignment.solution, assignment.skeleton)) < lines


def _listed(names: Sequence[str]) -> str:
    """File names in a row; a line may break behind a slash or an underscore."""
    return ", ".join(map(_file_name, names))


def _file_name(name: str) -> str:
    code = escape(name)
    for place in ("/", r"\_"):
        code = code.replace(place, rf"{place}\allowbreak{{}}")
    return rf"\texttt{{{code}}}"


def _claims(assignment: Assignment, run: CheckOnce) -> tuple[Claim, ...]:
    """A claim for each quantity that the file computes, over all cases."""
    return tuple(_claim(assignment, name, run) for name in assignment.quantities)


def _claim(assignment: Assignment, name: str, run: CheckOnce) -> Claim:
    def verdict() -> Comparison:
        found = run.report
        if found.lacking:
            return lacking(found)
        mine = [check for check in found.checks if check.quantity == name]
        if found.problem or not mine:
            return Comparison.failed(found.problem or f"nothing was compared with {name}")
        worst = max(mine, key=lambda check: (not check.ok, check.error))
        return replace(worst, points=sum(check.points for check in mine), note=_note(mine, found))

    what = f"{name} of {assignment.file}"
    return Claim(what, rf"\texttt{{{escape(name)}}}", assignment.methods, verdict, run.begin)


def _note(checks: list[CodeCheck], report: CodeReport) -> str:
    failed = [f"{check.what}: {check.note or 'differs'}" for check in checks if not check.ok]
    said = failed[:3] or [f"run with {report.how}"]
    return "; ".join(filter(None, (*said, lacking_line(report.unconfined))))


def written_lines(solution: str, skeleton: str) -> tuple[int, ...]:
    """The numbers of the lines of the functions that differ from the handout, with the heads of their classes.

    All lines if there is no handout, or if almost all of them are to be written.
    """
    source = solution.splitlines()
    everything = tuple(range(1, len(source) + 1))
    if not skeleton:
        return everything
    handed_out = dict(_functions(skeleton))
    lines: set[int] = set()
    for name, text, numbers in _located(solution):
        if handed_out.get(name) != text:
            lines |= numbers
    written = sum(bool(source[number - 1].strip()) for number in lines)
    return tuple(sorted(lines)) if 0 < written < ALMOST_ALL * sum(map(bool, map(str.strip, source))) else everything


def _functions(source: str) -> Iterator[tuple[str, str]]:
    for name, text, _ in _located(source):
        yield name, text


def _located(source: str) -> Iterator[tuple[str, str, set[int]]]:
    """Each function, methods among them: its name, its text, and the lines that show it."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, _text(source, node), _span(node)
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield f"{node.name}.{method.name}", _text(source, method), {node.lineno} | _span(method)


def _text(source: str, node: ast.FunctionDef) -> str:
    return ast.get_source_segment(source, node) or ""


def _span(node: ast.FunctionDef) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
