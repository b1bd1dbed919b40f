"""What is derived does not depend on what was derived before, nor on what SymPy remembers of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sympy.core.cache import clear_cache

from derive import Derivation, layer, network
from derive.recurrent.recurrence import recurrence


def of_layer(name: str, *arguments: str | int) -> Iterator[Derivation]:
    model = layer(name, *arguments)
    return (model.vjp(tensor) for tensor in model.differentiable)


MODELS: dict[str, Callable[[], Iterator[Derivation]]] = {
    "RNN": lambda: iter(recurrence("RNNCell(H)").backward()),
    "GRU": lambda: iter(recurrence("GRUCell(H)").backward()),
    "LSTMCell": lambda: of_layer("LSTMCell", "H"),
    "Conv1d": lambda: of_layer("Conv1d", "m", "k"),
    "LayerNorm": lambda: of_layer("LayerNorm"),
    "MaxPool1d": lambda: of_layer("MaxPool1d", 2),
    "unknown": lambda: iter(network("x:n -> Linear(d) -> f -> Linear(K)", "MSE").gradients().values()),
    "network": lambda: iter(network("x:n -> Linear(d) -> 5*Tanh -> Linear(K)", "CrossEntropy").gradients().values()),
}


def printed(model: str) -> list[str]:
    """Every form of every derivation of a model, and every step."""
    found = []
    for derivation in MODELS[model]():
        found += [derivation.unicode(), derivation.unicode("index"), derivation.latex()]
        found += [str(step.expression) for step in derivation.steps]
    return found


@pytest.mark.parametrize("model", MODELS)
def test_a_derivation_is_the_same_whatever_is_remembered(model: str) -> None:
    before = printed(model)
    clear_cache()
    assert printed(model) == before
    clear_cache()
    printed("LayerNorm")
    assert printed(model) == before
