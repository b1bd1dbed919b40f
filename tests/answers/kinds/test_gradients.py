from __future__ import annotations

from answers.latex.sheet import Steps
from tests.answers.sample import WITHIN, all_pass, answered, blank, cells, refused, the_table

ITEM = {"kind": "gradients", "network": "regression", "of": ["W1", "b2"], "within": WITHIN}


def test_the_table_names_parameters_gradients_and_shapes() -> None:
    answer = answered(ITEM, layout="numerator")
    first, second = cells(the_table(answer.blocks))
    assert first[0] == r"$\bm{W}^{(1)}$"
    assert first[1].startswith(r"\bm{x}")
    assert first[2] == r"$n \times d$"
    assert second[0] == r"$\bm{b}^{(2)}$"
    assert all_pass(answer)


def test_the_blank_table_has_the_parameters_alone() -> None:
    assert list(cells(the_table(blank(ITEM)))) == [(r"$\bm{W}^{(1)}$", ""), (r"$\bm{b}^{(2)}$", "")]


def test_all_parameters_if_none_are_named() -> None:
    rows = cells(the_table(answered({"kind": "gradients", "network": "regression"}).blocks))
    assert [row[0] for row in rows] == [rf"$\bm{{{name}}}$" for name in ("W}^{(1)", "b}^{(1)", "W}^{(2)", "b}^{(2)")]


def test_steps_are_shown_unless_the_item_or_the_user_says_no() -> None:
    def steps(**changes: object) -> int:
        options = {"steps": changes.pop("user")} if "user" in changes else {}
        return sum(isinstance(block, Steps) for block in answered({**ITEM, **changes}, **options).blocks)

    assert steps() == 2
    assert steps(steps=False) == 0
    assert steps(user=False) == 0


def test_wrong_options() -> None:
    refused({**ITEM, "of": ["W3"]}, saying="part 1a, gradients: there is no W3 in this network")
    refused({**ITEM, "within": ["x", "y"]}, saying="part 1a, gradients")
