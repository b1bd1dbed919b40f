"""Exact ranges as brackets, as cases and as limits of sums: the same elements at given sizes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Piecewise, expand

from derive import Derivation, LayerDefinition, layer, with_ranges, written_out
from derive.errors import DeriveError
from derive.expression.functions import Bracket
from derive.with_ranges import Ranges
from numeric import check
from tests.examples import examples

WAYS: tuple[Ranges, ...] = ("brackets", "cases", "limits")
OPTIONS: st.SearchStrategy[tuple[int, ...]] = st.tuples(st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))


def elements(derivation: Derivation, sizes: dict[str, int]) -> tuple[Expr, ...]:
    return written_out(derivation, sizes).elements


@given(OPTIONS, st.integers(1, 3), st.integers(5, 7), st.sampled_from(["z", "weight"]))
@examples(12)
def test_brackets_cases_and_limits_are_equal(options: tuple[int, ...], kernel: int, length: int, name: str) -> None:
    derivation = layer("Conv1d", 2, kernel, *options, bias=False).vjp(name)
    sizes = {"C": 2, "L": length}
    expected = elements(derivation, sizes)
    for ranges in WAYS:
        assert elements(with_ranges(derivation, ranges), sizes) == expected


@pytest.mark.parametrize("name", ["z", "weight"])
def test_symbolic_sizes_give_the_same_elements(name: str) -> None:
    made = layer("Conv1d", 2, "k", stride="s", padding="p", dilation="d", bias=False)
    sizes = {"C": 1, "L": 6, "k": 2, "s": 2, "p": 1, "d": 2}
    expected = elements(made.vjp(name), sizes)
    for ranges in WAYS:
        assert elements(with_ranges(made.vjp(name), ranges), sizes) == expected


def test_how_they_are_printed() -> None:
    gradient = layer("Conv1d", "D", "k", padding="p", bias=False, index_base=1).vjp("z")
    before = "∂ℓ/∂z[i,q] = Σ_{j=1}^{D} "
    assert with_ranges(gradient).unicode("index") == (
        before + "Σ_{m=1}^{k} weight[j,i,m] · dy[j,q+p−m+1] · 1[1 ≤ q+p−m+1 ≤ L_out]"
    )
    assert with_ranges(gradient, "cases").unicode("index") == (
        before + "Σ_{m=1}^{k} { weight[j,i,m] · dy[j,q+p−m+1] if 0 ≤ q + p − m < L_out; 0 otherwise }"
    )
    assert with_ranges(gradient, "limits").unicode("index") == (
        before + "Σ_{m=max(1, q+p−L_out+1)}^{min(k, q+p)} weight[j,i,m] · dy[j,q+p−m+1]"
    )


def test_what_reads_nothing_outside_stays() -> None:
    plain = layer("Conv1d", "D", "k", bias=False).vjp("weight")
    assert with_ranges(plain, "limits") == plain


def test_cases_are_right_by_number_and_a_wrong_limit_is_not() -> None:
    gradient = layer("Conv1d", 2, 3, padding=1, bias=False).vjp("z")
    cases = with_ranges(gradient, "cases")
    assert cases.result.has(Piecewise)
    assert not cases.result.has(Bracket)
    assert check(cases, points=1).ok
    sizes = {"C": 1, "L": 4}
    later = with_ranges(layer("Conv1d", 2, 3, padding=2, bias=False).vjp("z"), "limits")
    assert elements(later, sizes) != elements(gradient, sizes)


def test_a_size_that_is_missing_is_said() -> None:
    with pytest.raises(DeriveError, match="no value is given for L"):
        written_out(layer("Conv1d", 1, 2).vjp("z"), {"C": 1})


MOVED = [
    ("y = sum[i] z[i]*z[i-1]", ()),
    ("y = sum[i] z[i]*z[i+1]^2", ()),
    ("y = sum[i] (z[i] - z[i-1] + z[i+1])^2", ()),
    ("y = sum[i] exp(z[i] - z[i+1])", ()),
    ("y[i] = z[i]*z[i-2] + tanh(z[i+1])", ("n",)),
    ("y[i] = z[n-1-i]^2*z[i+1]", ("n",)),
]
"""Equations that read z outside of its range, in products, in brackets and in functions."""


@pytest.mark.parametrize(("equations", "shape"), MOVED)
def test_what_is_read_outside_of_a_tensor_is_said_wherever_it_stands(equations: str, shape: tuple[str, ...]) -> None:
    derivation = layer(LayerDefinition("Moved", equations, ("n",), shapes={"y": shape})).vjp("z")
    assert derivation.outside
    assert check(derivation).ok
    assert any("reads as 0 outside" in note for note in derivation.notes)
    for ranges in WAYS:
        found = zip(elements(with_ranges(derivation, ranges), {"n": 4}), elements(derivation, {"n": 4}), strict=True)
        assert all(expand(one - other) == 0 for one, other in found)
        assert not with_ranges(derivation, ranges).outside


def test_a_window_of_a_longer_axis_is_not_read_outside() -> None:
    shorter = LayerDefinition("Part", "y = sum[i<n-1] (z[i] - z[i+1])^2", ("n",), shapes={"y": ()})
    assert check(layer(shorter).vjp("z")).ok
