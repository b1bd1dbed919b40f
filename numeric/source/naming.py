"""What tensors, gradients, sizes and functions are called in generated code."""

from __future__ import annotations

import re
from collections.abc import Collection

from sympy import Symbol

from derive.expression.partials import partial_named
from numeric.errors import CompileError
from numeric.source import SourceError
from numeric.source.plain import identifier

RESERVED = frozenset(
    "np torch nn math jax jnp xp array_namespace params cache self ctx kept keep needed check ARRAYS CLASSES "
    "forward loss backward loss_and_gradients gradients dl erf gathered block blocks padded windows einsum contracted "
    "added_at needs by_params zeros".split()
)
"""What generated modules and the files around them call things of their own."""


def python_name(name: str) -> str:
    """The Python name of a tensor, ``z1``, or of the gradient of the loss by one: ``dW1`` for ``dl/dW1``.

    Raises:
        CompileError: it cannot be written as one.
    """
    partial = partial_named(name)
    return _free((name if partial is None else f"d{partial.bottom}").replace("'", "_"))


def function_name(name: str) -> str:
    """The Python name of a scalar function: ``elu_1_2`` for that with the constant 1/2.

    Raises:
        CompileError: it cannot be written as one.
    """
    return _free(re.sub(r"[./'-]", "_", name))


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
        plain = identifier(name)
    except SourceError as error:
        raise CompileError(str(error)) from error
    return f"{plain}_" if plain in RESERVED else plain


def apart(name: str, taken: Collection[str]) -> str:
    """The name, with an underscore behind it where it is taken.

    A name that is one of those with underscores behind it gets one more, so that no two names become one.
    """
    return f"{name}_" if any(name[: len(name) - k] in taken for k in range(_ending(name) + 1)) else name


def _ending(name: str) -> int:
    return len(name) - len(name.rstrip("_"))
