"""What tensors, gradients, sizes and functions are called in generated code."""

from __future__ import annotations

import re

from sympy import Symbol

from derive.expression.partials import partial_named
from numeric.errors import CompileError
from numeric.source import SourceError
from numeric.source.plain import identifier, without_primes

RESERVED = frozenset(
    "np torch nn math jax jnp xp array_namespace params cache self ctx kept keep needed check ARRAYS CLASSES "
    "forward loss backward loss_and_gradients gradients dl erf erfcx gathered block blocks padded windows "
    "gamma_function lgamma digamma trigamma tetragamma pentagamma einsum contracted added_at needs "
    "by_params zeros".split()
)
"""What generated modules and the files around them call things of their own."""


def python_name(name: str) -> str:
    """The Python name of a tensor, ``z1``, or of the gradient of the loss by one: ``dW1`` for ``dl/dW1``.

    Raises:
        CompileError: it cannot be written as one.
    """
    partial = partial_named(name)
    return _free(without_primes(name if partial is None else f"d{partial.bottom}"))


def function_name(name: str) -> str:
    """The Python name of a scalar function: ``elu_1_2`` for that with the constant 1/2.

    Raises:
        CompileError: it cannot be written as one.
    """
    return _free(re.sub(r"[./-]", "_", without_primes(name)))


def variable(symbol: Symbol) -> str:
    """The name of a size or an index, which is its own in a program.

    Raises:
        CompileError: it cannot be written as one.
    """
    if python_name(symbol.name) != symbol.name:
        raise CompileError(f"a size or an index called {symbol.name} cannot be written in a program")
    return symbol.name


def _free(name: str) -> str:
    try:
        return identifier(name, RESERVED)
    except SourceError as error:
        raise CompileError(str(error)) from error
