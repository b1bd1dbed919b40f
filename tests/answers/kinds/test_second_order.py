from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest

from answers.contract.item import Answered
from answers.errors import HomeworkContentError
from answers.homework.context import HomeworkContext
from answers.homework.load import loads
from answers.numbers.curvature import Curvature, error_of
from answers.numbers.given import given
from derive.network import network

HEAD = """
title: t
networks:
  net: {layers: "x:n -> Linear(d) -> Tanh -> Linear(K) -> a", loss: 1/2*MSE}
  plain: {layers: "x:n -> Linear(d)"}
  rows: {layers: "X:n -> Linear(1, bias=False) as w -> a", loss: "1/2*MSE(a, t)", batch: N}
  signs: {layers: "X:n -> Linear(1, bias=False) as w -> a", loss: "SoftMargin(a, t)", batch: N}
questions:
  - {id: "1", title: q, parts: [{id: 1a, question: q, answer: [%s]}]}
"""
AT = "{x: [1, 2], y: 0.5, W1: [[1/2, -1]], b1: 0.25, W2: [[2]], b2: 0}"


def answered(item: str) -> Answered:
    context = HomeworkContext(loads(HEAD % item).homework)
    (part,) = context.homework.parts()
    (answer,) = context.answered(part)
    return answer


@pytest.mark.parametrize(
    "show", ["hessian", "hessian_vector", "jacobian_vector", "vector_jacobian", "gauss_newton", "taylor"]
)
@pytest.mark.parametrize("by", ["[b1]", "[W1, b2]"])
def test_each_is_right_and_read_back(show: str, by: str) -> None:
    answer = answered(f"{{kind: second_order, network: net, by: {by}, show: [{show}]}}")
    assert answer.claims
    assert [claim.quantity for claim in answer.claims if not claim.check().ok] == []


@pytest.mark.parametrize("network", ["rows", "signs"])
def test_by_a_weight_of_one_row_it_is_read_back(network: str) -> None:
    answer = answered(f"{{kind: second_order, network: {network}, by: [w]}}")
    assert [claim.check().note for claim in answer.claims if not claim.check().ok] == []


@pytest.mark.parametrize("show", ["hessian", "hessian_vector", "taylor"])
def test_of_equations(show: str) -> None:
    item = f'{{kind: second_order, equations: "q = x*y; f = q^2 + sin(x)", show: [{show}], at: {{x: 1, y: 2}}}}'
    answer = answered(item)
    assert [claim.quantity for claim in answer.claims if not claim.check().ok] == []


@pytest.mark.parametrize("show", ["hessian", "gauss_newton"])
def test_at_numbers(show: str) -> None:
    answer = answered(f"{{kind: second_order, network: net, show: [{show}], at: {AT}}}")
    (claim,) = [claim for claim in answer.claims if "numbers" in claim.quantity]
    assert claim.check().ok


def test_what_cancels_is_0() -> None:
    at = "{x: [1], y: 0.5, W1: [[1], [-1]], b1: [0, 0], W2: [[1, 1]], b2: 0}"
    answer = answered(f"{{kind: second_order, network: net, by: [W1, W2], show: [hessian, gauss_newton], at: {at}}}")
    assert [claim.quantity for claim in answer.claims if not claim.check().ok] == []


def test_a_wrong_matrix_is_seen() -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(K) -> a", "1/2*MSE")
    numbers: dict[str, Any] = {"x": [1, 2], "y": 0.5, "W1": [[0.5, -1]], "b1": 0.25, "W2": [[2]], "b2": 0}
    curvature = Curvature(given(net, numbers), ("W1", "W2"))
    truth = curvature.measured_hessian("l")
    assert error_of(truth.astype(object), truth) == 0
    assert error_of((truth + 1e-3 * numpy.eye(3)).astype(object), truth) > 1e-5
    turned = replace(curvature, names=("W2", "W1")).measured_hessian("l")
    assert error_of(turned.astype(object), truth) > 1e-3


@pytest.mark.parametrize(
    ("item", "saying"),
    [
        ("{kind: second_order, network: plain}", "plain has no loss; give it one"),
        ("{kind: second_order, network: net, by: [W7]}", "there is no W7"),
        ("{kind: second_order, network: net, at: {x: [1]}}", "W1"),
    ],
)
def test_what_cannot_be_answered(item: str, saying: str) -> None:
    with pytest.raises(HomeworkContentError, match=saying):
        answered(item)


def test_a_large_matrix_is_refused() -> None:
    net = network("x:8 -> Linear(8)", "MSE")
    numbers: dict[str, Any] = {"x": [1] * 8, "y": [0] * 8, "W1": [[1] * 8] * 8, "b1": [0] * 8}
    with pytest.raises(HomeworkContentError, match="of 64 rows is not printed, 30 are"):
        Curvature(given(net, numbers), ("W1",)).counts()
