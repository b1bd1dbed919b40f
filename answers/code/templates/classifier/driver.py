"""Runs a ``classifier.py``: forward, loss and backward in sequence, as its training loop does."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

PARAMETERS = ("W1", "b1", "W2", "b2")


def sequence(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: dict[str, Any]) -> None:
    """Forward, loss and backward of a new classifier with the parameters that are given."""
    inputs, hidden, classes = given["x"].shape[1], len(given["b1"]), len(given["b2"])
    net = module.SoftmaxClassifier(inputs, hidden, classes)
    for name in PARAMETERS:
        net.params[name] = given[name]
    results["probabilities"] = net.forward(given["x"])
    results["loss"] = net.loss(given["y"].astype(int))
    gradients = net.backward()
    missing = [name for name in PARAMETERS if name not in (gradients or {})]
    if missing:
        held = ", ".join(gradients or {}) or "nothing"
        raise KeyError(f"backward returns no gradient of {', '.join(missing)}; it returns {held}")
    results.update({f"d{name}": gradients[name] for name in PARAMETERS})
