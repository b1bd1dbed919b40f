"""Runs a ``module.py``: a layer forward, then backward."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

PARAMETERS = ("weight", "bias")


def sequence(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: dict[str, Any]) -> None:
    """Forward and backward of a new layer with the parameters that are given."""
    arguments = {name: tuple(value) if isinstance(value, list) else value for name, value in case["arguments"].items()}
    layer = getattr(module, case["layer"])(**arguments)
    own = [name for name in PARAMETERS if name in given]
    for name in own:
        layer.params[name] = given[name]
    results["y"] = layer.forward(given["z"])
    results["dz"] = layer.backward(given["dy"])
    if results["dz"] is None:
        del results["dz"]
        raise ValueError(f"{case['layer']}.backward returns nothing; it must return dz")
    missing = [name for name in own if name not in layer.grads]
    if missing:
        raise KeyError(f"grads holds no {', '.join(missing)}; it holds {', '.join(layer.grads) or 'nothing'}")
    results.update({f"d{name}": layer.grads[name] for name in own})
