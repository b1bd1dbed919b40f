"""The template ``module``: classes of layers whose ``_backward`` is to be written."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from answers.code.assignment import Assignment
from answers.code.programming import Programming
from answers.code.rendering import render
from answers.code.templates.module.cases import cases
from answers.code.templates.module.lines import activation, convolution, linear, pooling
from answers.contract.methods import ALL_LAYERS, DIFFERENCES
from answers.errors import HomeworkContentError
from derive.conventions import USUAL, Conventions
from derive.errors import nearest
from derive.layers import ACTIVATION

SHAPED = ("Conv2d", "MaxPool2d")
"""The layers that have a class of their own form; activations share theirs."""


class ModuleFile(Programming):
    """A file ``module.py`` with a class for each layer, in NumPy; running it tests it."""

    template: Literal["module"] = Field(default="module", description="module.py: layers whose _backward is written")
    title: str = Field(default="Layers, backward by hand", description="the first line of the file")
    layers: tuple[str, ...] = Field(
        default=("Conv2d", "MaxPool2d", "Tanh"),
        description="Conv2d, MaxPool2d, and activations by their names, in the order of the file",
    )

    @model_validator(mode="after")
    def _are_known(self) -> ModuleFile:
        known = (*SHAPED, *(name for name, one in ACTIVATION.items() if not one.learnt))
        for name in self.layers:
            if name not in known:
                raise HomeworkContentError(f"module.py has no layer {name}; {nearest(name, known)}")
        if not self.layers or len(set(self.layers)) < len(self.layers):
            raise HomeworkContentError(f"layers of module.py must differ; got {', '.join(self.layers) or 'none'}")
        return self

    def assignments(self, conventions: Conventions = USUAL) -> tuple[Assignment, ...]:
        parameters = ("dweight", "dbias") if "Conv2d" in self.layers else ()
        return (
            Assignment(
                file="module.py",
                skeleton=skeleton(self),
                solution=solution(self),
                driver=Path(__file__).with_name("driver.py"),
                cases=partial(cases, self.layers),
                quantities=("y", "dz", *parameters),
                methods=(DIFFERENCES, ALL_LAYERS),
            ),
        )


def solution(options: ModuleFile) -> str:
    """The source of the reference ``module.py``.

    Raises:
        SourceError: an activation has no source.
    """
    return _file(options, solved=True)


def skeleton(options: ModuleFile) -> str:
    """``module.py`` with the bodies of ``_backward`` left out."""
    return _file(options, solved=False)


def _file(options: ModuleFile, *, solved: bool) -> str:
    return render(
        "module/module.py.j2",
        options=options,
        solved=solved,
        images=any(name in SHAPED for name in options.layers),
        conv=convolution(),
        pool=pooling(),
        linear=linear(),
        activations={name: activation(name) for name in options.layers if name not in SHAPED},
    )
