from __future__ import annotations

import ast

import numpy
import pytest

from answers.code.lines import Naming
from answers.code.softmax import softmax, stable
from derive.layer import layer
from numeric.source import SourceError
from numeric.source.printing import printed


def test_the_lines_compute_softmax_of_scores_of_any_size() -> None:
    lines = softmax(Naming({"z": "x"}))
    x = numpy.array([[1000.0, 1000 + numpy.log(3), -1000], [0, 0, numpy.log(2)]])
    scope: dict[str, object] = {"np": numpy, "x": x}

    def run(value: ast.expr) -> numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.float64]]:
        with numpy.errstate(over="raise", invalid="raise", divide="raise"):
            return numpy.asarray(eval(printed(value), scope))

    scope["shifted"] = run(lines.shifted)
    for line in (lines.e, lines.s, lines.y):
        scope[printed(line.target)] = run(line.value)
    expected = numpy.array([[0.25, 0.75, 0], [0.25, 0.25, 0.5]])
    numpy.testing.assert_allclose(run(lines.y.value), expected, rtol=1e-12)
    numpy.testing.assert_allclose(run(lines.log_y)[:, :2], numpy.log(expected[:, :2]), rtol=1e-12)
    assert run(lines.log_y)[0, 2] == pytest.approx(-2000 - numpy.log(4))


@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "Identity", "Softplus"])
def test_other_layers_have_no_shift_that_cancels(name: str) -> None:
    with pytest.raises(SourceError, match="does not cancel"):
        stable(layer(name, batch="N"))
