"""The programming part of a homework: handout, reference solution, and checks of an ``mlp.py``."""

from answers.code.check import TOLERANCE, CodeCheck, CodeReport, RunningCheck, begin_check, check_solution
from answers.code.options import CodeOptions
from answers.code.write import write_handout, write_solution

__all__ = [
    "TOLERANCE",
    "CodeCheck",
    "CodeOptions",
    "CodeReport",
    "RunningCheck",
    "begin_check",
    "check_solution",
    "write_handout",
    "write_solution",
]
