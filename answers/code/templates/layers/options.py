"""What a homework may choose about its ``layers.py``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from answers.code.programming import Programming


class LayersOptions(Programming):
    """A programming part: fully connected, ReLU and softmax layers as functions, forward and backward."""

    template: Literal["layers"] = Field(default="layers", description="layers.py: functions of three layers")
    title: str = Field(default="Layers of a classifier, from scratch", description="the first line of the file")
