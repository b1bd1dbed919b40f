"""A few of the random inputs with every change; ``make fuzz`` runs very many of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.inputs import HOMEWORK, Input, drawn, homeworks
from tests.fuzz.running import ended


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_random_inputs_end_with_one_message(first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [(number, found) for number in range(first, first + 20) if (found := ended(drawn(number))).complaint] == []


def test_what_is_right_ends_with_0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ended(Input("options", ("derive", "f = x^2", "--wrt", "x"))).code == 0
    assert ended(Input("options", ("derive", "f = x^^2", "--wrt", "x"))).code == 2


@pytest.mark.parametrize("homework", [HOMEWORK, *homeworks()[:3]])
def test_what_is_spoilt_is_right_before(homework: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert ended(Input("homework", ("verify", "hw.yaml"), homework)).code == 0


def test_an_input_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def forever(*arguments: str) -> None:
        while True:
            pass

    monkeypatch.setattr("tests.fuzz.running.run", forever)
    assert ended(Input("options", ("list",)), seconds=1).complaint == "takes more than 1 s"


def test_a_number_is_always_the_same_input() -> None:
    assert [drawn(number) for number in range(50)] == [drawn(number) for number in range(50)]
    assert len({drawn(number) for number in range(50)}) > 45
