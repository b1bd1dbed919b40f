from __future__ import annotations

from dataclasses import replace

import pytest

from derive import layer, network
from derive.derivation import Derivation
from numeric import check
from numeric.checks.comparison import Comparison, worst_of


def what(derivation: Derivation) -> list[str]:
    return [item.what for item in check(derivation).untried]


def test_a_kink_that_is_never_reached_is_said_and_not_passed() -> None:
    net = network("x:n -> Linear(d) -> Softmax -> ReLU -> Linear(K)", "MSE")
    (said,) = what(net.gradient("W1"))
    assert said == "where a condition is at its boundary: z₂[i] = 0"
    assert check(net.gradient("W1")).ok
    assert "1 not tried" in repr(check(net.gradient("W1")))
    assert not what(net.gradient("W2")), "it does not depend on what is read there"


@pytest.mark.parametrize("name", ["W1", "z2", "z3"])
def test_ties_behind_a_relu_are_told_apart_at_another_point(name: str) -> None:
    net = network("x:(C,H) -> Conv1d(M, 3) -> ReLU -> MaxPool1d(2) -> Flatten -> Linear(K)", "MSE")
    found = check(net.gradient(name))
    assert found.ok
    assert not found.untried
    assert any(item.what.endswith("against central differences") and item.error > 0 for item in found.items)


def test_nothing_is_told_by_a_result_all_of_which_is_0_everywhere() -> None:
    dead = network("x:n -> LogSoftmax -> ReLU -> Linear(K)", "MSE")
    derivation = dead.gradient("x")
    assert any("where it is not 0" in said for said in what(derivation))
    assert not any("where it is not 0" in said for said in what(dead.gradient("b1")))


def test_what_is_all_untried_does_not_pass() -> None:
    derivation = layer("ReLU").vjp("z")
    found = check(derivation)
    assert not replace(found, items=(Comparison.untried("no point", "all of it"),)).ok
    assert found.ok


def test_what_was_tried_at_one_point_is_not_untried() -> None:
    tried, untried = Comparison(1e-9, 1e-6, what="a"), Comparison.untried("no point", "a")
    assert worst_of([untried, tried, untried]) == (tried,)
    assert worst_of([untried, untried]) == (untried,)
