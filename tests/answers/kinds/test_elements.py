from __future__ import annotations

from answers.latex.sheet import Equation, Steps, Text
from tests.answers.sample import all_pass, answered, blank, cells, homework, last, refused, the_table

ITEM = {"kind": "elements", "network": "regression", "of": ["dz2/dz1", "dl/dy_hat"]}


def test_each_partial_as_a_matrix_and_by_its_elements() -> None:
    answer = answered(ITEM, layout="numerator")
    equations = [block for block in answer.blocks if isinstance(block, Equation)]
    assert len(equations) == 4
    assert r"\operatorname{diag}" in equations[0].latex
    assert equations[0].shape == r"d \times d"
    assert r"\begin{cases}" in equations[1].latex
    assert r"\hat{y}_k - y_k" in equations[3].latex
    assert all_pass(answer)


def test_what_holds_at_the_kink_is_said() -> None:
    cause, sentence, _ = [block.latex for block in answered(ITEM).blocks if isinstance(block, Text)]
    assert "alone, with slope" in cause
    assert "kink" in sentence


def test_the_blank_table_has_a_row_for_each_partial() -> None:
    rows = list(cells(the_table(blank(ITEM))))
    assert len(rows) == 2
    assert [row[1] for row in rows] == ["", ""]
    assert r"\partial \bm{z}_2" in rows[0][0]


def test_steps_are_shown_on_demand() -> None:
    item = {"kind": "elements", "network": "scores", "of": ["dl/dz3"]}
    assert not any(isinstance(block, Steps) for block in answered(item).blocks)
    assert any(isinstance(block, Steps) for block in answered({**item, "steps": True}).blocks)


def test_wrong_options() -> None:
    refused({**ITEM, "of": ["dz2"]}, saying="part 1a, elements: dz2 is no partial derivative")
    refused({**ITEM, "of": ["dz9/dz1"]}, saying="there is no z9 in this network")


def test_the_cause_of_a_chain_is_that_of_no_line_on_the_way() -> None:
    networks = {"query": {"layers": "q:n -> Linear(T, bias=False) -> s; s -> Softmax -> a; a -> Linear(m) -> o"}}
    context, part = last(
        homework([{"kind": "elements", "network": "query", "of": ["do/dq", "da/ds"]}], networks=networks)
    )
    (answer,) = context.answered(part)
    assert all_pass(answer)
