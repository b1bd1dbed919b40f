from __future__ import annotations

import pytest

from answers.derivations.selection import main_steps
from derive.layer import layer

GIVEN = frozenset({"dl/dy"})


@pytest.mark.parametrize("name", ["BatchNorm1d", "LayerNorm", "Softmax", "ReLU"])
def test_the_result_stays_the_last_step(name: str) -> None:
    derivation = layer(name).vjp("z")
    shown = main_steps(derivation, GIVEN)
    assert shown.steps[-1].expression == derivation.steps[-1].expression
    assert len(shown.steps) < len(derivation.steps)
    assert {step.expression for step in shown.steps} <= {step.expression for step in derivation.steps}


def test_a_gradient_comes_behind_those_that_it_is_made_of() -> None:
    shown = main_steps(layer("BatchNorm1d").vjp("z"), GIVEN)
    order = [step.quantity.name for step in shown.steps if step.rule == "chain rule"]
    assert order == ["dl/dz_hat", "dl/dv", "dl/dmu", "dl/dz"]


def test_what_is_given_is_no_step() -> None:
    assert all(step.quantity.name != "dl/dy" for step in main_steps(layer("ReLU").vjp("z"), GIVEN).steps)
