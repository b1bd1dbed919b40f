"""The array libraries that generated code runs on: how arrays of NumPy become theirs, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy
import pytest

from numeric.arrays.axes import Array

Convert = Callable[[Array], Any]


def _torch() -> Convert:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    return lambda array: torch.tensor(array)


def _jax() -> Convert:
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    jax.config.update("jax_enable_x64", True)
    return lambda array: jax.numpy.asarray(array)


def _strict() -> Convert:
    strict = pytest.importorskip("array_api_strict", reason="array-api-strict is not installed")
    return lambda array: strict.asarray(array)


LIBRARIES: Mapping[str, Callable[[], Convert]] = {
    "numpy": lambda: lambda array: array,
    "torch": _torch,
    "jax": _jax,
    "array_api_strict": _strict,
}
"""For each library a function that makes the converter, and skips the test if the library is missing."""

TOGETHER = pytest.mark.xdist_group("array libraries")
"""Tests on many subjects run in one process, which loads JAX alone and writes the code of each subject once."""

RUNS = [
    ("torch", "torch"),
    ("jax", "jax"),
    ("array_api", "numpy"),
    ("array_api", "torch"),
    ("array_api", "jax"),
    ("array_api", "array_api_strict"),
]
"""The targets, each with the libraries that it runs on."""


FEWER = [("torch", "torch"), ("jax", "jax"), ("array_api", "array_api_strict")]
"""Each target on one library."""

FASTER = [run for run in FEWER if run[0] != "jax"]
"""The same without JAX, which compiles every operation for every shape."""


def converter(target: str, library: str) -> Convert:
    """Arrays of NumPy as arrays of the library; skips where the target or the library is not installed."""
    if target == "array_api":
        pytest.importorskip("array_api_extra", reason="array-api-extra is not installed")
    return LIBRARIES[library]()


def as_numpy(array: Any) -> Array:
    """An array of any library as one of NumPy."""
    return numpy.asarray(array)
