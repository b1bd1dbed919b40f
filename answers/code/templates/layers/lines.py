"""The lines of ``layers.py`` that follow from derivations, in the letters of the homework."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from answers.code.activations import written_activation
from answers.code.lines import DerivedLine
from answers.code.softmax import SoftmaxLines, softmax
from answers.code.templates.module.lines import linear

WORDS: Mapping[str, str] = {
    "b": "n", "sum_b": "sum_n", "z": "x", "weight": "W", "bias": "b", "dz": "dx", "dweight": "dW", "dbias": "db",
}  # fmt: skip
"""Names of the derivations, and what this file calls them; its index of the batch is n, since b is the bias."""


@dataclass(frozen=True)
class LayerLines:
    """The lines of the three layers."""

    fc: tuple[DerivedLine, ...]
    relu: tuple[DerivedLine, DerivedLine]
    softmax: SoftmaxLines


@cache
def layer_lines() -> LayerLines:
    """The lines of the fully connected layer, of ReLU and of softmax."""
    relu = written_activation("relu", "ReLU", "numpy", "dy")
    soft = softmax()
    return LayerLines(
        fc=tuple(_renamed(line) for line in linear()),
        relu=(
            _renamed(DerivedLine("y", relu.value, relu.value_comment)),
            _renamed(DerivedLine("dz", relu.slope, relu.slope_comment.replace("dJ/d", "d"))),
        ),
        softmax=SoftmaxLines(
            shifted=renamed(soft.shifted),
            e=_renamed(soft.e),
            s=_renamed(soft.s),
            y=_renamed(soft.y),
            log_y=renamed(soft.log_y),
            dz=_renamed(DerivedLine(soft.dz.target, soft.dz.source, soft.dz.comment.replace("dJ/d", "d"))),
        ),
    )


def _renamed(line: DerivedLine) -> DerivedLine:
    source = line.source.replace("self.", "")
    return DerivedLine(
        renamed(re.sub(r'self\.grads\["(\w+)"\]', r"d\1", line.target)), renamed(source), renamed(line.comment)
    )


def renamed(text: str) -> str:
    """A formula or a line in the letters of the homework."""
    return re.sub(r"[A-Za-z]\w*", lambda word: WORDS.get(word[0], word[0]), text)
