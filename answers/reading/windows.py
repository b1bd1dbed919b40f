"""What maps over space are: cross-correlation, full convolution, padding, cropping, dilation, turning, thinning out.

These are the reader's own definitions; ``legends.py`` compares with them what a text says the signs mean. Arrays may
have leading axes, which go along; the maps are the last ``rank`` axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy

from answers.reading.errors import NoValue

Array = Any
Wanted = tuple[int | None, ...]
"""The lengths that a result must have, where they are known."""


def correlate(a: Array, b: Array, rank: int) -> Array:
    """(a ⋆ b)[x] = Σ_t a[x + t] b[t] at all places where the kernel fits."""
    lengths = [n - m + 1 for n, m in zip(a.shape[-rank:], b.shape[-rank:], strict=True)]
    if min(lengths) < 1:
        raise NoValue("the kernel of a cross-correlation is larger than the map")
    total: Array = 0
    for place in product(*map(range, b.shape[-rank:])):
        window: tuple[Any, ...] = (..., *(slice(at, at + n) for at, n in zip(place, lengths, strict=True)))
        total = total + a[window] * b[(..., *place)][(..., *(None,) * rank)]
    return total


def convolve(a: Array, b: Array, rank: int) -> Array:
    """(a ∗ b)[x] = Σ_t a[x − t] b[t] at all places where the two touch; a is 0 outside."""
    lengths = [n + m - 1 for n, m in zip(a.shape[-rank:], b.shape[-rank:], strict=True)]
    lead = numpy.broadcast_shapes(a.shape[:-rank], b.shape[:-rank])
    total: Array = numpy.zeros((*lead, *lengths), numpy.result_type(a, b))
    for place in product(*map(range, b.shape[-rank:])):
        window: tuple[Any, ...] = (..., *(slice(at, at + n) for at, n in zip(place, a.shape[-rank:], strict=True)))
        total[window] += a * b[(..., *place)][(..., *(None,) * rank)]
    return total


def pad(a: Array, before: Sequence[int], wanted: Wanted) -> Array:
    """So many zeros in front of every axis; behind, zeros or cuts until the length is as wanted, else as in front."""
    rank = len(before)
    for offset, (count, length) in enumerate(zip(before, wanted, strict=True)):
        axis = a.ndim - rank + offset
        size = a.shape[axis]
        behind = count if length is None else length - size - count
        a = _grown(a, axis, count, behind)
    return a


def crop(a: Array, before: Sequence[int], wanted: Wanted) -> Array:
    """So many elements cut off in front of every axis, and behind as with ``pad``."""
    return pad(a, [-count for count in before], wanted)


def _grown(a: Array, axis: int, before: int, behind: int) -> Array:
    cut = [slice(None)] * a.ndim
    cut[axis] = slice(max(0, -before), a.shape[axis] - max(0, -behind))
    widths = [(0, 0)] * a.ndim
    widths[axis] = (max(0, before), max(0, behind))
    return numpy.pad(a[tuple(cut)], widths)


def dilate(a: Array, steps: Sequence[int]) -> Array:
    """Zeros between neighbours, which then stand so many places apart."""
    rank = len(steps)
    shape = (*a.shape[: a.ndim - rank], *((n - 1) * s + 1 for n, s in zip(a.shape[-rank:], steps, strict=True)))
    spread: Array = numpy.zeros(shape, a.dtype)
    spread[(..., *(slice(None, None, step) for step in steps))] = a
    return spread


def rot180(a: Array, rank: int) -> Array:
    """Read from the end along every axis."""
    return a[(..., *(slice(None, None, -1),) * rank)]


def stride(a: Array, steps: Sequence[int]) -> Array:
    """The places that are so far apart, from the first on."""
    return a[(..., *(slice(None, None, step) for step in steps))]
