"""Sweeps over everything that there is: one of each kind is tried with every change, all with ``make test-slow``."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Hashable, Iterable

import pytest

from derive import layers
from derive.layers import ACTIVATION, LOSS


def sweep(kind: Callable[..., Hashable]) -> pytest.MarkDecorator:
    """A test with parameters of which one of each kind is tried with every change, the others as slow tests.

    ``kind`` takes parameters of the test by their names.
    """
    return pytest.mark.sweep.with_args(kind)


FAMILIES = {
    name: module.name
    for module in pkgutil.iter_modules(layers.__path__)
    for name in getattr(importlib.import_module(f"{layers.__name__}.{module.name}"), "LAYERS", ())
}
"""The module that defines each layer."""


def layer_kind(text: str) -> str:
    """The kind of a layer that a text begins with: layers that are defined side by side are of one kind."""
    name = re.match(r"\w+", text)
    assert name is not None, text
    return "activation" if name[0] in ACTIVATION else FAMILIES[name[0]]


def loss_kind(text: str) -> tuple[str, bool]:
    """The kind of a loss: what it takes as a prediction, and whether its target is the number of a class."""
    name = re.match(r"\w+", text)
    assert name is not None, text
    return LOSS[name[0]].prediction, "class" in text


def put_off(items: Iterable[pytest.Item]) -> None:
    """Mark as slow what is of the same kind as an earlier test of its sweep."""
    met: set[object] = set()
    for item in items:
        marker = item.get_closest_marker("sweep")
        if marker is None or not isinstance(item, pytest.Function) or item.get_closest_marker("slow"):
            continue
        (kind,) = marker.args
        taken = {name: item.callspec.params[name] for name in inspect.signature(kind).parameters}
        key = item.nodeid.partition("[")[0], kind(**taken)
        if key in met:
            item.add_marker(pytest.mark.slow)
        met.add(key)
