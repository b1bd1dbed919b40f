"""The functions that a formula may name, in NumPy; elementwise ones take complex numbers, so that slopes are exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy

Array = Any
STEP = 1e-20


def _special(name: str) -> Callable[[Array], Array]:
    """A function of SciPy."""

    def applied(x: Array) -> Array:
        from scipy import special  # SciPy is slow to import, and few formulas need it

        return getattr(special, name)(x)

    return applied


_erf, _normal = _special("erf"), _special("ndtr")


def _polygamma(order: int) -> Callable[[Array], Array]:
    """A derivative of ψ, of real numbers."""

    def at(x: float) -> float:
        if x <= 0 and x == int(x):
            return numpy.nan
        return float(mpmath.psi(order, x))

    return numpy.vectorize(at, otypes=[float])


def _positive(x: Array) -> Array:
    return numpy.where(numpy.real(x) > 0, x, 0)


def _gelu_tanh(x: Array) -> Array:
    return x * _phi_tanh(x)


def _phi_tanh(x: Array) -> Array:
    return (1 + numpy.tanh(numpy.sqrt(2 / numpy.pi) * (x + 0.044715 * x**3))) / 2


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + numpy.exp(-x))


def _softplus(x: Array) -> Array:
    return numpy.log1p(numpy.exp(-numpy.abs(x))) + _positive(x) if numpy.isrealobj(x) else numpy.log(1 + numpy.exp(x))


def _absolute(x: Array) -> Array:
    return numpy.where(numpy.real(x) < 0, -x, x)


def _sign(x: Array) -> Array:
    return numpy.sign(numpy.real(x)) + 0 * x


ELEMENTWISE: dict[str, Callable[[Array], Array]] = {
    "exp": numpy.exp, "log": numpy.log, "sin": numpy.sin, "cos": numpy.cos, "tan": numpy.tan, "tanh": numpy.tanh,
    "sinh": numpy.sinh, "cosh": numpy.cosh, "sech": lambda x: 1 / numpy.cosh(x), "csch": lambda x: 1 / numpy.sinh(x),
    "coth": lambda x: 1 / numpy.tanh(x), "sec": lambda x: 1 / numpy.cos(x), "cot": lambda x: 1 / numpy.tan(x),
    "arcsin": numpy.arcsin, "arccos": numpy.arccos, "arctan": numpy.arctan, "arsinh": numpy.arcsinh,
    "arcosh": numpy.arccosh, "artanh": numpy.arctanh, "sqrt": numpy.sqrt, "relu": _positive, "sigmoid": _sigmoid,
    "softplus": _softplus, "erf": _erf, "sign": _sign, "abs": _absolute, "Phi": _normal,
    "gelu": lambda x: x * _normal(x), "gelutanh": _gelu_tanh, "Phi_tanh": _phi_tanh,
    "elu": lambda x: numpy.where(numpy.real(x) > 0, x, numpy.expm1(x)), "silu": lambda x: x * _sigmoid(x),
    "leakyrelu": lambda x: numpy.where(numpy.real(x) > 0, x, 0.01 * x), "identity": lambda x: x + 0,
    "floor": lambda x: numpy.floor(numpy.real(x) + 1e-9), "ceil": lambda x: numpy.ceil(numpy.real(x) - 1e-9),
    "positive": _positive, "expm1": numpy.expm1, "log1p": numpy.log1p, "step": lambda x: (numpy.real(x) > 0) + 0 * x,
    "hardtanh": lambda x: numpy.where(numpy.real(x) > 1, 1, numpy.where(numpy.real(x) < -1, -1, x)),
    "logsigmoid": lambda x: -_softplus(-x), "softsign": lambda x: x / (1 + _absolute(x)),
    "log2": numpy.log2, "log10": numpy.log10, "Gamma": _special("gamma"), "psi": _polygamma(0),
}  # fmt: skip

DERIVED: dict[tuple[str, int], Callable[[Array], Array]] = {("psi", order): _polygamma(order) for order in (1, 2, 3)}
"""Functions with so many primes that have a program of their own."""

SPELT = {
    "ln": "log", "ReLU": "relu", "Relu": "relu", "RELU": "relu", "σ": "sigmoid", "Sigmoid": "sigmoid",
    "logistic": "sigmoid", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "arcsinh": "arsinh",
    "arccosh": "arcosh", "arctanh": "artanh", "asinh": "arsinh", "acosh": "arcosh", "atanh": "artanh", "sgn": "sign",
    "Φ": "Phi", "GELU": "gelu", "Gelu": "gelu", "GELUTanh": "gelutanh", "ELU": "elu", "SiLU": "silu", "swish": "silu",
    "Swish": "silu", "LeakyReLU": "leakyrelu", "Softplus": "softplus", "Tanh": "tanh", "ceiling": "ceil",
    "sigm": "sigmoid", "Γ": "Gamma", "gamma": "Gamma", "ψ": "psi", "digamma": "psi",
    "Sign": "sign", "Identity": "identity", "identity": "identity", "Exp": "exp", "Log": "log", "lg": "log10",
    "Heaviside": "step", "step": "step", "HardTanh": "hardtanh", "LogSigmoid": "logsigmoid", "Softsign": "softsign",
}  # fmt: skip
"""Other spellings of elementwise functions."""

REDUCING = {
    "sum": "sum", "diag": "diag", "Diag": "diag", "tr": "trace", "trace": "trace", "Tr": "trace", "Trace": "trace",
    "softmax": "softmax", "Softmax": "softmax", "logsoftmax": "logsoftmax", "LogSoftmax": "logsoftmax",
    "mean": "mean", "det": "det", "diagonal": "diag", "Var": "variance", "logsumexp": "logsumexp",
    "LogSumExp": "logsumexp",
}  # fmt: skip
"""Functions of whole arrays."""

SPREADING = {"pad": "pad", "crop": "crop", "dilate": "dilate", "rot180": "rot180", "stride": "stride",
             "flip": "rot180", "Pad": "pad", "Dilate": "dilate", "Crop": "crop"}  # fmt: skip
"""Functions of maps over space, with numbers below them."""

SEVERAL = frozenset(["max", "min"])
"""Functions of several arguments, or of all elements of one."""

PAIRWISE: dict[str, Callable[[Array, Array], Array]] = {"atan2": numpy.arctan2}
"""Functions of two arguments."""


def elementwise_name(text: str) -> str | None:
    """The function of this spelling, or None."""
    name = SPELT.get(text, text)
    return name if name in ELEMENTWISE else None


NAMES = frozenset([*ELEMENTWISE, *SPELT, *REDUCING, *SPREADING, *SEVERAL, *PAIRWISE])
"""Every spelling of a function that is known without a table."""

WORDS = frozenset(
    word
    for word in {*ELEMENTWISE, *SPELT, *REDUCING, *SPREADING, *SEVERAL, *PAIRWISE, "argmax", "argmin"}
    if len(word) > 1 and word.isalnum()
)


def apply(function: Callable[[Array], Array], primes: int, argument: Array) -> Array:
    """A function or its derivative, by the complex step; where it takes no complex numbers, by differences."""
    if primes == 0:
        return function(argument)
    if primes == 1:
        try:
            return numpy.imag(function(argument + 1j * STEP)) / STEP
        except TypeError:
            pass
        h = 1e-3
        near = function(argument + h) - function(argument - h)
        far = function(argument + 2 * h) - function(argument - 2 * h)
        return (8 * near - far) / (12 * h)
    h = 1e-4
    above, below = (apply(function, primes - 1, argument + side) for side in (h, -h))
    return (above - below) / (2 * h)


def reduce(name: str, x: Array, rank: int) -> Array:
    """A function of the last ``rank`` axes."""
    axes = tuple(range(x.ndim - rank, x.ndim))
    if name == "sum":
        return x.sum(axes)
    if name == "mean":
        return x.mean(axes)
    if name == "variance":
        return x.var(axes)
    if name == "norm":
        return numpy.sqrt((x * x).sum(axes))
    if name == "norm squared":
        return (x * x).sum(axes)
    if name == "norm1":
        return numpy.abs(x).sum(axes)
    if name in ("max", "min"):
        return (x.max if name == "max" else x.min)(axes)
    if name == "trace":
        return numpy.trace(x, axis1=-2, axis2=-1)
    if name == "det":
        return numpy.linalg.det(x)
    if name == "diag":
        if rank == 2:
            return numpy.diagonal(x, axis1=-2, axis2=-1)
        return x[..., None] * numpy.eye(x.shape[-1])
    shifted = x - x.max(axis=-1, keepdims=True)
    total = numpy.exp(shifted).sum(axis=-1, keepdims=True)
    if name == "logsumexp":
        return (numpy.log(total) + x.max(axis=-1, keepdims=True))[..., 0]
    return numpy.exp(shifted) / total if name == "softmax" else shifted - numpy.log(total)
