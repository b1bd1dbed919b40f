from __future__ import annotations

from answers.latex.sheet import Equation, Room, Steps, Text
from tests.answers.sample import all_pass, answered, blank, cells, refused, the_table

NETWORK = {
    "kind": "paths",
    "equations": "h1 = f1(w1*x + b1); h2 = f2(w2*x + b2); h3 = f3(w3*h1 + w4*h2 + b3)",
    "given": ["dL/dh3"],
    "of": ["dL/dw1", "dL/dx"],
}


def test_the_chain_then_its_factors() -> None:
    answer = answered({**NETWORK, "steps": False})
    first, second, note = answer.blocks
    assert isinstance(first, Equation)
    left, chain, factors = first.latex.split(" = ")
    assert left == r"\frac{\partial L}{\partial w_1}"
    assert chain.count(r"\frac") == 3
    assert factors == r"\frac{\partial L}{\partial h_3} \, f'_3 \, w_3 \, f'_1 \, x"
    assert isinstance(second, Equation)
    assert second.latex.count(" &= ") == 3
    assert second.latex.startswith(r"\begin{aligned}")
    assert isinstance(note, Text)
    assert all_pass(answer)


def test_steps_have_sentences() -> None:
    _, steps, _ = answered(NETWORK).blocks
    assert isinstance(steps, Steps)
    assert [step.rule for step in steps.steps] == ["", "", ""]
    _, in_full, _ = answered({**NETWORK, "steps": "full"}).blocks
    assert isinstance(in_full, Steps)
    assert [step.rule for step in in_full.steps] == ["chain rule", "insert", "factor"]
    assert "Two paths run from $x$ to $L$" in steps.steps[0].sentence


def test_no_path() -> None:
    answer = answered({"kind": "paths", "equations": "z = x^2; y = sigma(2*x)", "of": ["dy/dz"]})
    (steps,) = answer.blocks
    assert isinstance(steps, Steps)
    (step,) = steps.steps
    assert step.right == "0"
    assert "path" in step.sentence
    assert all_pass(answer)


def test_the_question_sheet() -> None:
    rows = list(cells(the_table(blank(NETWORK))))
    assert rows == [
        (r"$\displaystyle \frac{\partial L}{\partial w_1}$", ""),
        (r"$\displaystyle \frac{\partial L}{\partial x}$", ""),
    ]
    assert blank({**NETWORK, "lines": 3}) == (Room(3),)
    assert blank({**NETWORK, "lines": 0}) == ()


def test_wrong_options() -> None:
    refused({**NETWORK, "given": []}, saying="there is no value L in this graph")
    refused({**NETWORK, "of": ["dL/dh9"]}, saying="there is no value h9")
