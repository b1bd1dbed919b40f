"""Derivatives of formulas are taken where they stand: by the element that is named, and of the whole formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

from answers.reading import Misshapen, Point, Table, Tensor, Unreadable, read
from answers.reading.symbols import Partial

RANDOM = numpy.random.default_rng(0)
Z, X, Y = RANDOM.normal(size=3), RANDOM.normal(size=2), RANDOM.uniform(0.1, 0.9, 3)
W = RANDOM.normal(size=(3, 2))
SOFTMAX = numpy.exp(Z) / numpy.exp(Z).sum()
TABLE = Table(
    (
        Tensor("z", ("z",), ("K",)),
        Tensor("W", ("W",), ("K", "d")),
        Tensor("x", ("x",), ("d",)),
        Tensor("y", (r"\hat{y}",), ("K",)),
        Tensor("o", ("o",), ("K",)),
    ),
    (Partial("do/dz", "o", "z"),),
)
POINT = Point(TABLE, {"z": Z, "W": W, "x": X, "y": Y, "o": SOFTMAX, "do/dz": numpy.diag(SOFTMAX)})


def slope(u: Any) -> Any:
    return 1 / (1 + numpy.exp(-u)) * (1 - 1 / (1 + numpy.exp(-u)))


FORMULAS: list[tuple[str, Callable[[], Any]]] = [
    (r"\frac{\partial \log \sum_k e^{z_k}}{\partial z_i}", lambda: SOFTMAX),
    (r"\frac{\partial}{\partial z_i} \log \sum_k e^{z_k}", lambda: SOFTMAX),
    (r"\frac{\partial}{\partial z_i} \sum_k z_k^2", lambda: 2 * Z),
    (r"\frac{\partial}{\partial z_j}\left(\frac{e^{z_i}}{\sum_k e^{z_k}}\right)",
     lambda: numpy.diag(SOFTMAX) - numpy.outer(SOFTMAX, SOFTMAX)),
    (r"\frac{\partial \sigma(z_i)}{\partial z_j}", lambda: numpy.diag(slope(Z))),
    (r"\frac{\partial \sigma(2 z_i)}{\partial z_i}", lambda: 2 * slope(2 * Z)),
    (r"\frac{\partial \sigma(z)}{\partial z}", lambda: slope(Z)),
    (r"\frac{\partial e^{z_i}}{\partial z_j}", lambda: numpy.diag(numpy.exp(Z))),
    (r"\frac{\partial \log \hat{y}_i}{\partial \hat{y}_i}", lambda: 1 / Y),
    ("∂σ(z[i])/∂z[j]", lambda: numpy.diag(slope(Z))),
    (r"z_i \frac{\partial \sigma(2z_j)}{\partial z_j}", lambda: numpy.outer(Z, 2 * slope(2 * Z))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "truth"), FORMULAS)
def test_the_derivative_of_a_formula_is_by_the_element_that_is_named(text: str, truth: Callable[[], Any]) -> None:
    side = read(text, TABLE).last
    letters = sorted(side.letters)
    found = side.value(POINT, letters, dict.fromkeys(letters, 3))
    assert numpy.allclose(found, truth(), rtol=0, atol=1e-9)


def test_a_derivative_by_an_element_of_a_matrix() -> None:
    side = read(r"\frac{\partial}{\partial W_{mn}}\left(\sum_k W_{ik} x_k\right)", TABLE).last
    found = side.value(POINT, ("i", "m", "n"), {"i": 3, "m": 3, "n": 2})
    assert numpy.allclose(found, numpy.einsum("im,n->imn", numpy.eye(3), X), rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"\frac{\partial \log o_i}{\partial z_j}", "may depend on z"),
        (r"\frac{\partial \sigma(W x)}{\partial z}", "of a number by an element"),
        (r"\frac{\partial}{\partial z_i} z_i \, z_j", "in front of brackets"),
        (r"\frac{\partial}{\partial q_i} (z_i)", "stands for nothing"),
    ],
)
def test_what_could_be_meant_in_another_way_is_not_read(text: str, reason: str) -> None:
    with pytest.raises((Unreadable, Misshapen), match=reason):
        read(text, TABLE)
