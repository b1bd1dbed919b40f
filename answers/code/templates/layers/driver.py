"""Runs a ``layers.py``: a layer forward, then backward."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

ARGUMENTS = {"fc": ("x", "W", "b"), "relu": ("x",), "softmax": ("x",)}


def sequence(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: dict[str, Any]) -> None:
    """The function forward, then the function backward with its cache."""
    name = case["layer"]
    y, cache = getattr(module, f"{name}_forward")(*(given[argument] for argument in ARGUMENTS[name]))
    results["y"] = y
    gradients = getattr(module, f"{name}_backward")(given["dy"], cache)
    names = [f"d{argument}" for argument in ARGUMENTS[name]]
    results.update(zip(names, gradients if name == "fc" else (gradients,), strict=True))
