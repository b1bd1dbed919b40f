"""Cases that a file is run on: random points away from kinks, and derivatives as they are measured there.

What is expected of a file comes from the forward definition by the complex step, which has no error of
truncation or cancellation; no formula that a solution is generated from enters it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from derive.expression import symbols
from derive.forward import Forward
from numeric.expression.forward import forward
from numeric.measuring.differences import jacobian_by_differences
from numeric.sampling.points import sample

Array = NDArray[Any]

SHAPES = 3
SEQUENCE = "sequence"
"""The run that does what the course's own test does; it comes first in a report."""


@dataclass(frozen=True)
class Case:
    """One run of a file: what it is given, and what it has to give.

    Attributes:
        label: what the case is, for a reader: ``f = relu, g = sigmoid, bce_loss``.
        run: the function of the driver that runs it.
        settings: the names and numbers that the driver needs beside arrays.
        given: arrays by name.
        expected: what the run must give, by name.
        finite: whether only a finite result is asked for, at the ends of the range.
        tolerance: the relative error that is allowed; None for that of the check.
        reported: numbers that the run finds out and that are kept as they are, by name.
        sizes: the lengths of dimensions by their names.
        extreme: whether it asks for what floating point has at the ends of its range: robustness.
    """

    label: str
    run: str
    settings: Mapping[str, Any]
    given: Mapping[str, Array] = field(repr=False)
    expected: Mapping[str, Array] = field(repr=False)
    finite: bool = False
    tolerance: float | None = None
    reported: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    extreme: bool = False


def point(model: Forward, seed: int, sizes: Mapping[str, int]) -> dict[str, Array]:
    """Random values of the tensors that are given, at sizes by their names."""
    return sample(model, seed, {symbols.size(name): number for name, number in sizes.items()})


def value(model: Forward, given: Mapping[str, Array], name: str) -> Array:
    """What the forward definition makes of them."""
    return forward(model, given)[name]


def slopes(model: Forward, given: Mapping[str, Array], names: Iterable[str]) -> dict[str, Array]:
    """The gradients of the loss by each of the tensors, called dW1, ..., as they are measured."""
    return {f"d{name}": jacobian_by_differences(model, given, "l", name, method="complex") for name in names}
