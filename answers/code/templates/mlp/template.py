"""The template ``mlp``: a class of two linear layers with their activations, and its losses."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from answers.code.assignment import Assignment
from answers.code.rendering import render
from answers.code.templates.mlp.cases import PARAMETERS, cases
from answers.code.templates.mlp.lines import activation_lines, backward_lines, forward_lines, loss_lines, modules
from answers.code.templates.mlp.options import MlpOptions
from derive.conventions import USUAL, Conventions
from numeric.source import namespace_of, tree


class Mlp(MlpOptions):
    """A file ``mlp.py`` with the class ``MLP``, in PyTorch without autograd or in NumPy."""

    def assignments(self, conventions: Conventions = USUAL) -> tuple[Assignment, ...]:
        return (
            Assignment(
                file="mlp.py",
                skeleton=skeleton(self),
                solution=solution(self),
                driver=Path(__file__).with_name("driver.py"),
                cases=partial(cases, self),
                quantities=("y_hat", "loss", "dJdy_hat", *(f"dJd{name}" for name in PARAMETERS)),
                examples={f"{self.test}.py": example_test(self)},
                library=self.library,
                autograd=False,
            ),
        )


def solution(options: MlpOptions) -> str:
    """The source of the reference ``mlp.py``.

    Raises:
        NetworkError: an activation or a loss does not exist.
        SourceError: one of them has no source for the library.
    """
    return _file("mlp.py.j2", options, solved=True)


def skeleton(options: MlpOptions) -> str:
    """``mlp.py`` with the lines to write left out."""
    return _file("mlp.py.j2", options, solved=False)


def example_test(options: MlpOptions) -> str:
    """One test of ``mlp.py``, for one pair of activations and one loss."""
    return _file("test_mlp.py.j2", options, solved=False)


def _file(template: str, options: MlpOptions, *, solved: bool) -> str:
    losses = loss_lines(options)
    used = tree.names_in(*(line.value for loss in losses for line in (loss.value, loss.slope)))
    return render(
        f"mlp/{template}",
        options=options,
        solved=solved,
        library=namespace_of(options.library),
        forward=forward_lines(options.library),
        backward=backward_lines(options.library),
        activations=activation_lines(options),
        losses={loss.name: loss for loss in losses},
        modules=modules(options),
        helpers=[name for name in ("safe_log", "safe_divisor") if name in used],
    )
