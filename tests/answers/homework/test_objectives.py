"""Questions of courses about objectives, each in a line or two of YAML: the textbook's form, and its numbers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy
import pytest

from answers.homework.context import HomeworkContext
from answers.homework.load import load
from answers.homework.verify import verify
from derive.derivation import Derivation
from numeric import evaluate

FILE = Path(__file__).parent / "objectives.yaml"
HIDDEN = {"W1": [[1, 0, 0.5], [-0.5, 1, 0.2]], "x": [1, 2, -1]}
SQUARE = {"X": [[1, 2, 0], [-1, 0.5, 1], [0.3, -2, 1]]}


@cache
def context() -> HomeworkContext:
    return HomeworkContext(load(str(FILE)).homework)


def gradient(network: str, by: str) -> Derivation:
    return context().network(network).gradient(by)


def test_every_formula_is_checked_and_read_back() -> None:
    lines = list(verify(load(str(FILE)).homework))
    assert len(lines) >= 25
    assert [line for line in lines if not line.ok] == []


@pytest.mark.parametrize(
    ("network", "by", "form"),
    [
        ("neuron", "W1", "2λ W₁ + (ŷ − y) · ŷ · (1 − ŷ) xᵀ"),
        ("temperature", "x", "α (p − y)"),
        ("svm", "w1", "2λ w₁ − xᵀ (y ⊙ 1[𝟏 − s ⊙ y > 0])"),
        ("policy", "theta", "R · η (p − e_a)"),
        ("square", "X", "2Xᵀ"),
        ("cube", "X", "3Xᵀ Xᵀ"),
        ("form", "X", "w wᵀ"),
        ("binomial", "theta", "Σ_{k=1}^{n} (N · σ(η[k]) − c[k])(k · δ[2,p] + δ[1,p])"),
    ],
)
def test_the_form_of_the_textbook(network: str, by: str, form: str) -> None:
    assert gradient(network, by).unicode().partition(" = ")[2] == form


@pytest.mark.parametrize(
    ("network", "by", "arrays", "expected"),
    [
        (
            "neuron",
            "W1",
            {"W1": [[0.5, -1, 0.25]], "x": [1, 2, -1], "y": [1], "lambda": 0.1},
            [[-0.007456146807862871, -0.4149122936157258, 0.15745614680786288]],
        ),
        (
            "temperature",
            "x",
            {"x": [1, -0.5, 2], "y": [0, 0, 1], "alpha": 0.5},
            [0.16020055451330648, 0.07567338368264959, -0.2358739381959561],
        ),
        (
            "svm",
            "w1",
            {"w1": [0.5, -0.25], "x": [[1, 1], [2, -1], [-1, 0.5], [-3, 1]], "y": [1, 1, -1, -1], "lambda": 0.1},
            [-1.9, -0.55],
        ),
        (
            "policy",
            "theta",
            {"theta": [0.2, -0.5, 1], "a": 0, "R": 3, "eta": 0.1},
            [-0.21940090655766895, 0.040024325302372196, 0.17937658125529674],
        ),
        ("tied", "W1", HIDDEN, [[-0.97, -1.14, 1.15], [-1.318, -0.556, 1.786]]),
        ("square", "X", SQUARE, [[2, -2, 0.6], [4, 1, -4], [0, 2, 2]]),
        ("cube", "X", SQUARE, [[-3, -3.6, 7.8], [9, -11.25, -7.2], [6, 4.5, -3]]),
        ("form", "X", {**SQUARE, "w": [1, -1, 2]}, [[1, -1, 2], [-1, 1, -2], [2, -2, 4]]),
        (
            "binomial",
            "theta",
            {"theta": [0.3, -0.2], "c": [3, 1, 2, 0], "N": 4},
            [1.2123926079459455, 6.047423749114659],
        ),
    ],
)
def test_the_numbers_of_the_textbook(network: str, by: str, arrays: dict[str, Any], expected: Any) -> None:
    assert numpy.allclose(evaluate(gradient(network, by), arrays), expected)


def test_second_derivatives() -> None:
    found = context().network("temperature").hessian("x")
    assert found.unicode() == "∂²ℓ/∂x∂xᵀ = α² (diag(p) − p pᵀ)"
    second = evaluate(context().network("binomial").hessian("theta"), {"theta": [0.3, -0.2], "c": [3, 1, 2, 0], "N": 4})
    assert numpy.allclose(second, [[3.912856417112497, 9.686071617829166], [9.686071617829166, 28.82825760562674]])
