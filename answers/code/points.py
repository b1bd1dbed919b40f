"""Random points for cases, away from kinks, and derivatives as they are measured there.

What is expected of a file comes from the forward definition by the complex step, which has no error of
truncation or cancellation; no formula that a solution is generated from enters it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from answers.code.assignment import Array
from derive.expression import symbols
from derive.forward import Forward
from numeric.expression.forward import forward
from numeric.measuring.differences import jacobian_by_differences
from numeric.sampling.points import sample


def point(model: Forward, seed: int, sizes: Mapping[str, int]) -> dict[str, Array]:
    """Random values of the tensors that are given, at sizes by their names."""
    return sample(model, seed, {symbols.size(name): number for name, number in sizes.items()})


def value(model: Forward, given: Mapping[str, Array], name: str) -> Array:
    """What the forward definition makes of them."""
    return forward(model, given)[name]


def slopes(model: Forward, given: Mapping[str, Array], names: Iterable[str]) -> dict[str, Array]:
    """The gradients of the loss by each of the tensors, called dW1, ..., as they are measured."""
    return {f"d{name}": jacobian_by_differences(model, given, "l", name, method="complex") for name in names}
