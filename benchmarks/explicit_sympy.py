"""The gradients of a small network element by element with SymPy's ``diff``, beside ours, which need no sizes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy
import sympy
from sympy import Expr, Sum, Symbol

from benchmarks.measuring import Line, cpu_seconds, in_turns, seconds
from derive import Derivation, network
from numeric import evaluate

DESCRIPTION = "x:n -> Linear(d) -> Tanh -> Linear(K) -> Sigmoid -> y_hat"
SIZES = ((4, 5, 3), (8, 10, 6))
LARGE = (16, 20, 12)

Elements = dict[str, list[Expr]]


def lines(repeats: int, full: bool) -> Iterator[Line]:
    """A line for each triple of sizes (n, d, K), the large one with ``full`` alone."""
    _agree(SIZES[0])
    for sizes in (*SIZES, LARGE) if full else SIZES:
        contenders = {"gradients": gradients, "elements": lambda sizes=sizes: elements(gradients(), sizes)}
        best = in_turns(contenders, repeats)
        explicit = cpu_seconds(lambda sizes=sizes: explicitly(sizes))
        count = sum(length for length in _lengths(sizes).values())
        ratio = explicit / best["elements"]
        yield Line(
            f"{count} elements at {sizes}, tanh, sigmoid, MSE; beside SymPy's diff",
            f"{seconds(best['elements'])} ({seconds(best['gradients'])} for any size)",
            seconds(explicit),
            f"{ratio:.1f} times faster",
        )


def gradients() -> dict[str, Derivation]:
    """Our gradients, for all sizes at once."""
    return network(DESCRIPTION, "MSE").gradients()


def elements(derived: dict[str, Derivation], sizes: tuple[int, int, int]) -> Elements:
    """Every element of our gradients at the given sizes, with the sums written out."""
    numbers = dict(zip(map(_size, "ndK"), sizes, strict=True))
    return {
        name: [
            _written_out(
                derivation.result.xreplace(numbers | dict(zip(derivation.quantity.indices, place, strict=True)))
            )
            for place in product(*(range(int(length.xreplace(numbers))) for length in derivation.shape))
        ]
        for name, derivation in derived.items()
    }


def explicitly(sizes: tuple[int, int, int]) -> Elements:
    """Every element by ``diff`` of the loss, written out in the elements of x, y and the parameters."""
    n, d, k = sizes
    x, y = _symbols("x", n), _symbols("y", k)
    w1, b1, w2, b2 = (_symbols(name, length) for name, length in _lengths(sizes).items())
    hidden = [sympy.tanh(sum(w1[i * n + j] * x[j] for j in range(n)) + b1[i]) for i in range(d)]
    scores = [sum(w2[i * d + j] * hidden[j] for j in range(d)) + b2[i] for i in range(k)]
    loss = sum((1 / (1 + sympy.exp(-score)) - target) ** 2 for score, target in zip(scores, y, strict=True))
    return {
        name: [loss.diff(element) for element in parameter]
        for name, parameter in zip(_lengths(sizes), (w1, b1, w2, b2), strict=True)
    }


def _agree(sizes: tuple[int, int, int]) -> None:
    """Make sure that both derive the same: a wrong answer is no contender."""
    random = numpy.random.default_rng(0)
    n, d, k = sizes
    arrays: dict[str, Any] = {
        name: random.standard_normal(shape)
        for name, shape in {"x": (n,), "y": (k,), "W1": (d, n), "b1": (d,), "W2": (k, d), "b2": (k,)}.items()
    }
    numbers = {
        symbol: value
        for name, array in arrays.items()
        for symbol, value in zip(_symbols(name, array.size), array.ravel(), strict=True)
    }
    derived = gradients()
    for name, expressions in explicitly(sizes).items():
        theirs = [float(expression.xreplace(numbers)) for expression in expressions]
        if not numpy.allclose(evaluate(derived[name], arrays).ravel(), theirs):
            raise AssertionError(f"SymPy and Gradsheet differ in the gradient of {name}")


def _lengths(sizes: tuple[int, int, int]) -> dict[str, int]:
    n, d, k = sizes
    return {"W1": d * n, "b1": d, "W2": k * d, "b2": k}


def _symbols(name: str, length: int) -> tuple[Symbol, ...]:
    return tuple(sympy.symbols(f"{name}_:{length}", real=True))


def _size(name: str) -> Symbol:
    return Symbol(name, integer=True, positive=True)


def _written_out(expression: Expr) -> Expr:
    """The expression with every sum over a range of numbers as its terms."""
    while totals := expression.atoms(Sum):
        expression = expression.xreplace({total: _terms(total) for total in totals if not total.function.has(Sum)})
    return expression


def _terms(total: Sum) -> Expr:
    letters = [letter for letter, _, _ in total.limits]
    places = product(*(range(int(lower), int(upper) + 1) for _, lower, upper in total.limits))
    return sympy.Add(*(total.function.xreplace(dict(zip(letters, place, strict=True))) for place in places))
