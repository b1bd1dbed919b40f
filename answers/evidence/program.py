"""The evidence ``program``: what the reference solution of a programming part reports when it is run."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.code import Assignment
from answers.code.program import CheckOnce, ran
from answers.contract.errors import HomeworkContentError
from answers.contract.item import Context
from answers.evidence.base import Evidence, Found
from answers.kinds.programs import what_it_reports
from derive.errors import nearest


class ProgramEvidence(Evidence):
    """The metrics that a solution reports, by name: ``accuracy``, ``r_squared``, as the key prints them beside it."""

    kind: Literal["program"]
    part: str = Field(description="the id of the part whose answer has the programming item")
    file: str = Field("", description="which of its files; the first one if left out")

    def find(self, context: Context) -> Found:
        assignment = self._chosen(context.assignments(self.part))
        return what_it_reports(assignment, ran(assignment, context.trainer), CheckOnce(assignment))

    def _chosen(self, assignments: tuple[Assignment, ...]) -> Assignment:
        programs = {one.file: one for one in assignments if one.results}
        if not programs:
            raise HomeworkContentError(f"no program of part {self.part} reports results when it is run")
        name = self.file or next(iter(programs))
        if name not in programs:
            raise HomeworkContentError(f"part {self.part} has no program {name}; {nearest(name, programs)}")
        return programs[name]
