"""The template ``module``: classes of layers whose ``_backward`` is to be written."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from answers.code.assignment import Assignment
from answers.code.templates.module.cases import cases
from answers.code.templates.module.options import ModuleOptions
from answers.code.templates.module.write import skeleton, solution


class ModuleFile(ModuleOptions):
    """A file ``module.py`` with a class for each layer, in NumPy; running it tests it."""

    def assignments(self) -> tuple[Assignment, ...]:
        parameters = ("dweight", "dbias") if "Conv2d" in self.layers else ()
        return (
            Assignment(
                file="module.py",
                skeleton=skeleton(self),
                solution=solution(self),
                driver=Path(__file__).with_name("driver.py"),
                cases=partial(cases, self),
                quantities=("y", "dz", *parameters),
                method="differences, all layers",
            ),
        )
