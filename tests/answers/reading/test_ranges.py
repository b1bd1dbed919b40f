"""Ranges that are written are believed: what lies outside of a tensor is not read."""

from __future__ import annotations

from dataclasses import replace

import numpy
import pytest

from answers.reading import NoValue, OutsideRange, Partial, Point, Table, Tensor, Unreadable, read
from tests.answers.reading.samples import VALUES, point, table

TABLE = table()
V = VALUES


def test_reading_outside_is_an_error() -> None:
    with pytest.raises(OutsideRange, match="x is read at 5, outside of 1 to 4"):
        read(r"\sum_{j=1}^{4} x_{j+1}", TABLE).last.value(point(TABLE))


@pytest.mark.parametrize("text", [r"\sum_{j=0}^{n-1} x_j", "Σ_{j=1}^{n} x[j−1]", r"x_0"])
def test_an_index_off_by_one_is_an_error(text: str) -> None:
    with pytest.raises(OutsideRange):
        read(text, TABLE).last.value(point(TABLE))


def test_indices_count_from_the_base_of_the_table() -> None:
    own = table(base=0)
    found = read(r"\sum_{j=0}^{n-1} x_j", own).last.value(point(own))
    numpy.testing.assert_allclose(found, V["x"].sum())


@pytest.mark.parametrize(
    "text",
    [
        r"\sum_{j=1}^{n} x_{j+1} \, \mathbf{1}[j + 1 \le n]",
        r"\sum_{j=1}^{n} \begin{cases} x_{j+1} & \text{if } j < n \\ 0 & \text{otherwise} \end{cases}",
        r"\sum_{j=1}^{n-1} x_{j+1}",
        r"\sum_{j=1}^{n} \sum_{m=1}^{n} x_m \delta_{m,j+1}",
        r"\sum_{j=\max(1, 0)}^{\min(n, n-1)} x_{j+1}",
        "Σ_{j=1}^{n} 1[1 ≤ j+1 ≤ n] · x[j+1]",
        r"\sum_{j=2}^{n} x_j",
        r"\sum_{j=1}^{n} x_{j+1} \, \mathbf{1}[x_{j+1}^2 \ge 0] \, \mathbf{1}[1 \le j + 1 \le n]",
    ],
)
def test_what_a_condition_excludes_is_not_read(text: str) -> None:
    found = read(text, TABLE).last.value(point(TABLE))
    numpy.testing.assert_allclose(found, V["x"][1:].sum())


def test_what_divides_what_excludes_fractions() -> None:
    text = r"\sum_{j=1}^{2n} x_{j/2} \, \mathbf{1}[2 \mid j]"
    numpy.testing.assert_allclose(read(text, TABLE).last.value(point(TABLE)), V["x"].sum())


def test_what_counts_as_zero_outside_is_read_as_zero() -> None:
    symbols = tuple(replace(s, outside=True) if isinstance(s, Tensor) and s.name == "x" else s for s in TABLE.symbols)
    own = Table(symbols, TABLE.partials, TABLE.base)
    found = read(r"\sum_{j=1}^{n} x_{j+1}", own).last.value(point(own))
    numpy.testing.assert_allclose(found, V["x"][1:].sum())


def test_a_case_in_words_has_no_value_where_it_applies() -> None:
    text = r"\begin{cases} 1 & z_{1i} > 100 \\ \text{undefined there} & z_{1i} \le 100 \end{cases}"
    with pytest.raises(NoValue, match="undefined there"):
        read(text, TABLE).last.value(point(TABLE))


def test_a_case_that_is_left_out_has_no_value() -> None:
    with pytest.raises(NoValue, match="no case"):
        read(r"\begin{cases} 1 & z_{1i} > 100 \end{cases}", TABLE).last.value(point(TABLE))


@pytest.mark.parametrize(
    "text",
    [
        r"x_{j+1}, \qquad 1 \le j \le n - 1",
        r"x_{j+1} \quad \text{for } j < n",
        r"x_{j+1}, \quad j = 1, \ldots, n - 1",
        "x[j+1] for j < n",
    ],
)
def test_a_condition_behind_a_formula_says_where_it_holds(text: str) -> None:
    found = read(text, TABLE).last.value(point(TABLE), ["j"], {"j": "n"})
    numpy.testing.assert_allclose(found, [*V["x"][1:], numpy.nan])


def test_several_formulas_are_not_one() -> None:
    with pytest.raises(Unreadable, match="condition was expected"):
        read(r"x_1, x_2", TABLE)


def test_a_range_that_nothing_tells_is_asked_for() -> None:
    side = read(r"\delta_{ij}", TABLE).last
    with pytest.raises(NoValue, match="range"):
        side.value(point(TABLE))
    numpy.testing.assert_allclose(side.value(point(TABLE), ["i", "j"], {"i": "d", "j": "d"}), numpy.eye(3))


def test_before_the_first_time_a_state_has_no_slope_but_by_itself() -> None:
    states = (Tensor("c", ("c",), ("T",), before="c0"), Tensor("c0", ("c_0",)), Tensor("h", ("h",), ("T",)))
    own = Table(states, (Partial("dc/dh", "c", "h"), Partial("dc/dc0", "c", "c0")))
    slopes = numpy.tril(numpy.arange(1.0, 10.0).reshape(3, 3))
    arrays = {"c": numpy.ones(3), "c0": numpy.asarray(1.0), "h": numpy.ones(3), "dc/dh": slopes, "dc/dc0": slopes[:, 0]}
    here = Point(own, arrays, {"T": 3})
    found = read(r"\sum_{t=1}^{3} \frac{\partial c_{t-1}}{\partial h_1}", own).last.value(here)
    numpy.testing.assert_allclose(found, slopes[:2, 0].sum())
    for text in (r"\frac{\partial c_{t-1}}{\partial c_0}", r"\frac{\partial c_{t+1}}{\partial h_1}"):
        with pytest.raises(OutsideRange):
            read(rf"\sum_{{t=1}}^{{3}} {text}", own).last.value(here)
