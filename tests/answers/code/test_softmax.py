from __future__ import annotations

import pytest

from answers.code.softmax import unchanged_by_a_shift
from derive.layer import layer


def test_a_shift_of_the_scores_cancels_in_softmax() -> None:
    assert unchanged_by_a_shift(layer("Softmax", batch="N"))


@pytest.mark.parametrize("name", ["Sigmoid", "Tanh", "Identity", "Softplus"])
def test_it_does_not_cancel_in_other_layers(name: str) -> None:
    assert not unchanged_by_a_shift(layer(name, batch="N"))
