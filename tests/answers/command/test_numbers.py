"""``gradsheet derive --at`` of networks and layers: their numbers, checked."""

from __future__ import annotations

import pytest

from tests.answers.command.runner import run

NETWORK = ("derive", "x:n -> Linear(d) -> ReLU -> Linear(K)", "--loss", "1/2*MSE")
AT = ("--at", "x=[1,2], W1=[[1,1/2],[3,-4]], b1=[0, 0.5]", "--at", "W2=[[1,-1/3]], b2=0, y=1")


def test_values_and_gradients_are_printed_with_their_formulas() -> None:
    outcome = run(*NETWORK, *AT)
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0] == "z₁ = W₁ x + b₁ = [2, −4.5]"
    assert "ŷ = W₂ z₂ + b₂ = [2]" in lines
    assert "∂ℓ/∂W₁ = ∂ℓ/∂z₁ xᵀ = [[1, 2], [0, 0]]" in lines
    assert "∂ℓ/∂z₂ = W₂ᵀ ∂ℓ/∂ŷ = [1, −1/3]" in lines
    assert lines[-1].startswith("  checked: 20 numbers")


def test_only_what_is_named_in_latex() -> None:
    outcome = run(*NETWORK, *AT, "--wrt", "W1", "--latex", "--layout", "numerator")
    assert outcome.code == 0
    assert [line for line in outcome.out.splitlines() if "partial" in line] == [
        line for line in outcome.out.splitlines() if line.endswith(r"\begin{bmatrix} 1 & 0 \\ 2 & 0 \end{bmatrix}")
    ]


def test_a_layer_alone_forward_and_with_the_gradient_of_its_output() -> None:
    forward = run("derive", "Conv2d(1, 2, bias=False)", "--at", "z=[[1,2,3],[4,5,6],[7,8,9]], weight=[[1,0],[0,1]]")
    assert forward.code == 0
    assert "y = [[[6, 8], [12, 14]]]" in forward.out
    assert "∂" not in forward.out
    layer = ("derive", "Linear(m)", "--at", "z=[1,2], weight=[[1,2],[3,4]], bias=[0,0], dy=[1,-1]")
    assert "∂ℓ/∂z = weightᵀ ∂ℓ/∂y = [−2, −2]" in run(*layer).out


def test_a_jacobian() -> None:
    outcome = run("derive", "x:2 -> Tanh -> a", "--at", "x=[0, 1]", "--wrt", "da/dx")
    assert outcome.code == 0
    assert "[[1, 0], [0, 0.419974]]" in outcome.out


@pytest.mark.parametrize(
    ("at", "saying"),
    [
        ("x=[1,2], W1=[[1,2]]", "no numbers are given for b1 of the shape (d,)"),
        ("x=[1,2], W1=[[1,2]], b1=0, w=1", "w is nothing that this network is given"),
        ("x=[1,2], W1=[[1,2,3]], b1=0", "W1 has shape (1, 3), expected (d, n) with n = 2 from the other arrays"),
        ("x=[1,2], W1=[[1,2],[3]], b1=0", "W1: expected entries of one shape, got a list of 2 beside a list of 1"),
        ("x=[1,2], W1=[[1,2], b1=0", "a bracket is not closed: W1=[[1,2], b1=0"),
        ("x=[1,2]], W1=1", "a bracket is closed that was not opened: x=[1,2]]"),
        ("x=[1,two]", "x: expected a number such as 3, 0.25 or 1/3, got the text 'two'"),
        ("x=[1 2]", "x: expected a comma before 2"),
        ("x=", "x: expected a number or a list"),
        ("x=1/0", "x: 1/0 divides by 0"),
        ("[1,2]", "a value is given as x=[1, 2] or W1=[[1, 2], [3, 4]], not as [1,2]"),
        ("x=1, x=2", "x has two values"),
        ("x=[1,2], W1=[[1,2]], b1=0, y_hat=1", "y_hat is computed by the network"),
    ],
)
def test_numbers_that_are_wrong_are_one_clear_error(at: str, saying: str) -> None:
    outcome = run("derive", "x:n -> Linear(d)", "--at", at)
    assert outcome.code == 2
    assert saying in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1


def test_options_without_effect_on_numbers() -> None:
    outcome = run(*NETWORK, *AT, "--steps")
    assert (outcome.code, "--steps has no effect beside --at" in outcome.err) == (2, True)
