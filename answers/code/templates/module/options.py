"""What a homework may choose about its ``module.py``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from answers.code.programming import Programming
from answers.errors import HomeworkContentError
from derive.errors import nearest
from derive.layers import ACTIVATION

SHAPED = ("Conv2d", "MaxPool2d")
"""The layers that have a class of their own form; activations share theirs."""


class ModuleOptions(Programming):
    """A programming part: classes of layers with ``_forward`` given and ``_backward`` to write."""

    template: Literal["module"] = Field(default="module", description="module.py: layers whose _backward is written")
    title: str = Field(default="Layers, backward by hand", description="the first line of the file")
    layers: tuple[str, ...] = Field(
        default=("Conv2d", "MaxPool2d", "Tanh"),
        description="Conv2d, MaxPool2d, and activations by their names, in the order of the file",
    )

    @model_validator(mode="after")
    def _are_known(self) -> ModuleOptions:
        known = (*SHAPED, *(name for name, one in ACTIVATION.items() if not one.learnt))
        for name in self.layers:
            if name not in known:
                raise HomeworkContentError(f"module.py has no layer {name}; {nearest(name, known)}")
        if not self.layers or len(set(self.layers)) < len(self.layers):
            raise HomeworkContentError(f"layers of module.py must differ; got {', '.join(self.layers) or 'none'}")
        return self
