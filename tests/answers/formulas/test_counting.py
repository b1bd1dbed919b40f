"""Places in the texts of a homework count as its formulas do."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from answers.errors import HomeworkContentError
from answers.formulas.counting import with_places_counted
from answers.homework.context import HomeworkContext
from answers.homework.model import Homework
from answers.sheets.layout import question_sheet
from tests.answers.sample import homework

TEXTS = [
    ("{{place 0}}", "0", "1"),
    ("{{place N - 1}}", "N - 1", "N"),
    ("{{place C_in - 1}}", r"C_{\mathrm{in}} - 1", r"C_{\mathrm{in}}"),
    ("{{place s*h + m for h, m}}", r"s \, h + m", r"s(h - 1) + m"),
    ("{{place i + m - p for i, m}}", "i + m - p", "i + m - p - 1"),
    ("{{place M - 1 - m for m}}", "M - m - 1", "M - m + 1"),
    (r"\sum_{k={{place 0}}}^{{{place K - 1}}} z_k", r"\sum_{k=0}^{K - 1} z_k", r"\sum_{k=1}^{K} z_k"),
    ("{{place floor(i/W) for i}}", r"\lfloor i/W \rfloor", r"\lfloor (i-1)/W \rfloor + 1"),
]


def text_of(written: str) -> Homework:
    question = {"id": "1", "title": "Q", "text": f"${written}$", "parts": []}
    return Homework.model_validate({"title": "T", "questions": [question]})


@pytest.mark.parametrize(("written", "from_zero", "from_one"), TEXTS)
def test_a_place_is_shifted_as_formulas_are(written: str, from_zero: str, from_one: str) -> None:
    cases: tuple[tuple[Literal[0, 1], str], ...] = ((0, from_zero), (1, from_one))
    for base, shown in cases:
        assert with_places_counted(text_of(written), base).questions[0].text == f"${shown}$"


@pytest.mark.parametrize("base", [0, 1])
def test_all_texts_are_filled_in_and_nothing_else_changes(base: Literal[0, 1]) -> None:
    sum_over_batch = r"$\sum_{b={{place 0}}}^{{{place B - 1}}} \ell_b$"
    prose: dict[str, Any] = {"kind": "prose", "text": f"{sum_over_batch} and {{{{s.Tanh_max}}}}"}
    prose["evidence"] = {"s": {"kind": "slopes", "functions": ["Tanh"]}}
    steps = [{"text": "Add up.", "code": "l.sum()", "maths": sum_over_batch.strip("$")}]
    given = homework([prose], [{"kind": "procedure", "steps": steps}])
    context = HomeworkContext(given, index_base=base)
    one, other = (part.answer[0].model_dump() for part in context.homework.parts())
    shown = (r"$\sum_{b=0}^{B - 1} \ell_b$", r"$\sum_{b=1}^{B} \ell_b$")[base]
    assert one["text"] == f"{shown} and {{{{s.Tanh_max}}}}"
    assert one["evidence"]["s"]["functions"] == ("Tanh",)
    assert other["steps"][0]["maths"] == shown.strip("$")
    plain = homework([{"kind": "prose", "text": "$x^{{2}}$"}])
    assert HomeworkContext(plain, index_base=base).homework is plain


@pytest.mark.parametrize(("base", "shown"), [(0, "N - 1"), (1, "N")])
def test_a_sheet_prints_them_as_it_counts(base: Literal[0, 1], shown: str) -> None:
    context = HomeworkContext(text_of("{{place N - 1}}"), index_base=base)
    (section,) = question_sheet(context.homework, context).sections
    assert f"${shown}$" in str(section.blocks)


@pytest.mark.parametrize(
    ("written", "saying"),
    [
        ("{{place N -}}", "place N -: cannot read"),
        ("{{place h for hm}}", "expected letters of indices behind for"),
        ("{{place s*h for h, m}}", "m is not in it"),
        ("{{place h/2 for h}}", "it is no integer"),
        ("{{place z[0]}}", "z"),
    ],
)
def test_what_is_no_place_is_refused_where_it_stands(written: str, saying: str) -> None:
    with pytest.raises(HomeworkContentError) as caught:
        HomeworkContext(text_of(written))
    assert saying in str(caught.value)
    assert caught.value.place == ("questions", 0, "text")
