"""A user's own backward function against the derived gradients, for tests in other projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy
from sympy import Symbol

from derive.layer import Layer
from derive.network import Network
from numeric.evaluation import evaluate
from numeric.sample import sample
from numeric.scope import Array
from numeric.sizes import sizes_from

Backward = Callable[..., Mapping[str, Any]]


def assert_gradients(
    backward: Backward, subject: Network | Layer, *, points: int = 3, seed: int = 0, tolerance: float = 1e-6
) -> None:
    """Compare a backward function with the derived gradients at random points of random shapes.

    Args:
        backward: called with every given array by its name, ``backward(x=..., y=..., W1=..., b1=...)``, all
            float64 but for class numbers; for a layer with its upstream gradient and its constants by name,
            ``backward(z=..., dy=..., eps=...)``.
            It returns gradients by the names of what they belong to: any of those that are derived, at least one.
        subject: a network with its loss, made with ``batch="B"`` if the function takes batches, or a layer.
        points: how many random points, each with shapes of its own.
        tolerance: the largest error beside the largest element of the gradient.

    Raises:
        AssertionError: a gradient is wrong; the message says which, at which element, and by what factor.
    """
    network = subject.network if isinstance(subject, Layer) else subject
    known = subject.differentiable if isinstance(subject, Layer) else network.parameters
    for point in range(points):
        arrays = sample(network.forward, seed + point)
        given = {name: array for name, array in arrays.items() if name in network.forward.tensors}
        found = backward(**{name: numpy.array(array) for name, array in arrays.items()})
        where = _sizes(sizes_from(network.forward, given))
        unknown = [name for name in found if name not in network.forward.tensors]
        if unknown or not found:
            expected = ", ".join(known)
            raise AssertionError(f"backward returned {', '.join(unknown) or 'nothing'}, expected some of {expected}")
        wrong = [
            _difference(name, numpy.asarray(array), evaluate(network.gradient(name), arrays), tolerance)
            for name, array in found.items()
        ]
        messages = [message for message in wrong if message]
        if messages:
            raise AssertionError("\n".join(f"{message} ({where})" for message in messages))


def _difference(name: str, found: Array, expected: Array, tolerance: float) -> str:
    """What is wrong with a gradient, the empty text if nothing is."""
    if found.shape != expected.shape:
        return f"the gradient of {name} has shape {found.shape}, expected {expected.shape}"
    errors = numpy.abs(found - expected)
    bound = tolerance * max(1e-12, float(numpy.abs(expected).max(initial=0)))
    bad = ~(errors <= bound)
    if not bad.any():
        return ""
    if expected.ndim == 2 and expected.shape[0] == expected.shape[1] and _close(found, expected.T, bound):
        return f"the gradient of {name} is transposed"
    place = numpy.unravel_index(int(numpy.argmax(numpy.where(numpy.isnan(errors), numpy.inf, errors))), errors.shape)
    factor = found[place] / expected[place] if expected[place] != 0 else numpy.nan
    if numpy.isfinite(factor) and factor != 0 and _close(found, factor * expected, abs(factor) * bound):
        return f"every element of the gradient of {name} is {factor:.6g} times what it should be"
    times = f", {factor:.6g} times as much" if numpy.isfinite(factor) else ""
    element = f"{name}[{', '.join(str(int(number)) for number in place)}]" if place else name
    share = f"; {int(bad.sum())} of {bad.size} elements are wrong"
    return f"the gradient of {element} is {found[place]:.6g}, expected {expected[place]:.6g}{times}{share}"


def _close(found: Array, expected: Array, bound: float) -> bool:
    return bool((numpy.abs(found - expected) <= bound).all())


def _sizes(sizes: Mapping[Symbol, int]) -> str:
    return "at " + ", ".join(f"{size} = {number}" for size, number in sorted(sizes.items(), key=str))
