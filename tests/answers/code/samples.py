"""The one file that a programming part asks for, and its checks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from answers.code import Assignment, CodeReport, check_file
from answers.code.programming import Programming


def the_file(item: Programming) -> Assignment:
    """The assignment of an item that has one."""
    (assignment,) = item.assignments()
    return assignment


def checked(source: str, item: Programming, **options: Any) -> CodeReport:
    """The report of a file that is handed in for an item."""
    return check_file(_with_its_cases(type(item), item.model_dump_json()), source, **options)


@cache
def _with_its_cases(kind: type[Programming], described: str) -> Assignment:
    """The assignment of such an item, whose cases are measured once however many files are handed in for it."""
    assignment = the_file(kind.model_validate_json(described))
    return replace(assignment, cases=cache(assignment.cases))
