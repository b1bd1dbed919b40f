"""What a key shows and claims of a program that it prints: its output, and the numbers that a text quotes of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from answers.code import Assignment, CodeReport
from answers.code.program import CheckOnce, NotRunError, Program, ran
from answers.contract.evidence import Found, quoted_claim, read_number
from answers.contract.item import Claim
from answers.contract.methods import PROGRAM_AGAIN
from answers.latex.code import code_lines
from answers.latex.escape import escape
from answers.latex.sheet import Block, Code, Text
from answers.trainings.trainer import Trainer
from answers.trainings.words import in_percent
from numeric.checks.comparison import Comparison
from numeric.checks.tolerances import DOUBLE

PRINTED_NUMBER = re.compile(r"(?<![\w.^])-?\d+(?:\.\d+)?(?![\w.])")


@dataclass(frozen=True)
class Reported:
    """What a program says of itself: its values, its output and their claims, or why it was not run."""

    name: str
    found: Found
    ran: bool = True


def reported(assignment: Assignment, trainer: Trainer, run: CheckOnce) -> Reported:
    """Run the program, or find what it left when it was run before."""
    name = Path(assignment.file).stem
    try:
        program = ran(assignment, trainer)
    except NotRunError as reason:
        said = Text(rf"\emph{{{escape(f'{assignment.file} was not run: {reason}.')}}}")
        return Reported(name, Found({}, (said,), (_not_run_claim(assignment, reason),)), False)
    found = what_it_reports(assignment, program, run)
    return Reported(name, replace(found, blocks=_output(assignment, program)))


def what_it_reports(assignment: Assignment, program: Program, run: CheckOnce) -> Found:
    """The metrics of a program for a text, and the claims that it reports them."""
    shares = frozenset(filter(in_percent, program.quoted))
    plain = frozenset(program.quoted) - shares
    return Found(program.quoted, (), _claims(assignment, program, run), percent=shares, plain=plain)


def _output(assignment: Assignment, program: Program) -> tuple[Block, ...]:
    """What the program prints, as a terminal shows it."""
    heading = rf"What \texttt{{{escape(assignment.file)}}} prints"
    return (Code(code_lines(program.printed, "text"), heading),) if program.printed.strip() else ()


def _claims(assignment: Assignment, program: Program, run: CheckOnce) -> tuple[Claim, ...]:
    """That another run reports the numbers that are quoted and prints the output that is shown, in the same units."""
    return (
        _claim(f"numbers quoted of {assignment.file}", "quoted numbers", run, lambda now: _same_numbers(program, now)),
        _claim(f"output of {assignment.file}", "output", run, lambda now: _same_output(program, now)),
    )


def _not_run_claim(assignment: Assignment, reason: NotRunError) -> Claim:
    """The claim that stands for a program that was not run: it fails if the program does."""
    verdict = Comparison.failed(str(reason)) if reason.failed else Comparison.untried(str(reason))
    return Claim(f"output of {assignment.file}", "output", (PROGRAM_AGAIN,), lambda: verdict)


def lacking(report: CodeReport) -> Comparison:
    """The outcome where packages are not installed."""
    return Comparison.untried(f"not checked: {', '.join(report.lacking)} is not installed")


def _claim(what: str, latex: str, run: CheckOnce, compare: Callable[[CodeReport], Comparison]) -> Claim:
    def verdict() -> Comparison:
        report = run.report
        if report.lacking:
            return lacking(report)
        return Comparison.failed(report.problem) if report.problem else compare(report)

    return Claim(what, latex, (PROGRAM_AGAIN,), verdict, run.begin)


def _same_numbers(program: Program, now: CodeReport) -> Comparison:
    lost = sorted(set(program.numbers) - set(now.results))
    if lost or not program.numbers:
        return Comparison.failed(f"the program does not report {', '.join(lost) or 'anything'}")
    finite = {name: program.value_as_quoted(name, value) for name, value in now.results.items() if value == value}
    return quoted_claim("", program.quoted, finite).check()


def _same_output(program: Program, now: CodeReport) -> Comparison:
    """Whether the same text is printed, with every number that is quoted among its numbers, to its digits."""
    if now.printed != program.printed:
        lines = zip(now.printed.splitlines(), program.printed.splitlines(), strict=False)
        first = next((f"{one!r} in the place of {other!r}" for one, other in lines if one != other), "another length")
        return Comparison.failed(f"it prints {first}", points=1)
    stated = [read_number(text) for text in PRINTED_NUMBER.findall(program.printed)]
    for name, value in now.results.items():
        quoted = program.value_as_quoted(name, value)
        if value == value and not any(abs(number - quoted) <= off + DOUBLE * abs(quoted) for number, off in stated):
            return Comparison.failed(f"{name} is {quoted:.6g}, which is not printed", points=len(stated))
    return Comparison(0.0, 0.0, len(stated), "" if stated else "it prints no number")
