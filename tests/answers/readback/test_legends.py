"""What a text says that its signs mean is read, and must be what the reader takes them for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest

from answers.command.printing import derivation_text, signs_text
from answers.readback.legends import Said, signs_mean
from answers.readback.printed import Printed, on_terminal
from derive import layer
from derive.derivation import Derivation

PADDED: dict[str, Any] = {"stride": "s", "padding": "p", "dilation": "d"}


def shown(base: Literal[0, 1], latex: bool) -> list[tuple[Derivation, tuple[Printed, ...]]]:
    conv = layer("Conv1d", 4, "k", index_base=base, **PADDED)
    printed = []
    for name in ("z", "weight"):
        one = conv.vjp(name)
        text = derivation_text(one, "convolution", steps=False, latex=latex)
        printed.append((one, tuple(on_terminal(text, latex=latex))))
    return printed


def said(printed: list[tuple[Derivation, tuple[Printed, ...]]], latex: bool) -> Said:
    return Said.on_terminal(signs_text([one for one, _ in printed], latex=latex))


@pytest.mark.parametrize("latex", [False, True])
@pytest.mark.parametrize("base", [0, 1])
def test_every_sign_is_explained_and_read(base: Literal[0, 1], latex: bool) -> None:
    printed = shown(base, latex)
    legend = said(printed, latex)
    assert len(legend.equations) == 7
    outcome = signs_mean(legend, printed)
    assert outcome.ok, outcome.note


WRONG = {
    "the other operation": ("a[i+j]", "a[i−j]", "equation says"),
    "the other sign": ("(a ⋆ b)", "(a ∗ b)", "convolve"),
    "one further": ("a[i−p]", "a[i−p+1]", "equation says"),
    "not turned": ("a[n−i−1]", "a[i]", "equation says"),
    "a factor": (" = a[s·i]", " = 2a[s·i]", "equation says"),
    "no map": ("· b[j]", "", "no value"),
    "no formula": ("Σ_j a[i+j]", "Σ_j a[[i+j]", "not read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_equation_is_told(name: str) -> None:
    right, wrong, reason = WRONG[name]
    printed = shown(0, False)
    legend = said(printed, False)
    changed = tuple(equation.replace(right, wrong) for equation in legend.equations)
    assert changed != legend.equations
    outcome = signs_mean(replace(legend, equations=changed), printed)
    assert not outcome.ok
    assert reason in outcome.note


def test_what_is_missing_or_too_much_is_told() -> None:
    printed = shown(0, False)
    legend = said(printed, False)
    for place in range(len(legend.equations)):
        fewer = (*legend.equations[:place], *legend.equations[place + 1 :])
        assert "nothing says" in signs_mean(replace(legend, equations=fewer), printed).note
    assert "nothing has it" in signs_mean(legend, printed[1:]).note
    assert "twice" in signs_mean(replace(legend, equations=(*legend.equations, legend.equations[0])), printed).note


@pytest.mark.parametrize("convention", ["For maps a and b:", "For maps b, which count as 0 outside:"])
def test_reading_outside_must_be_allowed(convention: str) -> None:
    printed = shown(0, False)
    outcome = signs_mean(replace(said(printed, False), convention=convention), printed)
    assert not outcome.ok
