"""The lines of ``layers.py`` that follow from derivations, in the letters of the homework."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from answers.code.activations import ActivationLines, written_activation
from answers.code.lines import DerivedLine, Naming
from answers.code.softmax import SoftmaxLines, softmax
from answers.code.templates.module.lines import linear
from derive.conventions import USUAL, Weights
from derive.remembering import TRIALS

NAMING = Naming({"z": "x", "weight": "W", "bias": "b", "b": "n"}, gradient="d{}", slope="d")
"""What this file calls things; its index of the batch is n, since b is the bias."""


@dataclass(frozen=True)
class LayerLines:
    """The lines of the three layers."""

    fc: tuple[DerivedLine, ...]
    relu: ActivationLines
    softmax: SoftmaxLines


@lru_cache(maxsize=TRIALS)
def layer_lines(weights: Weights = USUAL.weights) -> LayerLines:
    """The lines of the fully connected layer, of ReLU and of softmax."""
    return LayerLines(linear(NAMING, weights), written_activation("relu", "ReLU", "numpy", NAMING), softmax(NAMING))
