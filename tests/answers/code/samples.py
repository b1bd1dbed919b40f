"""The one file that a programming part asks for, and its checks."""

from __future__ import annotations

from typing import Any

from answers.code import Assignment, CodeReport, check_file
from answers.code.programming import Programming


def the_file(item: Programming) -> Assignment:
    """The assignment of an item that has one."""
    (assignment,) = item.assignments()
    return assignment


def checked(source: str, item: Programming, **options: Any) -> CodeReport:
    """The report of a file that is handed in for an item."""
    return check_file(the_file(item), source, **options)
