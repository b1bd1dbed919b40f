from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derive.expression.symbols import size
from derive.forward import Forward
from numeric.arrays.sizes import length, lengths, sizes_from
from numeric.errors import ArrayError
from tests.numeric.models import K, convolution, d, n, perceptron, tensor


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6))
def test_sizes_are_read_off_the_arrays(a: int, b: int, c: int) -> None:
    arrays = {"W1": np.ones((b, a)), "W2": np.ones((c, b))}
    assert sizes_from(perceptron(), arrays) == {n: a, d: b, K: c}


def test_arithmetic_is_solved_after_plain_symbols() -> None:
    model = Forward(given=(tensor("a", 2 * n + d), tensor("b", d), tensor("c", 3 * K)), rows=())
    assert sizes_from(model, {"a": np.ones(11), "b": np.ones(5), "c": np.ones(12)}) == {d: 5, n: 3, K: 4}


def test_a_floor_is_checked() -> None:
    model = convolution(stride=2, padding=1)
    good = {"z": np.ones(5), "w": np.ones(2), "g": np.ones(3)}
    assert sizes_from(model, good) == {size("H"): 5, size("k_w"): 2}
    with pytest.raises(ArrayError, match=r"g has shape \(4,\), expected .*floor.* with H = 5, k_w = 2"):
        sizes_from(model, {**good, "g": np.ones(4)})


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"x": np.ones((2, 3))}, r"x has shape \(2, 3\), expected \(n,\)"),
        ({"x": np.ones(3), "W1": np.ones((2, 4))}, r"W1 has shape \(2, 4\), expected \(d, n\) with n = 3 from"),
        ({"l": np.ones(1)}, r"l has shape \(1,\), expected \(\)"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(arrays: dict[str, np.ndarray], match: str) -> None:
    with pytest.raises(ArrayError, match=match):
        sizes_from(perceptron(), arrays)


def test_a_square_is_checked_and_not_solved() -> None:
    model = Forward(given=(tensor("a", n**2), tensor("b", n)), rows=())
    assert sizes_from(model, {"a": np.ones(9)}) == {}
    assert sizes_from(model, {"a": np.ones(9), "b": np.ones(3)}) == {n: 3}
    with pytest.raises(ArrayError, match="a has shape"):
        sizes_from(model, {"a": np.ones(8), "b": np.ones(3)})


def test_no_integer_solves() -> None:
    with pytest.raises(ArrayError, match="a has 5 along the dimension 2\\*n"):
        sizes_from(Forward(given=(tensor("a", 2 * n),), rows=()), {"a": np.ones(5)})


def test_sizes_that_follow_from_others() -> None:
    model = replace(perceptron(), sizes=((size("m"), n + 2 * d), (size("r"), size("m") + 1)))
    sizes = sizes_from(model, {"W1": np.ones((2, 3))})
    assert (sizes[size("m")], sizes[size("r")]) == (7, 8)
    assert sizes_from(model, {"x": np.ones(3)}) == {n: 3}
    declared = replace(model, given=(*model.given, tensor("t", size("m"))))
    with pytest.raises(ArrayError, match=r"m is 6 by the arrays, but 2\*d \+ n is 7"):
        sizes_from(declared, {"W1": np.ones((2, 3)), "t": np.ones(6)})


@given(size=st.integers(0, 200), below=st.integers(1, 12), offset=st.integers(-20, 20))
def test_floors_are_exact(size: int, below: int, offset: int) -> None:
    dimension = sympy.floor((n + offset) / sympy.Integer(below)) + 40
    assert length(sympy.expand(dimension), {n: size}) == (size + offset) // below + 40


def test_lengths_and_their_errors() -> None:
    assert lengths((n * d, sympy.floor(n / 2), sympy.Integer(4)), {n: 5, d: 2}) == (10, 2, 4)
    with pytest.raises(ArrayError, match=r"n/2 is 5/2 at n = 5"):
        length(n / 2, {n: 5})
    with pytest.raises(ArrayError, match="no array gives the size d"):
        length(d + 1, {n: 5})
