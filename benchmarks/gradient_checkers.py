"""What three checkers say of ten planted faults: whether each is found, whether it is named, and how long that takes.

    python -m benchmarks.gradient_checkers

``gradcheck`` and ``check_grads`` get random arrays of the shapes that stand here, as their documentation shows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jax.test_util import check_grads

from gradsheet import Layer, assert_gradients, layer

Backward = Callable[..., tuple[Any, ...]]


@dataclass(frozen=True)
class Planted:
    """A function with a backward pass that is wrong, the right one beside it, and words that name what is wrong."""

    name: str
    subject: Layer | str
    shapes: tuple[tuple[int, ...], ...]
    forward: Callable[..., Any]
    right: Backward
    wrong: Backward
    words: str


def softmax(xp: Any, z: Any) -> Any:
    """Probabilities."""
    powers = xp.exp(z)
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_back(xp: Any, dy: Any, z: Any, *, whole: bool) -> tuple[Any, ...]:
    """Its backward pass, by the whole Jacobian or its diagonal."""
    y = softmax(xp, z)
    return (y * (dy - (dy * y).sum(axis=-1, keepdims=True)) if whole else dy * y * (1 - y),)


def norm(xp: Any, z: Any, weight: Any, bias: Any, axis: int) -> Any:
    """Values normalised along an axis."""
    centred = z - z.mean(axis=axis, keepdims=True)
    return centred / xp.sqrt((centred**2).mean(axis=axis, keepdims=True) + 1e-5) * weight + bias


def norm_back(
    xp: Any,
    dy: Any,
    z: Any,
    weight: Any,
    bias: Any,
    *,
    axis: int,
    variance: bool = True,
    mean: bool = True,
    total: float = 1,
) -> tuple[Any, ...]:
    """Its backward pass, through the variance and the mean or not."""
    centred = z - z.mean(axis=axis, keepdims=True)
    root = xp.sqrt((centred**2).mean(axis=axis, keepdims=True) + 1e-5)
    hat, inside = centred / root, dy * weight
    back = inside
    if mean:
        back = back - inside.mean(axis=axis, keepdims=True)
    if variance:
        back = back - hat * (inside * hat).mean(axis=axis, keepdims=True)
    return back / root, (dy * hat).sum(axis=0) * total, dy.sum(axis=0)


def rms(xp: Any, x: Any, g: Any) -> Any:
    """Values over the root of their mean square."""
    return x / xp.sqrt((x * x).mean() + 1e-5) * g


def rms_back(xp: Any, dy: Any, x: Any, g: Any, *, whole: bool) -> tuple[Any, ...]:
    """Its backward pass, with the term of the root or without."""
    root = xp.sqrt((x * x).mean() + 1e-5)
    back = dy * g / root
    return (back - x * (dy * g * x).mean() / root**3 if whole else back), dy * x / root


def isrlu(xp: Any, z: Any) -> Any:
    """The inverse square root linear unit."""
    return xp.where(z > 0, z, z / xp.sqrt(1 + z * z))


def isrlu_back(xp: Any, dy: Any, z: Any, *, power: float) -> tuple[Any, ...]:
    """Its backward pass, with a power for negative numbers."""
    return (xp.where(z > 0, dy, dy * (1 + z * z) ** -power),)


def sigmoid(xp: Any, z: Any) -> Any:
    """The logistic function."""
    return 1 / (1 + xp.exp(-z))


def sigmoid_back(xp: Any, dy: Any, z: Any, *, whole: bool) -> tuple[Any, ...]:
    """Its backward pass, with both factors or one."""
    y = sigmoid(xp, z)
    return (dy * y * (1 - y) if whole else dy * y,)


def relu(xp: Any, z: Any) -> Any:
    """The larger of a number and 0."""
    return xp.where(z > 0, z, 0 * z)


def relu_back(xp: Any, dy: Any, z: Any, *, closed: bool) -> tuple[Any, ...]:
    """Its backward pass, with 0 at 0 or 1."""
    return (xp.where(z >= 0 if closed else z > 0, dy, 0 * dy),)


def linear(xp: Any, z: Any, weight: Any, bias: Any) -> Any:
    """A layer of weights."""
    return z @ weight.T + bias


def linear_back(xp: Any, dy: Any, z: Any, weight: Any, bias: Any, *, share: bool) -> tuple[Any, ...]:
    """Its backward pass, its weight's gradient summed over the samples or averaged."""
    return dy @ weight, dy.T @ z / (len(z) if share else 1), dy.sum(axis=0)


def silu(xp: Any, z: Any) -> Any:
    """A number times its logistic function."""
    return z * sigmoid(xp, z)


def silu_back(xp: Any, dy: Any, z: Any, *, sign: int) -> tuple[Any, ...]:
    """Its backward pass, with a sign."""
    s = sigmoid(xp, z)
    return (dy * (s + sign * z * s * (1 - s)),)


BATCH_NORM, LAYER_NORM = partial(norm_back, axis=0), partial(norm_back, axis=-1)
NORMED = "; y[b,i] = (z[b,i] - {0})/sqrt({1} + 1e-5)*w[i] + c[i]"
BN = "mu[i] = 1/B*sum[b] z[b,i]; v[i] = 1/B*sum[b] (z[b,i] - mu[i])^2" + NORMED.format("mu[i]", "v[i]")
LN = "mu[b] = 1/n*sum[i] z[b,i]; v[b] = 1/n*sum[i] (z[b,i] - mu[b])^2" + NORMED.format("mu[b]", "v[b]")
LINEAR = layer("Linear(m)", batch="B")
NORMS = ((3, 4), (4,), (4,))

PLANTED = (
    Planted(
        "softmax by its diagonal",
        layer("Softmax", batch="B"),
        ((3, 4),),
        softmax,
        partial(softmax_back, whole=True),
        partial(softmax_back, whole=False),
        "only the diagonal",
    ),
    Planted(
        "batch norm, variance constant",
        BN,
        NORMS,
        partial(norm, axis=0),
        BATCH_NORM,
        partial(BATCH_NORM, variance=False),
        "v is taken for a constant",
    ),
    Planted(
        "layer norm, mean constant",
        LN,
        NORMS,
        partial(norm, axis=-1),
        LAYER_NORM,
        partial(LAYER_NORM, mean=False),
        "mu is taken for a constant",
    ),
    Planted(
        "layer norm, gain halved",
        LN,
        NORMS,
        partial(norm, axis=-1),
        LAYER_NORM,
        partial(LAYER_NORM, total=0.5),
        "factor of 2 is missing",
    ),
    Planted(
        "RMS norm, a term missing",
        "y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + 1e-5)*g[i]",
        ((4,), (4,)),
        rms,
        partial(rms_back, whole=True),
        partial(rms_back, whole=False),
        "is missing",
    ),
    Planted(
        "ISRLU, a power",
        "y[i] = where(z[i] > 0, z[i], z[i]/sqrt(1 + z[i]^2))",
        ((6,),),
        isrlu,
        partial(isrlu_back, power=1.5),
        partial(isrlu_back, power=0.5),
        "to the power 1/3",
    ),
    Planted(
        "sigmoid, a factor missing",
        "Sigmoid",
        ((5,),),
        sigmoid,
        partial(sigmoid_back, whole=True),
        partial(sigmoid_back, whole=False),
        "is missing",
    ),
    Planted(
        "SiLU, a sign",
        "SiLU",
        ((5,),),
        silu,
        partial(silu_back, sign=1),
        partial(silu_back, sign=-1),
        "has the wrong sign",
    ),
    Planted(
        "linear, divided by B",
        LINEAR,
        ((3, 4), (2, 4), (2,)),
        linear,
        partial(linear_back, share=False),
        partial(linear_back, share=True),
        "a division by B too many",
    ),
    Planted(
        "ReLU, 1 at 0",
        "ReLU",
        ((5,),),
        relu,
        partial(relu_back, closed=False),
        partial(relu_back, closed=True),
        "at a kink",
    ),
)


def torch_function(planted: Planted, backward: Backward) -> Any:
    """An ``autograd.Function`` of PyTorch."""

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *arrays: Any) -> Any:
            ctx.save_for_backward(*arrays)
            return planted.forward(torch, *arrays)

        @staticmethod
        def backward(ctx: Any, dy: Any) -> Any:
            return backward(torch, dy, *ctx.saved_tensors)

    return Function.apply


def jax_function(planted: Planted, backward: Backward) -> Any:
    """A ``custom_vjp`` function of JAX."""
    function: Any = jax.custom_vjp(lambda *arrays: planted.forward(jnp, *arrays))
    function.defvjp(
        lambda *arrays: (planted.forward(jnp, *arrays), arrays), lambda arrays, dy: backward(jnp, dy, *arrays)
    )
    return function


def by_gradsheet(planted: Planted, backward: Backward) -> None:
    """Default settings."""
    assert_gradients(torch_function(planted, backward), planted.subject)


def by_gradcheck(planted: Planted, backward: Backward) -> None:
    """Arrays in double precision, default settings."""
    generator = torch.Generator().manual_seed(0)
    arrays = [
        torch.randn(*shape, dtype=torch.float64, generator=generator, requires_grad=True) for shape in planted.shapes
    ]
    torch.autograd.gradcheck(torch_function(planted, backward), arrays)


def by_check_grads(planted: Planted, backward: Backward) -> None:
    """Reverse mode of order 1, in double precision."""
    generator = np.random.default_rng(0)
    arrays = [jnp.asarray(generator.normal(size=shape)) for shape in planted.shapes]
    check_grads(jax_function(planted, backward), arrays, order=1, modes=["rev"])


CHECKERS = {"assert_gradients": by_gradsheet, "gradcheck": by_gradcheck, "check_grads": by_check_grads}


def said(check: Callable[..., None], planted: Planted, backward: Backward) -> tuple[str, float]:
    """What a checker says, nothing if it accepts; and how long it takes."""
    began = time.perf_counter()
    try:
        check(planted, backward)
        text = ""
    except Exception as error:  # checkers raise errors of several kinds
        text = str(error) or type(error).__name__
    return text, time.perf_counter() - began


def rows() -> Iterator[tuple[str, ...]]:
    """The table: a row for each fault, then the sums."""
    totals = {name: [0, 0, 0.0] for name in CHECKERS}
    for planted in PLANTED:
        cells = [planted.name]
        for name, check in CHECKERS.items():
            accepted = said(check, planted, planted.right)[0]
            if accepted:
                raise SystemExit(f"{name} refuses the right {planted.name}: {accepted}")
            text, seconds = said(check, planted, planted.wrong)
            found, named = bool(text), re.search(re.escape(planted.words), text) is not None
            totals[name] = [totals[name][0] + found, totals[name][1] + named, totals[name][2] + seconds]
            cells += ["named" if named else "found" if found else "**missed**", f"{seconds:.2f}"]
        yield tuple(cells)
    count = len(PLANTED)
    sums = [f"{found} found, {named} named, of {count}|{seconds:.1f}" for found, named, seconds in totals.values()]
    yield ("all", *(cell for pair in sums for cell in pair.split("|")))


def main() -> None:
    """Print the table."""
    jax.config.update("jax_enable_x64", True)
    heads = ("planted fault", *(cell for name in CHECKERS for cell in (f"`{name}`", "seconds")))
    print("| " + " | ".join(heads) + " |")
    print("|" + " --- |" * len(heads))
    for row in rows():
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
