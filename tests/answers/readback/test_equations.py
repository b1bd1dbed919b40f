"""Equations between values at one point are read back, those in sentences and those that share a line too."""

from __future__ import annotations

import numpy
import pytest

from answers.readback.equations import in_sentences, unequal
from answers.readback.printed import Printed
from answers.reading import Point, Table, Tensor

TABLE = Table((Tensor("A", ("A",), ("m", "n")), Tensor("B", ("B",), ("m", "n")), Tensor("c", ("c",), ("m",))))
A = numpy.arange(6.0).reshape(2, 3)
POINT = Point(TABLE, {"A": A, "B": 2 * A, "c": A.sum(axis=1)}, {"m": 2, "n": 3})


def found(*texts: str) -> list[str]:
    return list(unequal([Printed(text, "a line") for text in texts], POINT))


def test_what_holds_is_not_told() -> None:
    assert found(r"\bm{B} = 2\bm{A}", r"\bm{A} = \tfrac{1}{2} \, \bm{B}, \qquad \bm{c} = \bm{A} \, \mathbf{1}") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"\bm{B} = 3\bm{A}", "differ"),
        (r"\bm{B} = 2\bm{A}, \qquad \bm{c} = -\bm{A} \, \mathbf{1}", "differ"),
        (r"\bm{B} = 2\bm{A}^{\top}", "differ"),
        (r"\bm{B}", "an equation was expected"),
        (r"\bm{B} = \bm{Q}", "not read"),
    ],
)
def test_what_does_not_hold_is_told(text: str, reason: str) -> None:
    (said,) = found(text)
    assert reason in said


def test_equations_in_sentences() -> None:
    (one,) = in_sentences([r"Where $\bm{A}$ stays, $\bm{B} = 2\bm{A}$ is constant:", "Nothing else."])
    assert one.text == r"\bm{B} = 2\bm{A}"
