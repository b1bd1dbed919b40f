"""What the words of a certificate mean that say against what a claim was compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

METHODS: Mapping[str, str] = {
    "differences": "derivatives measured on the forward pass, by central differences and the complex step",
    "differences of the forward pass": "derivatives measured on the forward pass, by central differences",
    "each step": "every step, with the quantity that it states and with the step before",
    "forward pass": "the values that the layers compute one after the other",
    "matrix form": "the matrix form, with the index form element by element",
    "at stand-in sizes": "a derivation at large sizes, of which the one with letters is tried at small ones",
    "at the sizes as they stand": "the generated gradients at large sizes, along random directions",
    "element by element": "every element that is written out",
    "its value there": "the derivative at a kink, with what the convention says",
    "equations": "the numbers of a graph, with the values of its equations",
    "each arrow moved alone": "the gradient at an arrow, with what a small change of the value on it alone does",
    "SymPy": "the derivatives that SymPy finds of the whole formula",
    "N digits": "computed with so many digits, for no rounding to be seen",
    "each line with the one before it": "the lines of a proof, at random points of their domains",
    "all by algebra too": "the difference of two lines, which SymPy simplifies to 0",
    "its value to N digits": "a number in floating point, with the same computed to so many digits",
    "which is finite": "floating point, which gives no number where the exact value is one",
    "the formula": "points of a curve, with the formula to so many digits",
    "difference quotients": "points of the curve of a derivative, with quotients of differences",
    "values far and near": "the range of a function, with its values far out and near by",
    "its values on a grid": "the largest value, with those on a fine grid",
    "the corners that are drawn": "determinants, with the area that the drawn corners enclose",
    "the network": "an affine form, with the network at points that activate the same units",
    "patterns on a grid": "the number of regions, with the patterns of active units on a grid",
    "simulated batches": "what theory says, with random batches",
    "a difference quotient of the forward pass": "a gradient along a random direction",
    "the loss before it": "the loss after every step, which must be smaller",
    "the target itself": "a normalisation, undone",
    "differences of the loss": "gradients, with differences of the loss",
    "the seed once more": "the first steps of a training, repeated from its seed",
    "the kept weights": "the results of a training, computed again from its weights",
    "what was measured": "a goal, with what was reached",
    "what was found": "the numbers of a text, with those that were computed, to the digits that are printed",
    "all cases": "the results of a program on random arrays, in every case",
    "all layers": "the results of a program on random arrays, for every layer",
    "the printed program once more": "what a program prints and what a text quotes of it, with another run of it",
    "in NumPy: a goal of N": "a training by the reference, which must reach so much",
    "in PyTorch: a goal of N": "a training in PyTorch, which must reach so much",
    "in Keras: a goal of N": "a training in Keras, which must reach so much",
    "definitions": "metrics that a program reports, with their definitions",
}
"""What is compared, for a part of a method between commas; N is a number."""


def explained(methods: Iterable[str]) -> dict[str, str]:
    """The parts of the methods that ``METHODS`` explains, as they are written first, in the order of ``METHODS``."""
    parts: dict[str, str] = {}
    for method in methods:
        for part in method.split(", "):
            parts.setdefault(re.sub(r"\d+(\.\d+)?( %)?", "N", part), part)
    return {parts[name]: meaning for name, meaning in METHODS.items() if name in parts}
