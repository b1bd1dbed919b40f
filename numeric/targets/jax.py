"""JAX: the functions of NumPy under their own names, on arrays that do not change."""

from __future__ import annotations

from numeric.source.namespace import POLYGAMMA
from numeric.targets.rules import DEFINED, ELEMENTWISE, PAIRWISE
from numeric.targets.target import Target
from numeric.targets.windows import windows

SAME = {
    **{name: f"jnp.{name}(a)" for name in ELEMENTWISE},
    **{name: f"jnp.{name}(a, b)" for name in PAIRWISE},
    **{name: f"jnp.{name}(a, axis=axis, keepdims=keepdims)" for name in "sum max min mean prod any all".split()},
    **{name: f"jnp.{name}(a, axis=axis, keepdims=keepdims)" for name in ("argmax", "argmin")},
    **{name: f"jnp.{name}(a, axis=axis)" for name in ("cumsum", "flip")},
    **{name: f"jnp.{name}(arrays, axis=axis)" for name in ("concatenate", "stack")},
    **{name: f"jnp.{name}(shape, dtype)" for name in ("zeros", "ones", "empty")},
    **{name: f"jnp.{name}(a)" for name in ("zeros_like", "ones_like", "empty_like")},
}

JAX = Target(
    name="jax",
    alias="jnp",
    imports={"jax": "import jax", "jnp": "import jax.numpy as jnp"},
    rules={
        **SAME,
        "erf": "jax.scipy.special.erf(a)",
        "gamma_function": "jax.scipy.special.gamma(a)",
        "lgamma": "jax.scipy.special.gammaln(a)",
        "digamma": "jax.scipy.special.digamma(a)",
        **{name: f"jax.scipy.special.polygamma({order}, a)" for order, name in enumerate(POLYGAMMA, 1)},
        "arange": "jnp.arange(start, stop, step)",
        "astype": "a.astype(dtype)",
        "broadcast_to": "jnp.broadcast_to(a, shape)",
        "clip": "jnp.clip(a, low, high)",
        "copy": "a",
        "einsum": "jnp.einsum(places, *arrays)",
        "expand_dims": "jnp.expand_dims(a, axis)",
        "full": "jnp.full(shape, value, dtype)",
        "lib.stride_tricks.sliding_window_view": "windows(a, lengths, axis)",
        "linalg.det": "jnp.linalg.det(a)",
        "linalg.inv": "jnp.linalg.inv(a)",
        "matmul": "jnp.matmul(a, b)",
        "moveaxis": "jnp.moveaxis(a, source, destination)",
        "pad": "jnp.pad(a, widths, constant_values=constant_values)",
        "repeat": "jnp.repeat(a, repeats, axis=axis)",
        "reshape": "a.reshape(shape)",
        "squeeze": "jnp.squeeze(a, axis=axis)",
        "swapaxes": "jnp.swapaxes(a, first, second)",
        "take_along_axis": "jnp.take_along_axis(a, places, axis=axis)",
        "tensordot": "jnp.tensordot(a, b, axes=axes)",
        "transpose": "a.transpose(order)",
        "vdot": "jnp.vdot(a, b)",
        "where": "jnp.where(condition, a, b)",
    },
    helpers={"windows": windows("jnp")},
    native=frozenset({"erf", *DEFINED}),
    scatter="array = array.at[place].add(values)",
    store="array.at[place]",
)
