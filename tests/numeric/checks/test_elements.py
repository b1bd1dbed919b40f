"""Elements that are written out are compared with measured ones, each at its own place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest
from sympy import Expr, ImmutableDenseMatrix

from derive import layer, network, toeplitz, written_out
from derive.derivation import Derivation
from derive.recurrent.recurrence import recurrence
from numeric.checks.elements import check_elements

SUBJECTS: Mapping[str, Mapping[str, int]] = {
    "Conv1d(2, 2, stride=2, padding=1) z": {"C": 1, "L": 5},
    "Conv1d(2, 2, stride=2, padding=1) weight": {"C": 2, "L": 4},
    "ConvTranspose1d(1, 2, stride=2) z": {"C": 1, "L": 3},
    "MaxPool1d(2, stride=1) z": {"C": 2, "L": 4},
    "AvgPool1d(3, padding=1) z": {"C": 1, "L": 4},
    "LayerNorm() z": {"n": 3},
    "Softmax z": {"n": 3},
    "W1": {"n": 2, "d": 3, "K": 2},
    "b1 twice": {"n": 2, "d": 2, "K": 2},
    "h": {"D": 2, "T": 3},
    "weight_hh": {"D": 2, "T": 3},
}


@cache
def right(name: str) -> Derivation:
    if name in ("h", "weight_hh"):
        backward = recurrence("RNNCell(2)").backward()
        return next(one for one in backward if one.quantity.name == f"dl/d{name}")
    if name[1] == "1":
        net = network("x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat", loss="MSE")
        return net.hessian("b1") if "twice" in name else net.gradient(name)
    text, _, of = name.rpartition(" ")
    return layer(text).vjp(of)


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_element_counts(name: str) -> None:
    derivation, sizes = right(name), SUBJECTS[name]
    elements = written_out(derivation, sizes)
    outcome = check_elements(derivation, elements, sizes)
    assert outcome.ok, [item for item in outcome.items if not item.ok]
    assert len(outcome.items) == len(elements.elements)
    for factor, more in ((-1, 0), (2, 0), (1, 1)):
        for part in (0, 1):
            changed = tuple(
                factor * one + more if number % 2 == part else one for number, one in enumerate(elements.elements)
            )
            right_ones = [new == old for new, old in zip(changed, elements.elements, strict=True)]
            failed = check_elements(derivation, replace(elements, elements=changed), sizes)
            assert [item.ok for item in failed.items] == right_ones


@pytest.mark.parametrize("name", ["Conv1d(2, 2, stride=2, padding=1)", "Conv1d(1, 3)", "AvgPool1d(2)"])
def test_every_entry_of_a_matrix_counts(name: str) -> None:
    sizes = {"C": 1, "L": 4}
    jacobian = layer(name).jacobian("z")
    matrix = toeplitz(jacobian, sizes)
    assert check_elements(jacobian, matrix, sizes).ok
    rows, columns = matrix.shape

    def changed(place: tuple[int, int], value: Expr) -> ImmutableDenseMatrix:
        return ImmutableDenseMatrix(rows, columns, lambda i, j: value if (i, j) == place else matrix[i, j])

    for place in ((i, j) for i in range(rows) for j in range(columns)):
        assert not check_elements(jacobian, changed(place, matrix[place] + 1), sizes).ok
    assert not check_elements(jacobian, ImmutableDenseMatrix(matrix.T), sizes).ok
    assert not check_elements(jacobian, ImmutableDenseMatrix(matrix[::-1, :]), sizes).ok
    assert not check_elements(jacobian, ImmutableDenseMatrix(matrix[:, ::-1]), sizes).ok
    assert not check_elements(jacobian, ImmutableDenseMatrix(matrix[:-1, :]), sizes).ok
