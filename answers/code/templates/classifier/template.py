"""The template ``classifier``: a two-layer softmax classifier with cross-entropy, its training loop given."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

import numpy
from pydantic import Field

from answers.code.assignment import Assignment
from answers.code.cases import SEQUENCE, SHAPES, Case, point, slopes, value
from answers.code.programming import Programming
from answers.code.rendering import render
from answers.code.templates.classifier.lines import classifier_lines, model
from answers.code.templates.layers.template import LayersFile, layers_file
from derive.conventions import USUAL, Conventions, Weights
from derive.remembering import TRIALS

PARAMETERS = ("W1", "b1", "W2", "b2")
SIZES = (
    {"N": 5, "D": 4, "H": 3, "C": 3},
    {"N": 1, "D": 3, "H": 5, "C": 2},
    {"N": 4, "D": 2, "H": 2, "C": 5},
)
EXTREME = 1000.0


class ClassifierFile(Programming):
    """A file ``classifier.py`` with the class ``SoftmaxClassifier``; it is run with the reference ``layers.py``."""

    template: Literal["classifier"] = Field(
        default="classifier", description="classifier.py: a class SoftmaxClassifier that uses layers.py"
    )
    title: str = Field(default="A softmax classifier of two layers", description="the first line of the file")

    def assignments(self, conventions: Conventions = USUAL) -> tuple[Assignment, ...]:
        weights = conventions.weights
        given = {"options": self, "lines": classifier_lines(), "inputs_first": weights == "(in, out)"}
        skeleton, solution = (render("classifier/classifier.py.j2", solved=solved, **given) for solved in (False, True))
        return (
            Assignment(
                file="classifier.py",
                skeleton=skeleton,
                solution=solution,
                driver=Path(__file__).with_name("driver.py"),
                cases=partial(cases, weights=weights),
                quantities=("probabilities", "loss", *(f"d{name}" for name in PARAMETERS)),
                examples={"test_classifier.py": render("classifier/test_classifier.py.j2")},
                beside={"layers.py": layers_file(LayersFile(), weights)},
            ),
        )


def cases(seed: int = 0, shapes: int = SHAPES, weights: Weights = USUAL.weights) -> tuple[Case, ...]:
    """Cases at several shapes, and scores at which probabilities round to 0."""
    found = (_at_shape(number, seed + number, weights) for number in range(shapes))
    return (*found, _at_the_ends(weights))


@lru_cache(maxsize=TRIALS)
def _at_shape(number: int, seed: int, weights: Weights) -> Case:
    forward = model(weights).forward
    sizes = SIZES[number % len(SIZES)]
    given = point(forward, seed, sizes)
    expected = {"probabilities": value(forward, given, "p"), "loss": value(forward, given, "l")}
    expected |= slopes(forward, given, PARAMETERS)
    return Case("the classifier", SEQUENCE, {}, given, expected, sizes=sizes)


def _at_the_ends(weights: Weights) -> Case:
    """One input, one hidden unit: the wrong class is certain, and the loss is the difference of the scores."""
    given = {
        "x": numpy.array([[1.0]]),
        "y": numpy.array([1.0]),
        "W1": numpy.array([[EXTREME]]),
        "b1": numpy.zeros(1),
        "W2": numpy.array([[1.0], [-1.0]]),
        "b2": numpy.zeros(2),
    }
    expected = {
        "probabilities": numpy.array([[1.0, 0.0]]),
        "loss": numpy.array(2 * EXTREME),
        "dW1": numpy.array([[2.0]]),
        "db1": numpy.array([2.0]),
        "dW2": numpy.array([[EXTREME], [-EXTREME]]),
        "db2": numpy.array([1.0, -1.0]),
    }
    if weights == "(in, out)":
        given, expected = ({name: array.T for name, array in arrays.items()} for arrays in (given, expected))
        given["x"], expected["probabilities"] = given["x"].T, expected["probabilities"].T
    return Case(f"scores of {EXTREME:g} and -{EXTREME:g}", SEQUENCE, {}, given, expected, extreme=True)
