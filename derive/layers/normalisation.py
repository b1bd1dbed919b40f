"""Normalisation: values less their mean over their standard deviation, with PyTorch's conventions.

The variance is that of the values themselves, divided by their number. ``eps`` stays a symbol.
"""

from __future__ import annotations

from collections.abc import Callable

from derive import symbols
from derive.layers.definition import LayerDefinition

EPS = {"eps": symbols.scalar("eps")}


def layer_norm(affine: bool = True) -> LayerDefinition:
    """Layer normalisation of a vector, with a gain ``weight`` and a shift ``bias`` for each element."""
    return LayerDefinition(
        name="LayerNorm",
        equations="""
            mu = 1/n*sum[j] z[j]
            v = 1/n*sum[j] (z[j] - mu)^2
            z_hat[i] = (z[i] - mu)/sqrt(v + eps)
        """
        + ("y[i] = weight[i]*z_hat[i] + bias[i]" if affine else "y[i] = z_hat[i]"),
        axes=("n",),
        shapes={"weight": ("n",), "bias": ("n",)} if affine else {},
        parameters={"weight": "gamma", "bias": "beta"} if affine else {},
        values=("mu", "v", "z_hat"),
        constants=EPS,
    )


LAYERS: dict[str, Callable[..., LayerDefinition]] = {"LayerNorm": layer_norm}
