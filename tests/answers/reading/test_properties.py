"""What a printer of the tests writes, in spellings that are drawn, is read to equal values."""

from __future__ import annotations

import warnings

import numpy
from hypothesis import given

from answers.reading import Ambiguous, ReadingError, read
from tests.answers.reading.printing import Written, formulas
from tests.answers.reading.samples import point, table
from tests.examples import examples

TABLE = table()
POINT = point(TABLE)


@examples(150)
@given(formulas())
def test_random_formulas_are_read_to_equal_values(written: Written) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        side = read(written.text, TABLE).last
        found = side.value(POINT)
    assert found.shape == numpy.shape(written.value)
    numpy.testing.assert_allclose(found, written.value, rtol=1e-9, atol=1e-12)


@examples(80)
@given(formulas(), formulas())
def test_a_text_cut_anywhere_is_refused_with_its_place_or_read(first: Written, second: Written) -> None:
    text = first.text[: len(first.text) // 2] + second.text[len(second.text) // 2 :]
    try:
        read(text, TABLE)
    except Ambiguous:
        return
    except ReadingError as error:
        start = getattr(error, "start", None)
        assert start is not None
        assert 0 <= start <= len(text)
