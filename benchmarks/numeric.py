"""Generated NumPy beside hand-written NumPy, PyTorch, autograd and JAX: loss and all gradients, float32.

Run with ``python benchmarks/numeric.py``. The contenders run in turns and the best of many runs counts. A
contender that is not installed is left out.
"""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import convolution
from benchmarks.contenders import Arrays, Run, memory, microseconds
from derive import network
from numeric import Compiled, compile

SIZES = ((1, 4, 5, 3), (32, 64, 64, 10), (128, 784, 256, 10), (256, 3072, 512, 10))
NETWORK = "x:n -> Linear(d) -> ReLU -> Linear(K)"
TARGET = 1.05


def by_hand(params: Arrays, x: np.ndarray, y: np.ndarray) -> tuple[np.floating, Arrays]:
    """The loss and the gradients as somebody writes them who knows NumPy."""
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    z1 = x @ W1.T + b1
    z2 = np.maximum(z1, 0)
    scores = z2 @ W2.T + b2
    scores -= scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    total = powers.sum(axis=1, keepdims=True)
    loss = -(y * (scores - np.log(total))).sum() / len(x)
    dscores = (powers / total - y) / len(x)
    dz1 = (dscores @ W2) * (z1 > 0)
    gradients = {"W1": dz1.T @ x, "b1": dz1.sum(axis=0), "W2": dscores.T @ z2, "b2": dscores.sum(axis=0)}
    return loss, gradients


def with_torch(params: Arrays, x: np.ndarray, y: np.ndarray) -> Run:
    """PyTorch on the CPU, eager."""
    import torch

    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in params.items()}
    inputs, target = torch.tensor(x), torch.tensor(y)
    functional = torch.nn.functional

    def run() -> object:
        hidden = torch.relu(functional.linear(inputs, leaves["W1"], leaves["b1"]))
        loss = functional.cross_entropy(functional.linear(hidden, leaves["W2"], leaves["b2"]), target)
        return loss, torch.autograd.grad(loss, tuple(leaves.values()))

    return run


def with_autograd(params: Arrays, x: np.ndarray, y: np.ndarray) -> Run:
    """The autograd package."""
    import autograd
    import autograd.numpy as anp

    def loss(params: Arrays) -> object:
        hidden = anp.maximum(anp.dot(x, params["W1"].T) + params["b1"], 0)
        scores = anp.dot(hidden, params["W2"].T) + params["b2"]
        shifted = scores - anp.max(scores, axis=1, keepdims=True)
        return -anp.sum(y * (shifted - anp.log(anp.sum(anp.exp(shifted), axis=1, keepdims=True)))) / len(x)

    differentiated = autograd.value_and_grad(loss)
    return lambda: differentiated(params)


def with_jax(params: Arrays, x: np.ndarray, y: np.ndarray) -> Run:
    """JAX, compiled, on the CPU."""
    import jax

    def loss(params: Arrays, x: np.ndarray, y: np.ndarray) -> object:
        scores = jax.nn.relu(x @ params["W1"].T + params["b1"]) @ params["W2"].T + params["b2"]
        return -(y * jax.nn.log_softmax(scores)).sum() / len(x)

    compiled = jax.jit(jax.value_and_grad(loss))
    on_device = jax.device_put((params, x, y))
    return lambda: jax.block_until_ready(compiled(*on_device))


OTHERS = {"torch": with_torch, "autograd": with_autograd, "jax": with_jax}


def _memory(step: Compiled, params: Arrays, x: np.ndarray, y: np.ndarray) -> tuple[str, str, str]:
    """The cells of the memory table."""
    _, cache = step.forward(params, x)
    step.loss(params, cache, y)
    return memory(cache, lambda: step.functions["backward"](params, cache, y))


def main() -> None:
    """Print the table."""
    started = time.perf_counter()
    compile(network("x:n -> Linear(m) -> Tanh -> Linear(K)", loss="MSE"))
    first = time.perf_counter() - started
    before = time.perf_counter()
    step = compile(network(NETWORK, loss="SoftmaxCrossEntropy", batch="B"))
    seconds = time.perf_counter() - before
    installed = [name for name in OTHERS if find_spec(name)]
    table = Table("batch, n, d, K", "by hand", "generated", "checked", *installed, "generated / by hand")
    room = Table("batch, n, d, K", "activations, MB", "backward, MB", "backward / activations")
    random = np.random.default_rng(0)
    for batch, n, d, outputs in SIZES:
        shapes = {"W1": (d, n), "b1": (d,), "W2": (outputs, d), "b2": (outputs,)}
        params = {name: random.normal(size=shape, scale=n**-0.5).astype(np.float32) for name, shape in shapes.items()}
        x = random.normal(size=(batch, n)).astype(np.float32)
        y = np.eye(outputs, dtype=np.float32)[random.integers(0, outputs, batch)]
        contenders: dict[str, Run] = {
            "by hand": lambda p=params, x=x, y=y: by_hand(p, x, y),
            "generated": lambda p=params, x=x, y=y: step.functions["loss_and_gradients"](p, x, y),
            "checked": lambda p=params, x=x, y=y: step.loss_and_gradients(p, x, y),
            **{name: OTHERS[name](params, x, y) for name in installed},
        }
        best = microseconds(contenders)
        ratio = best["generated"] / best["by hand"]
        met = "[green]met[/]" if ratio <= TARGET else f"[red]above {TARGET}[/]"
        times = [f"{best[name]:.0f}" for name in contenders]
        table.add_row(str((batch, n, d, outputs)), *times, f"{ratio:.2f} {met}")
        room.add_row(str((batch, n, d, outputs)), *_memory(step, params, x, y))
    console = Console(width=140)
    console.print("Microseconds for the loss and all gradients of a two-layer ReLU softmax network, float32", table)
    console.print("Memory of the backward pass at once, beside the gradients that it returns", room)
    console.print(convolution.WHAT, convolution.table())
    console.print(f"compile: {seconds:.2f} s (the first network of a process: {first:.2f} s); target 0.2 s")


if __name__ == "__main__":
    main()
