"""What a homework may choose about its ``classifier.py``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.code.programming import Programming


class ClassifierOptions(Programming):
    """A programming part: a class ``SoftmaxClassifier`` with its loss and gradients, on top of ``layers.py``."""

    template: Literal["classifier"] = Field(
        default="classifier", description="classifier.py: a class SoftmaxClassifier that uses layers.py"
    )
    title: str = Field(default="A softmax classifier of two layers", description="the first line of the file")
