from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Sum

from derive.calculus.sweep import Sweep, fresh_bound
from derive.expression.symbols import element, index, size
from derive.network import network
from numeric.expression.compiled import evaluate_expression
from tests.derive.formulas import COUNTS, arrays, expressions, i, j

k, n = index("k"), size("n")


@given(expressions(), st.permutations([index(letter) for letter in "ijkpq"]))
def test_free_indices_get_other_names_whatever_the_bound_ones_are(expression: Expr, names: list[Expr]) -> None:
    row, column = names[:2]
    renamed = fresh_bound(expression, {i: row, j: column})
    ours = evaluate_expression(renamed, (row, column), (3, 2), arrays(), COUNTS)
    assert np.allclose(ours, evaluate_expression(expression, (i, j), (3, 2), arrays(), COUNTS))
    bound = {letter for total in renamed.atoms(Sum) for letter, _, _ in total.limits}
    assert not bound & {row, column}


def test_a_letter_may_be_free_in_one_term_and_bound_in_another() -> None:
    total = Sum(element("w", (k,)), (k, 0, n - 1))
    swapped = fresh_bound(element("y", (i, k)) + total, {i: k, k: i})
    assert swapped.has(element("y", (k, i)))
    assert element("w", (k,)) not in swapped.atoms(type(total))


def test_adjoints_are_asked_for_nearest_to_the_top_first() -> None:
    net = network("x:n -> Linear(d) -> ReLU -> Linear(K)", "MSE")
    sweep = Sweep(net.forward, "l")
    assert sweep.order()[:4] == ("y_hat", "z2", "z1", "x")
    assert sweep.adjoint("z1") is sweep.adjoint("z1")


def test_every_reader_of_a_tensor_contributes() -> None:
    net = network("x:n -> Linear(d) -> Softmax", "CrossEntropy")
    readers = Sweep(net.forward, "l").readers
    assert [row.name for row in readers["e_y_hat"]] == ["s_y_hat", "y_hat"]
    rules = [step.rule for step in Sweep(net.forward, "l").adjoint("e_y_hat").steps]
    assert rules[0] == "chain rule"
    assert "insert" in rules
