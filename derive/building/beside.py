"""Further inputs of a layer that a network computes: the keys and values of attention, the state of a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr

from derive.errors import NetworkError
from derive.expression import symbols
from derive.forward import Tensor
from derive.layers.definition import LayerDefinition


def further_sizes(
    definition: LayerDefinition, sizes: Mapping[str, Expr], beside: Sequence[Tensor], batch: Expr | None
) -> dict[str, Expr]:
    """The sizes of the definition that further inputs say: those that stand there as a letter of their own.

    Raises:
        NetworkError: there are more or fewer further inputs than the layer reads, or one has other axes.
    """
    if not beside:
        return {}
    wanted = [name for name in definition.inputs if definition.domains.get(name, "real") == "real"]
    if not len(wanted) <= len(beside) <= len(definition.inputs):
        reads = ", ".join((definition.source, *definition.inputs))
        raise NetworkError(f"{definition.name} reads {reads}; {1 + len(beside)} values were given")
    found: dict[str, Expr] = {}
    for name, tensor in zip(definition.inputs, beside, strict=False):
        axes, shape = definition.shapes[name], _of_sample(tensor, batch)
        if len(axes) != len(shape):
            raise NetworkError(
                f"{definition.name} reads {tensor.name} as {name} with {len(axes)} axes ({', '.join(axes)}), "
                f"but it has shape ({', '.join(map(str, shape))})"
            )
        for axis, length in zip(axes, shape, strict=True):
            if axis not in definition.axes and sizes.get(axis, symbols.size(axis)) == symbols.size(axis):
                found.setdefault(axis, length)
    return found


def check_beside(
    definition: LayerDefinition,
    shapes: Mapping[str, tuple[Expr, ...]],
    beside: Sequence[Tensor],
    batch: Expr | None,
) -> None:
    """See to it that further inputs have the shapes of the definition.

    Raises:
        NetworkError: one has another shape.
    """
    for name, tensor in zip(definition.inputs, beside, strict=False):
        shape = _of_sample(tensor, batch)
        if shape != shapes[name]:
            wanted, given = (", ".join(map(str, lengths)) for lengths in (shapes[name], shape))
            raise NetworkError(f"{definition.name} reads {tensor.name} as {name} of shape ({wanted}), not ({given})")


def _of_sample(tensor: Tensor, batch: Expr | None) -> tuple[Expr, ...]:
    return tensor.shape if batch is None else tensor.shape[1:]
