from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from answers.latex.plotting import curve, plot


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4))
def test_axes_have_round_ticks_inside_their_range(low: float, length: float) -> None:
    x = np.linspace(low, low + length, 5)
    axis = plot([curve(x, x)], "x").x
    assert 2 <= len(axis.ticks) <= 12
    assert all(axis.low - 1e-6 * length <= tick.value <= axis.high + 1e-6 * length for tick in axis.ticks)


@given(st.floats(-8, 8), st.floats(0.4, 12))
def test_logarithmic_axes_name_what_they_hold(low: float, length: float) -> None:
    axis = plot([curve(np.array([0.0, 1.0]), np.array([low, low + length]))], "x", logarithmic=True).y
    assert 1 <= len(axis.ticks) <= 13
    assert all(np.isclose(number(tick.label), 10.0**tick.value, rtol=1e-4) for tick in axis.ticks)


def number(label: str) -> float:
    """What a label such as ``$5$``, ``$10^{4}$`` or ``$2 \\cdot 10^{-7}$`` says."""
    text = re.sub(r"( \\cdot )?10\^\{(.*)\}", r"e\2", label.strip("$"))
    return float(f"1{text}" if text.startswith("e") else text)
