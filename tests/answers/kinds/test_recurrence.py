from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from answers.errors import HomeworkContentError
from answers.latex.sheet import Equation, Steps
from tests.answers.sample import all_pass, homework, last

CELLS: dict[str, Any] = {
    "Gated": {
        "axes": ["n"],
        "sizes": ["m"],
        "shapes": {"W_c": ["m", "n"], "W_h": ["m", "m"], "W_x": ["m", "n"], "h_prev": ["m"], "c": ["m"], "h": ["m"]},
        "parameters": ["W_c", "W_h", "W_x"],
        "inputs": ["h_prev"],
        "outputs": ["h"],
        "states": {"h_prev": "h"},
        "values": ["c"],
        "equations": "c[i] = sigma(sum[j] W_c[i,j]*z[j] + sum[k] W_h[i,k]*h_prev[k])\n"
        "h[i] = c[i]*h_prev[i] + (1 - c[i])*sum[j] W_x[i,j]*z[j]",
    },
    "Plain": {
        "axes": ["d"],
        "sizes": ["p", "q"],
        "shapes": {"W": ["p", "d"], "U": ["p", "p"], "V": ["q", "p"], "s_prev": ["p"], "s": ["p"], "o": ["q"]},
        "parameters": ["W", "U", "V"],
        "inputs": ["s_prev"],
        "outputs": ["s", "o"],
        "states": {"s_prev": "s"},
        "equations": "s[i] = sum[j] W[i,j]*z[j] + sum[k] U[i,k]*s_prev[k]\no[i] = sum[k] V[i,k]*s[k]",
    },
}


def equations(item: dict[str, Any], **options: Any) -> list[str]:
    """The equations of the answer, all of whose claims hold."""
    context, part = last(homework([{"kind": "recurrence", **item}], layers=CELLS), **options)
    (answer,) = context.answered(part)
    assert all_pass(answer)
    return [block.latex for block in answer.blocks if isinstance(block, Equation)]


@pytest.mark.parametrize("times", ["T", 3])
@pytest.mark.parametrize("base", [0, 1])
def test_powers_of_a_matrix_that_is_always_the_same(times: str | int, base: int) -> None:
    shown = equations(
        {"cell": "Plain", "times": times, "show": ["equations", "unrolled", "jacobians"], "of": ["s", "U"]},
        index_base=base,
    )
    assert any(r"(\bm{U}^{r-t})^{\top}" in latex for latex in shown)
    assert any(r"\bm{V} \, \bm{U}^{r-t}" in latex for latex in shown)


def test_the_recursion_of_a_cell_of_ones_own_and_that_solved() -> None:
    shown = equations({"cell": "Gated", "of": ["h", "W_x"]})
    assert any(r"\prod_{r=s}^{t+1}" in latex for latex in shown)


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("cell", ["LSTMCell", "GRUCell"])
def test_nothing_that_follows_moves_a_state_before_the_first_time(cell: str, base: int) -> None:
    shown = equations({"cell": cell, "options": {"hidden": "H"}, "show": ["jacobians"]}, index_base=base)
    assert any(r"_{s-1," in latex for latex in shown)


def test_a_cell_of_the_library_for_three_steps() -> None:
    item = {"kind": "recurrence", "cell": "RNNCell", "options": {"hidden": "H"}, "times": 3, "of": ["h", "h0"]}
    context, part = last(homework([item]))
    (answer,) = context.answered(part)
    assert all_pass(answer)
    assert any(isinstance(block, Steps) for block in answer.blocks)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"cell": "RNNCel"}, "there is no cell RNNCel; known: GRUCell, Gated, LSTMCell, Plain, RNNCell"),
        ({"cell": "Linear", "options": {"outputs": "m"}}, "Linear has no state that it hands on to the next step"),
        ({"cell": "Plain", "of": ["q"]}, "there is no q in this recurrence"),
        ({"cell": "Plain", "times": "p"}, "name two"),
    ],
)
def test_what_is_no_recurrence_is_refused(item: dict[str, Any], message: str) -> None:
    context, part = last(homework([{"kind": "recurrence", **item}], layers=CELLS))
    with pytest.raises(HomeworkContentError, match=message):
        context.answered(part)


def test_states_are_inputs() -> None:
    wrong = {**CELLS["Plain"], "states": {"prev": "s"}}
    with pytest.raises((ValidationError, HomeworkContentError), match="the state prev is not among the inputs"):
        homework([], layers={"Plain": wrong})
