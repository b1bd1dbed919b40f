from __future__ import annotations

from tests.answers.command.runner import run


def test_a_table_of_a_network() -> None:
    outcome = run("sizes", "x:(3,32,32) -> Conv2d(64, 3, padding=1) -> MaxPool2d(2) -> Flatten -> Linear(10)")
    assert outcome.code == 0
    lines = [line.split("  ") for line in outcome.out.splitlines()]
    assert [cell.strip() for cell in lines[2] if cell] == ["Conv2d1", "64 × 32 × 32", "1792", "1 769 472", "3 × 3"]
    assert lines[-2][0] == "Total"
    assert "checked" in outcome.out


def test_letters_and_the_sizes_that_follow() -> None:
    outcome = run("sizes", "x:(C,L) -> Conv1d(M, k, stride=s)")
    assert outcome.code == 0
    assert "C · M · k + M" in outcome.out
    assert "= ⌊(L−k)/s⌋+1" in outcome.out


def test_only_networks_have_sizes() -> None:
    assert "sizes are those of a network" in run("sizes", "Conv2d(3, 3)").err
    assert run("sizes", "x:3 -> Linear(").code == 2
