"""Whatever is given is read, refused or without value, soon."""

from __future__ import annotations

from contextlib import suppress

import pytest

from answers.reading import ReadingError, read
from tests.answers.reading.samples import point, table

TABLE = table()

HUGE = {
    "brackets": "(" * 3000 + "1" + ")" * 3000,
    "open brackets": "(" * 5000,
    "braces": "{" * 500 + "1",
    "fractions": r"\frac{1}{" * 400 + "1" + "}" * 400,
    "subscripts": "x_{" * 500 + "1" + "}" * 500,
    "powers": "K" + "^{K" * 300 + "}" * 300,
    "maxima": r"\max_{j} z_{1,j} " * 12,
    "products": r"\prod_{i=1}^{n} x_i " * 6,
    "functions": r"\log c v d " * 8,
    "slashes": "1" + "/Kn" * 25,
    "groupings": r" \odot ".join([r"z_1 z_2^T"] * 9) + " z_1",
    "indices": "Σ_{j=1}^{n} " * 60 + "x[j]",
    "terms": r"\sum_{i=1}^{10^9} 1",
    "bars": "|" * 1001,
    "cases": r"\begin{cases} " * 200,
    "a zero byte": "x\0",
    "marks": "x\u0302" * 50,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_a_hostile_text_ends_in_a_value_or_one_error(text: str) -> None:
    with suppress(ReadingError):
        read(text, TABLE).last.value(point(TABLE))


@pytest.mark.parametrize("count", [300, 3000])
def test_long_sums_and_products_are_read(count: int) -> None:
    side = read(" + ".join(["K"] * count), TABLE).last
    assert side.value(point(TABLE)) == 2 * count
