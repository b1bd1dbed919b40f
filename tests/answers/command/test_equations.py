from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from sympy import Add, Mul

from answers.command import equations
from derive.graph import Backward, PathSum, ScalarGraph
from numeric.checks.comparison import Comparison
from tests.answers.command.runner import run


def test_partials_and_numbers() -> None:
    outcome = run("derive", "q = x + y; f = q*z", "--at", "x=-2,y=5", "--at", "z=-4")
    assert outcome.code == 0, outcome.out
    lines = re.sub(r"error \S+", "error", outcome.out).splitlines()
    assert lines[:2] == ["∂f/∂x = z", "  checked: 3 points, worst relative error"]
    assert lines[-6:-1] == ["q = 3", "f = −12", "∂f/∂x = −4", "∂f/∂y = −4", "∂f/∂z = 3"]


def test_steps_and_latex() -> None:
    outcome = run("derive", "h = 2*x; y = h*h", "--wrt", "dy/dx", "--steps", "--no-check")
    assert "= ∂y/∂h · ∂h/∂x" in outcome.out
    assert run("derive", "y = 2*x", "--latex", "--no-check").out.strip() == r"\frac{\partial y}{\partial x} = 2"
    assert "align*" in run("derive", "y = 2*x", "--latex", "--steps").out


def test_a_slope_without_its_argument_is_said_where_it_is_taken() -> None:
    for options, said in ((), "  where f′ = f′(x), g′ = g′(a)"), (("--latex",), "% where $f' = f'(x)$, $g' = g'(a)$"):
        outcome = run("derive", "a = f(x)*y; w = g(a)", "--wrt", "x", *options)
        assert outcome.code == 0, outcome.out
        assert said in outcome.out.splitlines()


@pytest.mark.parametrize("text", ["dx = x*y; w = dx*dx + y", "min1 = min(x, y); max2 = x*min1; w = max(max2, 3)"])
def test_names_that_look_like_signs_are_read_back(text: str) -> None:
    for options in ((), ("--latex",), ("--steps",), ("--steps", "--latex")):
        outcome = run("derive", text, "--at", "x=2,y=5", *options)
        assert outcome.code == 0, outcome.out


def test_wrong_input() -> None:
    for words, saying in (
        (("y = x +",), "cannot read the equation"),
        (("y = x", "--at", "x"), "a value is given as x=-2, not as x"),
        (("y = x", "--wrt", "z"), "there is no value z"),
    ):
        outcome = run("derive", *words)
        assert outcome.code == 2
        assert saying in outcome.err


def test_a_partial_that_fails_its_check_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PathSum, "result", property(lambda partial: 2 * Add(*(Mul(*term) for term in partial.terms))))
    outcome = run("derive", "q = x + y; f = q*z", "--wrt", "x")
    assert outcome.code == 1
    assert outcome.out.startswith("no answer for ∂f/∂x: ")
    assert " = " not in outcome.out


def test_numbers_that_fail_their_check_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    backward = ScalarGraph.backward

    def doubled(graph: ScalarGraph, *given: Any) -> Backward:
        right = backward(graph, *given)
        return replace(right, gradients=tuple(2 * gradient for gradient in right.gradients))

    monkeypatch.setattr(ScalarGraph, "backward", doubled)
    outcome = run("derive", "q = x + y; f = q*z", "--wrt", "x", "--at", "x=-2,y=5,z=-4")
    assert outcome.code == 1
    assert "no answer in numbers" in outcome.out
    assert "q = 3" not in outcome.out


@pytest.mark.parametrize(
    ("old", "new"), [("q = 3", "q = 30"), ("∂f/∂y", "∂f/∂x"), ("f = ", "z = "), ("−12", "12"), ("∂f/∂z = 3", "3 = 3")]
)
def test_numbers_that_are_printed_otherwise_are_no_answer(old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("derive", "q = x + y; f = q*z", "--wrt", "x", "--at", "x=-2,y=5,z=-4")
    lines = equations._lines

    def other(backward: Backward) -> tuple[str, ...]:
        return tuple(line.replace(old, new) for line in lines(backward))

    monkeypatch.setattr(equations, "_lines", other)
    outcome = run(*asked)
    assert outcome.code == 1
    assert "no answer in numbers" in outcome.out
    assert "∂f/∂z = 3" not in outcome.out


def test_numbers_that_cannot_be_measured_are_called_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "numeric.checks.graph.compare_inputs", lambda _: [Comparison.untried("too many digits", "df/dx")]
    )
    shown = run("derive", "f = 2*x", "--at", "x=3").out
    assert "unchecked, as no number of digits would do: df/dx" in shown
    assert re.search(r"^  checked: [1-9] numbers", shown, re.MULTILINE)


def nested(depth: int) -> str:
    return f"f = {'sigma(' * depth}x{')' * depth}"


def test_functions_inside_one_another_are_derived_or_refused() -> None:
    assert run("derive", nested(60), "--no-check").code == 0
    run("derive", nested(4000)).refused("nested too deeply: give its parts names")
