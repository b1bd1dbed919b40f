"""The evidence ``program``: what the reference solution of a programming part reports when it is run."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.code import Assignment
from answers.code.program import CheckOnce, ran
from answers.code.programming import Programming
from answers.code.reported import what_it_reports
from answers.contract.evidence import Evidence, Found
from answers.contract.item import Context
from answers.errors import HomeworkContentError
from answers.trainings.homework import Trainings
from derive.errors import nearest


class ProgramEvidence(Evidence):
    """The metrics that a solution reports, by name: ``accuracy``, ``r_squared``, as the key prints them beside it."""

    kind: Literal["program"]
    part: str = Field(description="the id of the part whose answer has the programming item")
    file: str = Field("", description="which of its files; the first one if left out")

    def find(self, context: Context) -> Found:
        programming = (item for item in context.items(self.part) if isinstance(item, Programming))
        assignment = self._chosen(tuple(one for item in programming for one in item.assignments(context.conventions)))
        program = ran(assignment, context.shared(Trainings).trainer)
        return what_it_reports(assignment, program, CheckOnce(assignment))

    def _chosen(self, assignments: tuple[Assignment, ...]) -> Assignment:
        programs = {one.file: one for one in assignments if one.results}
        if not programs:
            raise HomeworkContentError(f"no program of part {self.part} reports results when it is run")
        name = self.file or next(iter(programs))
        if name not in programs:
            raise HomeworkContentError(f"part {self.part} has no program {name}; {nearest(name, programs)}")
        return programs[name]
