"""The tensors that the tests of recognition share, and short names for their elements and nodes."""

from __future__ import annotations

from collections.abc import Callable

import numpy
from sympy import Expr, S, Sum, Symbol

from derive.expression.symbols import element, index, scalar, size
from derive.matrix.nodes import Elementwise, Named, Node
from tests.derive.matrix.evaluate import Array

n, d, K, B = map(size, ("n", "d", "K", "B"))
b, i, j, k, m, p, q = map(index, "bijkmpq")
u = scalar("u")
LENGTHS = {"n": 2, "d": 3, "K": 4, "B": 5}
SHAPES: dict[str, tuple[Expr, ...]] = {
    "x": (n,), "X": (B, n), "W1": (d, n), "b1": (d,), "z1": (d,), "z2": (d,), "Z1": (B, d),
    "W2": (K, d), "b2": (K,), "z3": (K,), "y": (K,), "y_hat": (K,), "dy": (K,), "label": (), "labels": (B,),
    "delta": (B, d), "Delta": (B, K), "Y_hat": (B, K), "Y": (B, K), "A": (n, n), "C": (n, n), "T": (n, n, n),
    "dl/dy_hat": (K,), "dy_hat/dz3": (K, K), "dz2/dz1": (d, d), "dl/dz2": (d,), "l": (),
}  # fmt: skip


def numbers(seed: int = 0) -> dict[str, Array | float]:
    """Values for all tensors, in (0.2, 0.9) with signs where a logarithm does not need them positive."""
    random = numpy.random.default_rng(seed)
    values: dict[str, Array | float] = {**LENGTHS}
    for name, shape in SHAPES.items():
        table = random.uniform(0.2, 0.9, [LENGTHS[str(length)] for length in shape])
        values[name] = table if "y" in name.lower() else table * random.choice([-1, 1], table.shape)
    values["label"] = 2.0
    values["labels"] = random.integers(0, LENGTHS["K"], LENGTHS["B"]).astype(float)
    return values


def reader(name: str) -> Callable[..., Expr]:
    """A function of subscripts that gives the element."""
    return lambda *subscripts: element(name, subscripts)


def total(body: Expr, *limits: tuple[Symbol, Expr]) -> Expr:
    """The sum of the body over indices with their sizes."""
    return Sum(body, *((k, 0, length - 1) for k, length in limits))


def named(name: str) -> Named:
    """The node of a tensor: a column for rank one."""
    shape = SHAPES[name]
    return Named(name, shape[0], shape[1] if len(shape) == 2 else S.One)


def each(formula: Expr, *arguments: Node) -> Elementwise:
    """The formula in u, and v, applied elementwise."""
    return Elementwise(formula, (u, scalar("v"))[: len(arguments)], arguments)
