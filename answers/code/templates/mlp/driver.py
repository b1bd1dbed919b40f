"""Runs an ``mlp.py``: in sequence as in training, and its pieces alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

PARAMETERS = ("W1", "b1", "W2", "b2")

Results = dict[str, Any]


def sequence(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """Forward, loss and backward, one after the other, as in training."""
    net = _network(module, case, given)
    y_hat = results["y_hat"] = net.forward(given["x"])
    results["loss"], slope = getattr(module, case["loss"])(given["y"], y_hat)
    net.backward(slope)
    _gradients(net, results)


def backward(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """Backward alone, from a gradient that is given."""
    net = _network(module, case, given)
    net.forward(given["x"])
    net.backward(given["dJdy_hat"])
    _gradients(net, results)


def loss(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """The loss alone, at a prediction that is given."""
    results["loss"], results["dJdy_hat"] = getattr(module, case["loss"])(given["y"], given["y_hat"])


def _network(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    (d, n), (outputs, _) = given["W1"].shape, given["W2"].shape
    net = module.MLP(n, d, case["f"], d, outputs, case["g"])
    for name in PARAMETERS:
        net.parameters[name] = given[name]
    net.clear_grad_and_cache()
    return net


def _gradients(net: Any, results: Results) -> None:
    missing = [f"dJd{name}" for name in PARAMETERS if f"dJd{name}" not in net.grads]
    if missing:
        raise KeyError(f"grads holds no {', '.join(missing)}; it holds {', '.join(net.grads) or 'nothing'}")
    for name in PARAMETERS:
        results[f"dJd{name}"] = net.grads[f"dJd{name}"]
