"""Programming parts: handouts, reference solutions, and checks of files in a process of their own."""

from answers.code.assignment import Assignment
from answers.code.cases import Case
from answers.code.check import RunningCheck, begin_check, check_file
from answers.code.report import CodeCheck, CodeReport

__all__ = [
    "Assignment",
    "Case",
    "CodeCheck",
    "CodeReport",
    "RunningCheck",
    "begin_check",
    "check_file",
]
