"""Layers that act along one axis of their input, for every index along the others: linear, softmax, log-softmax."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Integer

from derive.errors import NetworkError
from derive.layers.definition import LayerDefinition
from derive.layers.leading import leading, subscripts


def linear(outputs: Expr, bias: bool = True, rank: Expr = Integer(1)) -> LayerDefinition:
    """An affine map of the last axis, with a weight of shape (outputs, inputs) as in PyTorch."""
    names, letters = leading(int(rank))
    return LayerDefinition(
        name="Linear",
        equations=f"y{subscripts(*letters, 'i')} = sum[j] weight[i,j]*z{subscripts(*letters, 'j')}"
        + (" + bias[i]" if bias else ""),
        axes=(*names, "fan_in"),
        sizes={"fan_out": outputs},
        shapes={"weight": ("fan_out", "fan_in"), "y": (*names, "fan_out"), **({"bias": ("fan_out",)} if bias else {})},
        parameters={"weight": "W", **({"bias": "b"} if bias else {})},
        weights={"weight": (1, 0)},
    )


def _back(equation: str, weight: tuple[str, str], outputs: Expr, bias: bool, rank: int) -> LayerDefinition:
    """A linear map with the weight of another layer; ``equation`` is an element of the weight."""
    names, letters = leading(rank)
    return LayerDefinition(
        name="Linear",
        equations=f"y{subscripts(*letters, 'i')} = sum[j] {equation}*z{subscripts(*letters, 'j')}"
        + (" + bias[i]" if bias else ""),
        axes=(*names, "fan_in"),
        sizes={"fan_out": outputs},
        shapes={"weight": weight, "y": (*names, "fan_out"), **({"bias": ("fan_out",)} if bias else {})},
        parameters={"weight": "W", **({"bias": "b"} if bias else {})},
    )


def transposed_linear(shape: tuple[Expr, ...], bias: bool, rank: int, inputs_first: bool) -> LayerDefinition:
    """The linear map with the transpose of a weight of that shape: from the outputs of its layer to the inputs."""
    if inputs_first:
        return _back("weight[i,j]", ("fan_out", "fan_in"), shape[0], bias, rank)
    return _back("weight[j,i]", ("fan_in", "fan_out"), shape[1], bias, rank)


def transposed_table(shape: tuple[Expr, ...], bias: bool, rank: int, inputs_first: bool) -> LayerDefinition:
    """A score for every row of an embedding's table of that shape: its inner product with the input."""
    return _back("weight[i,j]", ("fan_out", "fan_in"), shape[0], bias, rank)


TIED: dict[str, Callable[[tuple[Expr, ...], bool, int, bool], LayerDefinition]] = {
    "Linear": transposed_linear,
    "Embedding": transposed_table,
}
"""The layers whose weight may be used the other way round, and the map with it: of the weight's shape as it stands."""


def _along(axis: Expr, rank: Expr) -> tuple[tuple[str, ...], str, str, str]:
    """The names of the axes of the input, and the subscripts of an element, of one along ``axis``, of the rest.

    Raises:
        NetworkError: the input has no such axis.
    """
    if not -rank <= axis < rank:
        raise NetworkError(f"an input with {rank} axes has no axis {axis}")
    place = int(axis) % int(rank)
    names, letters = leading(int(rank))
    before, after = letters[:place], letters[place:]
    axes = (*names[:place], "n", *names[place:])
    return axes, subscripts(*before, "i", *after), subscripts(*before, "k", *after), subscripts(*letters)


def softmax(axis: Expr = Integer(-1), rank: Expr = Integer(1)) -> LayerDefinition:
    """Exponentials divided by their sum along an axis."""
    axes, here, inner, others = _along(axis, rank)
    return LayerDefinition(
        name="Softmax",
        equations=f"""
            e{here} = exp(z{here})
            s{others} = sum[k] e{inner}
            y{here} = e{here}/s{others}
        """,
        axes=axes,
        domains={"y": "simplex"} if axes[-1] == "n" else {},
        call="softmax",
    )


def log_softmax(axis: Expr = Integer(-1), rank: Expr = Integer(1)) -> LayerDefinition:
    """The logarithm of the softmax along an axis."""
    axes, here, inner, others = _along(axis, rank)
    return LayerDefinition(
        name="LogSoftmax",
        equations=f"""
            e{here} = exp(z{here})
            s{others} = sum[k] e{inner}
            y{here} = z{here} - log(s{others})
        """,
        axes=axes,
        domains={"y": "log_simplex"} if axes[-1] == "n" else {},
        call="logsoftmax",
    )


LAYERS: dict[str, Callable[..., LayerDefinition]] = {
    "Linear": linear,
    "Softmax": softmax,
    "LogSoftmax": log_softmax,
}
