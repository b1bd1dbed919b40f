"""Layers that act on one vector: linear, softmax, log-softmax."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr

from derive.layers.definition import LayerDefinition


def linear(outputs: Expr, bias: bool = True) -> LayerDefinition:
    """An affine map of a vector, with a weight of shape (outputs, inputs) as in PyTorch."""
    return LayerDefinition(
        name="Linear",
        equations="y[i] = sum[j] weight[i,j]*z[j]" + (" + bias[i]" if bias else ""),
        axes=("fan_in",),
        sizes={"fan_out": outputs},
        shapes={"weight": ("fan_out", "fan_in"), "y": ("fan_out",), **({"bias": ("fan_out",)} if bias else {})},
        parameters={"weight": "W", **({"bias": "b"} if bias else {})},
    )


def softmax() -> LayerDefinition:
    """Exponentials divided by their sum."""
    return LayerDefinition(
        name="Softmax",
        equations="""
            e[i] = exp(z[i])
            s = sum[k] e[k]
            y[i] = e[i]/s
        """,
        axes=("length",),
        domains={"y": "simplex"},
        call="softmax",
    )


def log_softmax() -> LayerDefinition:
    """The logarithm of the softmax."""
    return LayerDefinition(
        name="LogSoftmax",
        equations="""
            e[i] = exp(z[i])
            s = sum[k] e[k]
            y[i] = z[i] - log(s)
        """,
        axes=("length",),
        domains={"y": "log_simplex"},
        call="logsoftmax",
    )


LAYERS: dict[str, Callable[..., LayerDefinition]] = {"Linear": linear, "Softmax": softmax, "LogSoftmax": log_softmax}
