"""The forward and backward pass of a training in NumPy, generated from the network's derivations."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from derive.network import Network, network
from derive.remembering import TRIALS
from numeric.codegen import compile as compiled

BATCH = "N"
OUTPUT = {"classification": "scores", "regression": "y_hat"}
LOSS = {"classification": "WeightedCrossEntropy(class)", "regression": "MSE"}

Task = Literal["classification", "regression"]


@lru_cache(maxsize=TRIALS)
def model(task: Task, activation: str) -> Network:
    """The network with its loss, over a batch."""
    outputs = "C" if task == "classification" else "1"
    text = f"x:D -> Linear(H) -> {activation} -> Linear({outputs}) -> {OUTPUT[task]}"
    return network(text, LOSS[task], batch=BATCH)


@lru_cache(maxsize=TRIALS)
def functions(task: Task, activation: str) -> str:
    """The generated functions ``forward``, ``loss``, ``backward`` and ``loss_and_gradients``, and their helpers."""
    return "\n\n\n".join(compiled(model(task, activation)).program.definitions)
