"""A layer of ours against a function of PyTorch's: forward and all gradients in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from derive.layer import Layer
from numeric import check, evaluate

torch = pytest.importorskip("torch", reason="torch is not installed (pip install '.[check]')")

Array = NDArray[np.float64]


def agrees(
    layer: Layer, arrays: Mapping[str, NDArray[Any]], reference: Callable[..., Any], constants: Any = None
) -> None:
    """Assert that values and gradients are those of ``reference``, which takes the arrays as tensors by name.

    ``constants`` are values of real symbols, such as eps, that only our side needs.
    """
    tensors = {name: torch.tensor(array, requires_grad=array.dtype.kind == "f") for name, array in arrays.items()}
    value = reference(**tensors)
    upstream = np.random.default_rng(7).normal(size=tuple(value.shape))
    value.backward(torch.tensor(upstream))
    known = {**arrays, **(constants or {})}
    same(evaluate(layer.network.value("y"), known), value.detach().numpy())
    for name in layer.differentiable:
        if tensors[name].grad is not None:
            same(evaluate(layer.vjp(name), {**known, "dy": upstream}), tensors[name].grad.numpy())


def same(ours: Array, theirs: Array) -> None:
    """Assert equality to 1e-9 relative to the largest element."""
    assert ours.shape == theirs.shape
    assert np.max(np.abs(ours - theirs), initial=0.0) <= 1e-9 * max(1.0, np.max(np.abs(theirs), initial=0.0))


def checked(layer: Layer, seed: int = 0) -> None:
    """Assert that every gradient of the layer, each step and each matrix form, is right by number."""
    for name in layer.differentiable:
        outcome = check(layer.vjp(name), seed=seed, points=2)
        assert outcome.ok, [item for item in outcome.items if not item.ok]
