from __future__ import annotations

from typing import Any

import pytest

from answers.latex.sheet import Equation, Room, Steps, Text
from tests.answers.sample import answered, blank, refused, verdicts


def proof(start: str, *steps: str, **keys: Any) -> dict[str, Any]:
    return {"kind": "proof", "start": start, "steps": [{"step": step, "reason": "Why."} for step in steps], **keys}


SIGMOID = proof(
    "sigma'(z)",
    "= exp(-z)/(1 + exp(-z))^2",
    "= 1/(1 + exp(-z)) * (1 + exp(-z) - 1)/(1 + exp(-z))",
    "= sigma(z)*(1 - sigma(z))",
)
SHIFT = proof(
    "exp(z[i] - M)/(sum[k] exp(z[k] - M))",
    "= exp(z[i])*exp(-M)/(exp(-M)*(sum[k] exp(z[k])))",
    "= exp(z[i])/(sum[k] exp(z[k]))",
    shapes={"z": ["K"]},
    definitions="M = max[k] z[k]",
)
BOUNDS = proof(
    "max[k] z[k]",
    "= log(exp(max[k] z[k]))",
    "<= log(sum[k] exp(z[k]))",
    "<= log(sum[k<K] exp(max[m] z[m]))",
    "= max[k] z[k] + log(K)",
    shapes={"z": ["K"]},
)
GRADIENT = proof("diff(log(sum[k] exp(z[k])), z[i])", "= exp(z[i])/(sum[k] exp(z[k]))", shapes={"z": ["K"]})
RANGE = proof("0", "< 1/(1 + exp(-z))", "< 1")
ASSOCIATIVE = proof(
    "sum[j] B[i,j]*(sum[k] A[j,k]*x[k])",
    "= sum[k] (sum[j] B[i,j]*A[j,k])*x[k]",
    shapes={"A": ["m", "n"], "B": ["K", "m"], "x": ["n"]},
)


@pytest.mark.parametrize("item", [SIGMOID, SHIFT, BOUNDS, GRADIENT, RANGE, ASSOCIATIVE])
def test_true_chains_hold(item: dict[str, Any]) -> None:
    (verdict,) = verdicts(answered(item))
    assert verdict.ok, verdict.note
    assert verdict.points >= 40
    assert verdict.error < 1e-12


@pytest.mark.parametrize(
    ("start", "steps", "keys", "line"),
    [
        ("sigma'(z)", ["= exp(-z)/(1 + exp(-z))"], {}, 2),
        ("sigma'(z)", ["= exp(-z)/(1 + exp(-z))^2", "= sigma(z)*(1 + sigma(z))"], {}, 3),
        ("tanh'(z)", ["= 1 - tanh(z)"], {}, 2),
        ("max[k] z[k]", ["<= log(sum[k] exp(z[k]))", "< max[k] z[k]"], {"shapes": {"z": ["K"]}}, 3),
        ("max[k] z[k]", ["< log(sum[k] exp(z[k]))"], {"shapes": {"z": ["K"]}}, 2),  # one score: both sides are it
        ("log(sum[k] exp(z[k]))", ["<= max[k] z[k] + log(2)"], {"shapes": {"z": ["K"]}}, 2),
        ("diff(sum[k] z[k]^2, z[i])", ["= z[i]"], {"shapes": {"z": ["K"]}}, 2),
        ("0", ["< z^2"], {}, 2),
        ("sum[j] A[i,j]*x[j]", ["= sum[j] A[j,i]*x[j]"], {"shapes": {"A": ["n", "n"], "x": ["n"]}}, 2),
        ("log(z^2)", ["= 2*log(z)"], {}, 2),
        ("f'(z)", ["= f(z)"], {}, 2),
    ],
)
def test_a_wrong_line_is_named_with_its_numbers(start: str, steps: list[str], keys: dict[str, Any], line: int) -> None:
    (verdict,) = verdicts(answered(proof(start, *steps, **keys)))
    assert not verdict.ok
    assert verdict.note.startswith(f"line {line}")
    assert " = [" in verdict.note or " = " in verdict.note.partition(" at ")[2]


def test_a_domain_makes_a_chain_hold() -> None:
    item = proof("log(z^2)", "= 2*log(z)", domains={"z": "positive"})
    assert verdicts(answered(item))[0].ok
    cancelled = proof("a + (b - a)*((y - a)/(b - a))", "= y", domains={"a": [-2.0, -1.0], "b": [1.0, 2.0]})
    assert verdicts(answered(cancelled))[0].ok
    bounded = proof("z^2", "<= 4", domains={"z": [-2.0, 2.0]})
    assert verdicts(answered(bounded))[0].ok
    assert not verdicts(answered(proof("z^2", "<= 4")))[0].ok


def test_an_unknown_function_has_a_slope() -> None:
    chain_rule = proof("diff(f(g(z)), z)", "= f'(g(z))*g'(z)")
    assert verdicts(answered(chain_rule))[0].ok
    assert not verdicts(answered(proof("diff(f(g(z)), z)", "= f'(g(z))")))[0].ok


def test_formulas_are_printed_as_they_were_written() -> None:
    (steps,) = answered(SIGMOID).blocks
    assert isinstance(steps, Steps)
    assert steps.steps[0].left == r"\sigma'(z)"
    assert steps.steps[1].right == r"\frac{1}{1 + e^{-z}} \, \frac{1 + e^{-z} - 1}{1 + e^{-z}}"
    assert steps.result


def test_inequalities_are_put_together() -> None:
    *_, together, equation = answered(BOUNDS).blocks
    assert together == Text("Together:")
    assert isinstance(equation, Equation)
    assert equation.latex.count(r"\le ") == 2
    assert equation.latex.endswith(r"\operatorname*{max}_{k} z_k + \log(K)")


def test_what_algebra_decides_is_said() -> None:
    (claim,) = answered(SIGMOID).claims
    assert claim.method.endswith("all by algebra too")
    (shift,) = answered(SHIFT).claims
    assert "algebra" not in shift.method


def test_the_room_is_as_asked() -> None:
    assert blank({**SIGMOID, "lines": 5}) == (Room(5),)


def test_bad_lines() -> None:
    refused(proof("sigma'(z)", "sigma(z)"), saying="line 2 of the chain, 'sigma(z)': expected one of = <=")
    refused(proof("= z", "= z"), saying="expected a formula alone")
    refused(proof("z", "= (z"), saying="line 2 of the chain: cannot read the equation")
    refused(proof("z[i]", "= a[i]", shapes={"z": ["K"]}), saying="line 2 of the chain: a is read but not defined")
    refused(proof("z", "= z", domains={"y": "positive"}), saying="nothing is called y in the formulas; known: z")
    refused(proof("sigma'(z)", "= simga(z)"), saying="there is no function simga; did you mean sigma")
    refused(proof("z", "<= z", ">= z"), saying="a chain that goes up with < and down with > says nothing")


def test_a_derivative_of_a_derivative_is_said_to_be_too_much() -> None:
    (verdict,) = verdicts(answered(proof("diff(diff(z^2, z), z)", "= 2")))
    assert not verdict.ok
    assert "a derivative of a derivative is not measured" in verdict.note
