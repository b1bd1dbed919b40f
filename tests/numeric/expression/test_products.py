"""Sums over products of large arrays against the array of all products."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.expression import sums
from numeric.expression.sums import summed_product

LENGTHS = (3, 4, 2, 5, 2)
"""The axes of the whole product, outermost first; the last one counts trials."""


@st.composite
def shapes(draw: st.DrawFn) -> tuple[int, ...]:
    """The shape of a factor: some of the axes have length 1, and the outermost ones may be missing."""
    missing = draw(st.integers(0, len(LENGTHS) - 1))
    return tuple(draw(st.sampled_from((1, length))) for length in LENGTHS[missing:])


@given(st.lists(shapes(), min_size=2, max_size=4), st.integers(0, 2), st.booleans(), st.integers(0, 99))
def test_the_sum_is_that_of_the_array_of_all_products(
    found: list[tuple[int, ...]], guarded: int, scaled: bool, seed: int
) -> None:
    generator = numpy.random.default_rng(seed)
    arrays = [generator.normal(size=shape) for shape in found]
    guards = [generator.integers(2, size=shape).astype(bool) for shape in found[:guarded]]
    number = 2.5 if scaled else 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "LARGE", 0)
        total = summed_product([*arrays, number], guards, 4, (4, 3))
    whole = numpy.ones(LENGTHS)
    for factor in (*arrays, *guards):
        whole = whole * factor
    expected = number * whole.sum(axis=(0, 1))
    assert total is not None
    assert numpy.allclose(numpy.broadcast_to(total, expected.shape), expected)


def test_small_products_and_protected_ones_are_left() -> None:
    assert summed_product([numpy.ones((2, 3)), numpy.ones((2, 1))], [], 2, (2,)) is None
    large = numpy.ones((sums.LARGE, 2))
    infinite = numpy.where(numpy.arange(sums.LARGE)[:, None] == 0, numpy.inf, large)
    holds = numpy.arange(sums.LARGE)[:, None] > 0
    assert summed_product([large, infinite], [holds], 2, (sums.LARGE,)) is None
    assert summed_product([large, large], [holds], 2, (sums.LARGE,)) == pytest.approx(sums.LARGE - 1)
