"""Tables of an author's: what is left to fill in, and what cells quote."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.answers.sample import all_pass, answered, blank, cells, homework, the_table, verdicts

ITEM: dict[str, Any] = {
    "kind": "table",
    "columns": ["$z$", "value", "kind"],
    "rows": [[-1, "${{v.s_-1}}$", "*small*"], [0, "${{v.s_0}}$", ""]],
    "evidence": {"v": {"kind": "values", "over": {"z": [-1, 0]}, "formulas": {"s": "sigma(z)"}, "table": False}},
}


def test_cells_are_texts_numbers_and_quotations() -> None:
    answer = answered(ITEM)
    assert list(cells(the_table(answer.blocks))) == [("$-1$", "$0.269$", r"\emph{small}"), ("$0$", "$0.500$", "")]
    assert all_pass(answer)


def test_the_question_sheet_shows_what_is_given() -> None:
    table = the_table(blank(ITEM))
    assert table.blank
    assert list(cells(table)) == [("$-1$", "", ""), ("$0$", "", "")]
    shown = the_table(blank({**ITEM, "given": [1, 3]}))
    assert list(cells(shown)) == [("$-1$", "", r"\emph{small}"), ("$0$", "", "")]


def test_a_cell_that_calls_a_number_a_derivative_is_held_to_it() -> None:
    item = {**ITEM, "rows": [[-1, r"$\partial s/\partial z = {{v.s_-1}}$", ""]]}
    assert not all(verdict.ok for verdict in verdicts(answered(item)))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rows": [[1, 2]]}, "row 1 has 2 cells, the table has 3 columns"),
        ({"given": [4]}, "there is no column 4; columns count from 1 to 3"),
        ({"rows": []}, "at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        homework([{**ITEM, **changed}])
