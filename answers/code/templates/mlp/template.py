"""The template ``mlp``: a class of two linear layers with their activations, and its losses."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from answers.code.assignment import Assignment
from answers.code.templates.mlp.cases import PARAMETERS, cases
from answers.code.templates.mlp.options import MlpOptions
from answers.code.templates.mlp.write import example_test, skeleton, solution


class Mlp(MlpOptions):
    """A file ``mlp.py`` with the class ``MLP``, in PyTorch without autograd or in NumPy."""

    def assignments(self) -> tuple[Assignment, ...]:
        return (
            Assignment(
                file="mlp.py",
                skeleton=skeleton(self),
                solution=solution(self),
                driver=Path(__file__).with_name("driver.py"),
                cases=partial(cases, self),
                quantities=("y_hat", "loss", "dJdy_hat", *(f"dJd{name}" for name in PARAMETERS)),
                examples={"test_mlp.py": example_test(self)},
                library=self.library,
            ),
        )
