"""Index forms as NumPy: what has no such source is refused, and what is written computes the formula."""

from __future__ import annotations

import numpy
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Sum

from answers.code.index_form import added_at, added_back, formula, row, summed, through_windows, whole_number
from answers.code.lines import Naming
from derive.expression import symbols
from derive.layer import layer
from numeric.source import SourceError
from numeric.source.printing import printed

i, j, k = (symbols.index(letter) for letter in "ijk")
N = symbols.size("n")


def element(name: str, *subscripts: sympy.Expr) -> sympy.Expr:
    return symbols.element(name, subscripts)


@given(st.permutations([i, j]), st.integers(2, 4), st.integers(2, 4))
def test_a_contraction_computes_its_formula(order: list[sympy.Symbol], rows: int, columns: int) -> None:
    generator = numpy.random.default_rng(rows * columns)
    a, b = generator.normal(size=(rows, 3)), generator.normal(size=(columns, 3))
    code = summed(Sum(element("a", i, k) * element("b", j, k), (k, 0, 2)), order, Naming({"a": "left"}))
    found = eval(printed(code), {"np": numpy, "left": a, "b": b})
    expected = a @ b.T
    numpy.testing.assert_allclose(found, expected if order == [i, j] else expected.T)


@given(st.permutations([i, j]))
def test_a_sum_of_one_array_has_the_axes_that_are_asked_for(order: list[sympy.Symbol]) -> None:
    array = numpy.random.default_rng(1).normal(size=(2, 3, 4))
    code = summed(Sum(element("a", i, j, k), (k, 0, 3)), order, Naming())
    found = eval(printed(code), {"np": numpy, "a": array})
    numpy.testing.assert_allclose(found, numpy.einsum(f"ijk->{''.join(map(str, order))}", array))


def test_an_index_of_a_loop_stands_in_the_subscripts() -> None:
    expression = Sum(element("a", i, k, j) * element("b", i), (i, 0, 3))
    code = summed(expression, [j], Naming(places={"b": "self.b"}))
    assert printed(code) == 'np.einsum("i,ij->j", self.b, a[:, k], optimize=True)'


def test_what_is_read_at_computed_places_is_refused() -> None:
    with pytest.raises(SourceError, match="read at computed places"):
        summed(Sum(element("a", i + k), (k, 0, 2)), (i,), Naming())


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
    assert printed(whole_number(sympy.floor(element("place", i) / N))) == "place // n"
    assert printed(whole_number(sympy.Mod(element("place", i), N))) == "place % n"
    with pytest.raises(SourceError, match="no integer expression"):
        whole_number(sympy.exp(i))
