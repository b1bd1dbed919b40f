from __future__ import annotations

import numpy
from hypothesis import given
from hypothesis import strategies as st

from derive.building.formulas import setting_of
from derive.expression import symbols
from numeric.sampling.domains import Range, spread

MODEL = setting_of({"z": ("K",), "p": ("K",), "A": ("K", 2)}).forward


@given(st.integers(0, 10_000))
def test_values_are_of_their_domains(seed: int) -> None:
    ranges: dict[str, Range] = {"p": "simplex", "A": (-1.0, 2.0), "s": "positive", "u": "unit"}
    sizes = {symbols.size("K"): 3}
    found = spread(MODEL, ("s", "u", "c"), ranges, sizes, numpy.random.default_rng(seed))
    assert {name: array.shape for name, array in found.items()} == {
        "z": (3,), "p": (3,), "A": (3, 2), "s": (), "u": (), "c": (),
    }  # fmt: skip
    assert abs(found["p"].sum() - 1) < 1e-12
    assert ((found["A"] >= -1) & (found["A"] <= 2)).all()
    assert found["s"] > 0
    assert 0 < found["u"] < 1


def test_real_numbers_are_near_and_far() -> None:
    values = [
        spread(MODEL, ("c",), {}, {symbols.size("K"): 2}, numpy.random.default_rng(seed))["c"] for seed in range(60)
    ]
    assert max(values) > 4
    assert min(values) < -4
    assert sum(abs(value) < 1 for value in values) > 10
