"""Numbers in prose are what the evidence says as they are printed: digits, powers, percent, and what they are of."""

from __future__ import annotations

import pytest

from answers.contract.evidence import Found, quoted
from answers.contract.item import Claim
from answers.latex.markdown import markdown
from answers.readback.prose import misquoted, quoting
from numeric.checks.comparison import Comparison

FOUND = {
    "net": Found(
        {
            "test_accuracy": "97.0",
            "test_loss": r"5.7 \times 10^{-4}",
            "rmse": "54.3",
            "mse": "2950",
            "ratio": "5.69e1",
            "note": "of a set_of data",
            "epochs": "12",
        },
        percent=frozenset({"test_accuracy"}),
        plain=frozenset({"test_loss", "rmse", "mse"}),
    )
}

RIGHT = [
    r"It gets {{net.test_accuracy}} % right after {{net.epochs}} epochs.",
    r"It gets ${{net.test_accuracy}}\,\%$ right, with a loss of ${{net.test_loss}}$.",
    "{{net.test_accuracy}} per cent of *them*, {{ net.note }}, and {{net.ratio}}.",
    "The mean squared error is {{net.mse}}, its root {{net.rmse}}.",
    "The root mean squared error, {{net.rmse}}, is in the units of the data. The MSE is {{net.mse}}.",
    "No number at all.",
]


def complaints(text: str, latex: str = "") -> list[str]:
    return list(misquoted(latex or markdown(quoted(text, FOUND)), text, FOUND))


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_quoted_rightly(text: str) -> None:
    assert complaints(text) == []


UNITS = {
    "no percent": ("{{net.test_accuracy}} are right.", "without the sign"),
    "percent of a number": (r"The loss is ${{net.test_loss}}$ %.", "is no share"),
    "RMSE for MSE": ("The RMSE is {{net.mse}}.", "root mean squared error"),
    "MSE for RMSE": ("The mean squared error is {{net.rmse}}.", "the mean squared error"),
    "in words": ("The root mean squared error is {{net.mse}}.", "root mean squared error"),
}


@pytest.mark.parametrize("name", UNITS)
def test_a_wrong_unit_is_told(name: str) -> None:
    text, reason = UNITS[name]
    (said,) = complaints(text)
    assert reason in said


PRINTED = {
    "a digit": ("97.0", "97.1"),
    "a digit less": ("97.0", "97"),
    "as a share": ("97.0", "0.970"),
    "another power": ("-4", "4"),
    "no power": (r" \times 10^{-4}", ""),
    "the other sign": ("5.7", "-5.7"),
    "another sign of a power": ("5.69e1", "5.69e-1"),
    "words of the text": ("right", "wrong"),
}


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed_otherwise_is_told(name: str) -> None:
    text = r"{{net.test_accuracy}} % are right, the loss is ${{net.test_loss}}$ and the ratio {{net.ratio}}."
    latex = markdown(quoted(text, FOUND))
    right, wrong = PRINTED[name]
    assert right in latex
    assert complaints(text, latex.replace(right, wrong, 1))


def test_the_last_claim_of_the_evidence_fails_with_the_text() -> None:
    one = Claim("a", "a", (), lambda: Comparison(0.0, 1.0, 3))
    _, (fine,) = quoting("{{net.test_accuracy}} %", FOUND, (one,))
    assert fine.check().ok
    assert fine.check().points == 3
    _, (first, last) = quoting("{{net.test_accuracy}}", FOUND, (one, one))
    assert first.check().ok
    assert "without the sign" in last.check().note
    _, (own,) = quoting("{{net.epochs}} epochs", FOUND, ())
    assert own.check().points == 1
