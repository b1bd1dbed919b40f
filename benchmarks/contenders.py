"""Contenders that run in turns, and what a run allocates."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import numpy as np

SECONDS = 3.0
"""How long the contenders run at one size."""

MEMORY_TARGET = 2.0
"""How many times the activations a backward pass may allocate."""

Arrays = dict[str, np.ndarray]
Run = Callable[[], object]


def microseconds(contenders: dict[str, Run]) -> dict[str, float]:
    """The best of many runs of each, in turns."""
    best = dict.fromkeys(contenders, float("inf"))
    for run in contenders.values():
        run()
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS * len(contenders):
        for name, run in contenders.items():
            before = time.perf_counter()
            run()
            best[name] = min(best[name], (time.perf_counter() - before) * 1e6)
    return best


def memory(cache: Arrays, backward: Callable[[], Arrays]) -> tuple[str, str, str]:
    """Megabytes of the activations in a cache, of what a backward pass allocates beside its gradients, and the ratio.

    A view counts as what it is a view of, once. Below ten kilobytes Python's own objects are more than the arrays.
    """
    owners = {id(owner): owner for owner in map(_owner, cache.values())}
    needed = sum(owner.nbytes for owner in owners.values())
    gradients = sum(array.nbytes for array in backward().values())
    used = _allocated(backward) - gradients
    met = "[green]met[/]" if used <= MEMORY_TARGET * needed else f"[red]above {MEMORY_TARGET:g}[/]"
    return f"{needed / 1e6:.3f}", f"{used / 1e6:.3f}", f"{used / needed:.2f} {met}" if needed > 1e4 else ""


def _owner(array: np.ndarray) -> np.ndarray:
    while isinstance(array.base, np.ndarray):
        array = array.base
    base = getattr(array.base, "base", None)  # the helper object behind a strided view
    return _owner(base) if isinstance(base, np.ndarray) else array


def _allocated(run: Callable[[], object]) -> int:
    """The largest number of bytes that a run has allocated at once; NumPy reports its arrays to ``tracemalloc``."""
    tracemalloc.start()
    run()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most
