from __future__ import annotations

import pytest

from answers.derivations.steps import joined_lines
from derive.derivation import Derivation
from derive.network import Network, network
from derive.render.derivations import step_lines

WITHIN = ["x", "y", "W1", "b1", "W2", "b2", "dl/dy_hat", "dz2/dz1", "dy_hat/dz3"]


@pytest.fixture(scope="module")
def regression() -> Network:
    return network("x:n -> Linear(d) -> ReLU -> Linear(K) -> Identity -> y_hat", "1/2*MSE", layout="numerator")


@pytest.fixture(scope="module")
def derivation(regression: Network) -> Derivation:
    return regression.gradient("b2", WITHIN)


def test_an_identity_is_said_and_not_printed(derivation: Derivation) -> None:
    assert any(r"= \bm{I}" in f"= {line.right[0]}" for line in step_lines(derivation))
    condensed = joined_lines(derivation)
    assert not any(r"= \bm{I}" in f"= {line.right[0]}" for line in condensed)
    assert sum("is the identity" in line.sentence for line in condensed) == 1
    assert len(condensed) < len(step_lines(derivation))


def test_equations_of_one_quantity_are_chained_and_none_is_lost(regression: Network) -> None:
    for name in regression.parameters:
        derivation = regression.gradient(name, WITHIN)
        chained = " ".join(right for line in joined_lines(derivation) for right in line.right)
        missing = [line for line in step_lines(derivation) if line.right[0] not in chained]
        assert all(line.right == (r"\bm{I}",) for line in missing)


def test_the_last_one_may_stand_alone(derivation: Derivation) -> None:
    last = joined_lines(derivation, last_alone=True)[-1]
    assert last.right == step_lines(derivation)[-1].right


def test_no_line_gets_too_wide() -> None:
    deep = network("x:n -> Linear(d) -> Tanh -> Linear(m) -> Tanh -> Linear(K)", "MSE")
    for name in deep.parameters:
        derivation = deep.gradient(name)
        widest = max(line.width for line in step_lines(derivation))
        assert all(line.width <= max(50, widest) for line in joined_lines(derivation))
