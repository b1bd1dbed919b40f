"""The template ``classifier``: a two-layer softmax classifier with cross-entropy, its training loop given."""

from __future__ import annotations

from pathlib import Path

from answers.code.assignment import Assignment
from answers.code.rendering import render
from answers.code.templates.classifier.cases import PARAMETERS, cases
from answers.code.templates.classifier.lines import classifier_lines
from answers.code.templates.classifier.options import ClassifierOptions
from answers.code.templates.layers.options import LayersOptions
from answers.code.templates.layers.template import layers_file


class ClassifierFile(ClassifierOptions):
    """A file ``classifier.py`` with the class ``SoftmaxClassifier``; it is run with the reference ``layers.py``."""

    def assignments(self) -> tuple[Assignment, ...]:
        skeleton, solution = (
            render("classifier/classifier.py.j2", options=self, solved=solved, lines=classifier_lines())
            for solved in (False, True)
        )
        return (
            Assignment(
                file="classifier.py",
                skeleton=skeleton,
                solution=solution,
                driver=Path(__file__).with_name("driver.py"),
                cases=cases,
                quantities=("probabilities", "loss", *(f"d{name}" for name in PARAMETERS)),
                examples={"test_classifier.py": render("classifier/test_classifier.py.j2")},
                beside={"layers.py": layers_file(LayersOptions())},
            ),
        )
