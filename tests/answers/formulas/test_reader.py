"""Lines of proofs are read back from the text that goes to TeX."""

from __future__ import annotations

from typing import Any

import pytest

from answers.kinds import proof as kind
from answers.latex.sheet import Steps
from tests.answers.sample import answered, verdicts

NORM = {
    "kind": "proof",
    "start": "M*diff(log(sum[k] exp(z[k])), z[i])",
    "steps": [{"step": "= M*exp(z[i])/(sum[k] exp(z[k]))", "reason": "?"}],
    "shapes": {"z": ["K"]},
}
BOUND = {
    "kind": "proof",
    "start": "L - log(K)",
    "steps": [{"step": "<= max[k] z[k]", "reason": "?"}, {"step": "<= L", "reason": "?"}],
    "shapes": {"z": ["K"]},
    "definitions": "L = log(sum[k] exp(z[k]))",
}


PRODUCT = {
    "kind": "proof",
    "start": "sum[j] A[i,j]*(sum[k] B[j,k]*x[k])",
    "steps": [{"step": "= sum[k] C[i,k]*x[k]", "reason": "?"}],
    "shapes": {"A": ["m", "n"], "B": ["n", "K"], "x": ["K"]},
    "definitions": "C[i,k] = sum[j] A[i,j]*B[j,k]",
}


@pytest.mark.parametrize("item", [NORM, BOUND, PRODUCT])
def test_lines_and_definitions_are_read(item: dict[str, Any]) -> None:
    answer = answered(item)
    (verdict,) = verdicts(answer)
    assert verdict.ok, verdict.note
    assert "read back" in answer.claims[0].method


SPOILT = [
    (NORM, r"e^{z_i}", r"e^{z_j}"),
    (NORM, r"\partial z_i", r"\partial z_j"),
    (NORM, "=1}^{K}", "=2}^{K}"),
    (BOUND, r"\log(K)", r"\log(2)"),
    (BOUND, "{max}", "{min}"),
    (BOUND, r"\le", "<"),
    (BOUND, r"\log(K)", r"\foo(K)"),
]


@pytest.mark.parametrize(("item", "right", "wrong"), SPOILT)
def test_whatever_is_spoilt_is_noticed(
    item: dict[str, Any], right: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(steps: Steps, chain: Any, written: Any = kind._written) -> Any:
        for one in written(steps, chain):
            yield type(one)(one.text.replace(right, wrong), one.where, one.formulas, one.relations)

    monkeypatch.setattr(kind, "_written", spoilt)
    (verdict,) = verdicts(answered(item))
    assert not verdict.ok
    assert "read" in verdict.note
