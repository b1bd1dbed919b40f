"""What is printed at large sizes is compared with the derivation's own expressions."""

from __future__ import annotations

import pytest

from answers.derivations.notes import notes_on
from answers.readback.compare import read_back
from answers.readback.printed import Printed, on_terminal
from answers.readback.shown import Shown
from derive import network
from derive.derivation import Derivation

SMALL = network("x:90 -> Linear(70) -> ReLU -> Linear(40) -> y_hat", loss="MSE")
PADDED = network("x:(4,40) -> Conv1d(6, 5, padding=2) -> ReLU -> MaxPool1d(2) -> Flatten -> Linear(9) -> y_hat", "MSE")
HUGE = network("x:(3,99,99) -> Conv2d(64, 7) -> ReLU -> Conv2d(64, 5) -> Flatten -> Linear(50) -> y_hat", loss="MSE")


def printed(derivation: Derivation, *, latex: bool) -> tuple[Printed, ...]:
    from answers.command.printing import derivation_text

    text = derivation_text(derivation, "index", steps=True, latex=latex)
    return tuple(on_terminal(text, latex=latex))


@pytest.mark.parametrize("latex", [False, True])
@pytest.mark.parametrize("name", ["W1", "b2", "x"])
def test_what_is_right_is_read_with_its_steps(name: str, latex: bool) -> None:
    derivation = SMALL.gradient(name, grain="lecture")
    assert derivation.general is not None
    found = read_back(derivation, printed(derivation, latex=latex))
    assert found.ok, found.differences


@pytest.mark.parametrize(
    ("right", "wrong"), [("W₂[k,i]", "W₂[k,1]"), ("2W₂", "3W₂"), ("{40}", "{39}"), ("y[k])", "y[1])"), ("> 0", "> 1")]
)
def test_whatever_is_spoilt_is_noticed(right: str, wrong: str) -> None:
    derivation = SMALL.gradient("W1")
    text = derivation.unicode("index")
    assert right in text
    assert read_back(derivation, [Printed(text, "the equation")]).ok
    assert not read_back(derivation, [Printed(text.replace(right, wrong), "the equation")]).ok


def test_what_is_read_outside_must_be_said() -> None:
    derivation = PADDED.gradient("W1")
    assert notes_on(derivation, ties=False) == ("{x} reads as 0 outside its range.",)
    text = derivation.unicode("index")
    assert not read_back(derivation, [Printed(text, "the equation")]).ok
    assert read_back(derivation, [Printed(text, "the equation", zero=("x",))]).ok
    assert notes_on(PADDED.gradient("x"), ties=False) == ()


def test_what_would_take_too_long_is_read_and_not_computed() -> None:
    derivation = HUGE.gradient("b1")
    whole = Shown(derivation, (Printed(derivation.unicode("index"), "the equation"),))
    assert whole.readable
    assert not whole.comparable
    assert read_back(derivation, whole.printed).ok
    assert not read_back(derivation, [Printed(derivation.unicode("index").replace("Σ", "S"), "the equation")]).ok
