from __future__ import annotations

import pytest
from sympy import Eq

from derive import network
from derive.derivation import Derivation
from derive.expression.functions import Bracket
from derive.expression.symbols import element, size
from numeric import check
from numeric.sampling.branches import branches, sample_where, sizes_where
from numeric.sampling.points import sample_sizes
from tests.planted.spoiling import become

NET = network("x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat", loss="1/2*MSE")


@pytest.fixture(scope="module")
def right() -> Derivation:
    return NET.gradient("b1")


def found(answer: Derivation) -> tuple[str, ...]:
    quantity = answer.quantity
    ranges = tuple(zip(quantity.indices, quantity.shape, strict=True))
    return tuple(str(branch.condition) for branch in branches(answer.result, ranges, answer.forward))


def test_conditions_of_the_forward_definition_are_no_others(right: Derivation) -> None:
    assert right.result.has(Bracket)
    assert found(right) == ()


def test_both_outcomes_of_a_condition_on_values_are_found(right: Derivation) -> None:
    (letter,) = right.quantity.indices
    wide = right.result * (1 + Bracket(element("z1", [letter]) > 25))
    (branch,) = branches(wide, ((letter, right.quantity.shape[0]),), NET.forward)
    sizes = sample_sizes(NET.forward, 0)
    for outcome in (True, False):
        arrays = sample_where(branch, outcome, NET.forward, sizes, 0)
        assert arrays is not None
        z1 = arrays["W1"] @ arrays["x"] + arrays["b1"]
        assert ((z1 > 25) == outcome).any()


def test_sizes_are_found_at_which_a_condition_holds_and_at_which_it_does_not(right: Derivation) -> None:
    (branch,) = branches(right.result * (1 + Bracket(Eq(size("n"), 7))), (), NET.forward)
    at, beside = (sizes_where(branch, outcome, NET.forward, 0) for outcome in (True, False))
    assert at is not None
    assert beside is not None
    assert at[size("n")] == 7 != beside[size("n")]


def test_what_is_right_in_every_branch_passes(right: Derivation) -> None:
    (letter,) = right.quantity.indices
    far = Bracket(element("z1", [letter]) > 25)
    outcome = check(become(right, right.result * far + right.result * (1 - far)))
    assert outcome.ok
    assert not outcome.untried


def test_a_branch_that_is_not_found_is_said(right: Derivation) -> None:
    outcome = check(become(right, right.result * (1 + Bracket(size("n") > 10**6))))
    assert [item.what for item in outcome.untried] == ["where 1[n > 1000000] is 1"]
