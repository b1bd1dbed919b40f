"""Limits of sums that depend on indices are checked like any others, and wrong ones are found."""

from __future__ import annotations

from dataclasses import replace

import sympy

from derive import layer, with_ranges
from numeric import check

GRADIENT = with_ranges(layer("Conv1d", "D", "k", padding="p", bias=False).vjp("z"), "limits")


def test_limits_that_depend_on_an_index() -> None:
    assert GRADIENT.result.has(sympy.Max)
    assert GRADIENT.result.has(sympy.Min)
    assert check(GRADIENT).ok


def test_a_wrong_limit_is_found() -> None:
    late = GRADIENT.result.replace(sympy.Min, lambda *parts: sympy.Min(*parts) - 1)
    assert not check(replace(GRADIENT, result=late)).ok
