"""Generated NumPy for convolutions beside PyTorch and JAX: forward and backward, float32.

Run with ``python benchmarks/convolution.py``; ``benchmarks/numeric.py`` prints this table too.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.contenders import Arrays, Run, memory, microseconds
from derive import layer
from numeric import Compiled, compile

SIZES = ((32, 3, 32, 16), (32, 32, 32, 64))
"""The batch, the channels in, the height and width, and the channels out."""
KERNEL = 3
TARGET = 3.0
WHAT = f"Microseconds for the forward and the backward pass of a {KERNEL} by {KERNEL} convolution, and megabytes"


def generated(step: Compiled, params: Arrays, z: np.ndarray, dy: np.ndarray) -> Run:
    """The generated functions."""
    forward, backward = step.functions["forward"], step.functions["backward"]

    def run() -> object:
        y, cache = forward(params, z)
        return y, backward(params, cache, dy)

    return run


def with_torch(params: Arrays, z: np.ndarray, dy: np.ndarray) -> Run:
    """PyTorch on the CPU, eager."""
    import torch

    leaves = [torch.tensor(array, requires_grad=True) for array in (z, params["weight"], params["bias"])]
    upstream = torch.tensor(dy)

    def run() -> object:
        y = torch.nn.functional.conv2d(*leaves)
        return y, torch.autograd.grad(y, leaves, upstream)

    return run


def with_jax(params: Arrays, z: np.ndarray, dy: np.ndarray) -> Run:
    """JAX, compiled, on the CPU."""
    import jax

    def convolved(z: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> object:
        return jax.lax.conv(z, weight, (1, 1), "VALID") + bias[:, None, None]

    def both(z: np.ndarray, weight: np.ndarray, bias: np.ndarray, dy: np.ndarray) -> object:
        y, backward = jax.vjp(convolved, z, weight, bias)
        return y, backward(dy)

    compiled = jax.jit(both)
    on_device = jax.device_put((z, params["weight"], params["bias"], dy))
    return lambda: jax.block_until_ready(compiled(*on_device))


MEMORY = ("activations, MB", "backward, MB", "backward / activations")

OTHERS = {"torch": with_torch, "jax": with_jax}


def table() -> Table:
    """The times of all contenders, and the ratio to PyTorch."""
    step = compile(layer("Conv2d", "J", KERNEL, batch="B"))
    installed = [name for name in OTHERS if find_spec(name)]
    rows = Table("batch, channels, size, channels out", "generated", *installed, "generated / torch", *MEMORY)
    random = np.random.default_rng(0)
    for batch, channels, size, outputs in SIZES:
        z = random.normal(size=(batch, channels, size, size)).astype(np.float32)
        weight = random.normal(size=(outputs, channels, KERNEL, KERNEL)).astype(np.float32)
        params = {"weight": weight, "bias": random.normal(size=outputs).astype(np.float32)}
        dy = random.normal(size=(batch, outputs, size - KERNEL + 1, size - KERNEL + 1)).astype(np.float32)
        contenders = {
            "generated": generated(step, params, z, dy),
            **{name: OTHERS[name](params, z, dy) for name in installed},
        }
        best = microseconds(contenders)
        ratio = best["generated"] / best["torch"] if "torch" in best else float("nan")
        met = "[green]met[/]" if ratio <= TARGET else f"[red]above {TARGET:g}[/]" if ratio == ratio else ""
        times = [f"{best[name]:.0f}" for name in contenders]
        rows.add_row(str((batch, channels, size, outputs)), *times, f"{ratio:.2f} {met}", *_memory(step, params, z, dy))
    return rows


def _memory(step: Compiled, params: Arrays, z: np.ndarray, dy: np.ndarray) -> tuple[str, str, str]:
    """The cells for the memory of the backward pass."""
    _, cache = step.forward(params, z)
    return memory(cache, lambda: step.functions["backward"](params, cache, dy))


def main() -> None:
    """Print the table."""
    Console(width=140).print(WHAT, table())


if __name__ == "__main__":
    main()
