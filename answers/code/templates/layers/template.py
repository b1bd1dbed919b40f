"""The template ``layers``: functions for fully connected, ReLU and softmax layers."""

from __future__ import annotations

from pathlib import Path

from answers.code.assignment import Assignment
from answers.code.rendering import render
from answers.code.templates.layers.cases import cases
from answers.code.templates.layers.lines import layer_lines
from answers.code.templates.layers.options import LayersOptions


class LayersFile(LayersOptions):
    """A file ``layers.py`` with a function forward and one backward for each layer, in NumPy."""

    def assignments(self) -> tuple[Assignment, ...]:
        return (
            Assignment(
                file="layers.py",
                skeleton=render("layers/layers.py.j2", options=self, solved=False, lines=layer_lines()),
                solution=layers_file(self),
                driver=Path(__file__).with_name("driver.py"),
                cases=cases,
                quantities=("y", "dx", "dW", "db"),
                examples={"test_layers.py": render("layers/test_layers.py.j2")},
                method="differences, all layers",
            ),
        )


def layers_file(options: LayersOptions) -> str:
    """The reference ``layers.py``."""
    return render("layers/layers.py.j2", options=options, solved=True, lines=layer_lines())
