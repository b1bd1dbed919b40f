"""Index forms as NumPy: what has no such source is refused, and what is written computes the formula."""

from __future__ import annotations

import numpy
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Sum

from answers.code.index_form import added_at, added_back, contraction, formula, row, through_windows, whole_number
from derive.expression import symbols
from derive.layer import layer
from numeric.source import SourceError

i, j, k = (symbols.index(letter) for letter in "ijk")
N = symbols.size("n")


def element(name: str, *subscripts: sympy.Expr) -> sympy.Expr:
    return symbols.element(name, subscripts)


@given(st.permutations([i, j]), st.integers(2, 4), st.integers(2, 4))
def test_a_contraction_computes_its_formula(order: list[sympy.Symbol], rows: int, columns: int) -> None:
    generator = numpy.random.default_rng(rows * columns)
    a, b = generator.normal(size=(rows, 3)), generator.normal(size=(columns, 3))
    code = contraction(Sum(element("a", i, k) * element("b", j, k), (k, 0, 2)), order, {})
    found = eval(code, {"np": numpy, "a": a, "b": b})
    expected = a @ b.T
    numpy.testing.assert_allclose(found, expected if order == [i, j] else expected.T)


def test_what_is_no_contraction_is_refused() -> None:
    with pytest.raises(SourceError, match="no sum of products"):
        contraction(Sum(sympy.exp(element("a", i, k)), (k, 0, 2)), (i,), {})
    with pytest.raises(SourceError, match="no source with the axes ji"):
        contraction(Sum(element("a", i, j, k), (k, 0, 2)), (j, i), {})


def test_only_one_kind_of_windows_is_read() -> None:
    dense = layer("Linear", "out", batch="N")
    with pytest.raises(SourceError, match="reads q at 0 places"):
        through_windows(row(dense.network.forward, "y"), "q")


def test_a_gradient_without_quotients_or_deltas_is_not_added_back() -> None:
    dense = formula(layer("Linear", "out", batch="N").vjp("z"))
    with pytest.raises(SourceError, match="is not added back"):
        added_back(dense)
    with pytest.raises(SourceError, match="is not added at places"):
        added_at(dense)


def test_other_conditions_are_not_dropped() -> None:
    masked = formula(layer("ReLU", batch="N").vjp("z"))
    with pytest.raises(SourceError, match="is not added back"):
        added_back(masked)


def test_whole_numbers() -> None:
    assert whole_number(sympy.floor(element("place", i) / N)) == "place // n"
    assert whole_number(sympy.Mod(element("place", i), N)) == "place % n"
    with pytest.raises(SourceError, match="no source of whole numbers"):
        whole_number(sympy.exp(i))
