"""The libraries that differentiate: which one a user's function is of, and arrays of it.

A library is looked up among the modules that are loaded; none is imported here.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FunctionType, ModuleType
from typing import Any, Literal

import numpy

from numeric.errors import ArrayError

Library = Literal["numpy", "torch", "jax"]

DEPTH = 3
"""So far functions are followed that a function calls."""


def library_of(given: object) -> Library:
    """The library whose arrays a function works on, by what it is and what it reads."""
    names = list(_roots(given, DEPTH))
    return next((name for name in ("torch", "jax") if name in names), "numpy")


def _roots(given: object, depth: int) -> Iterator[str]:
    """The libraries that an object is of, or that what it is made of reads."""
    if isinstance(given, functools.partial):
        yield from _roots(given.func, depth)
        return
    for part in (given, type(given)):
        root = str(getattr(part, "__module__", "")).partition(".")[0]
        yield "jax" if root == "jaxlib" else root
    plain = inspect.unwrap(given) if callable(given) else given
    function = getattr(plain, "__func__", plain)
    if not isinstance(function, FunctionType) or depth == 0:
        return
    closed = inspect.getclosurevars(function)
    for value in {**closed.globals, **closed.nonlocals}.values():
        if isinstance(value, ModuleType):
            yield value.__name__.partition(".")[0]
        elif callable(value):
            yield from _roots(value, depth - 1)


def module(name: str) -> Any:
    """A library that is loaded, None if it is not."""
    return sys.modules.get(name)


def is_torch_function(given: object) -> bool:
    """Whether something is an ``autograd.Function`` of PyTorch, or its ``apply``."""
    torch, owner = module("torch"), getattr(given, "__self__", given)
    return torch is not None and isinstance(owner, type) and issubclass(owner, torch.autograd.Function)


def is_torch_module(given: object) -> bool:
    """Whether something is a module of PyTorch, with its parameters."""
    torch = module("torch")
    return torch is not None and isinstance(given, torch.nn.Module)


def is_custom_jax(given: object) -> bool:
    """Whether something is a function of JAX with a backward pass of its own, or a compiled one."""
    return module("jax") is not None and str(getattr(type(given), "__module__", "")).startswith(("jax", "jaxlib"))


def working(library: Library, dtype: str = "float64") -> AbstractContextManager[Any]:
    """In which a library computes in a type; JAX does so in double precision only where it is asked to."""
    if library != "jax" or dtype != "float64":
        return nullcontext()
    jax = module("jax")
    enable = getattr(jax, "enable_x64", None)
    if enable is None or not callable(enable):
        from importlib import import_module

        enable = import_module("jax.experimental").enable_x64
    context: AbstractContextManager[Any] = enable(True)
    return context


def converted(library: Library, array: Any, dtype: str = "float64") -> Any:
    """An array of a library from one of NumPy, real numbers in a type; plain numbers stay as they are.

    Raises:
        ArrayError: NumPy has no such type.
    """
    if not isinstance(array, numpy.ndarray):
        return array
    real = array.dtype.kind == "f"
    if library == "torch":
        torch = module("torch")
        return torch.tensor(array, dtype=getattr(torch, dtype)) if real else torch.tensor(array)
    if library == "jax":
        jnp = module("jax").numpy
        return jnp.asarray(array, dtype=getattr(jnp, dtype)) if real else jnp.asarray(array)
    if real and dtype == "bfloat16":
        raise ArrayError("NumPy has no type bfloat16; functions of PyTorch and JAX are tried in it")
    return array.astype(dtype) if real else array


class RefusedError(ValueError):
    """A library takes no arrays of these sizes, at which a definition has a value: a variance of one number."""


@contextmanager
def refusals() -> Iterator[None]:
    """Tells what PyTorch refuses, a batch norm of one value for each channel, from what is wrong."""
    try:
        yield
    except ValueError as error:
        if str(error).startswith("Expected more than 1"):
            raise RefusedError(str(error)) from error
        raise


def several(outputs: Any) -> tuple[Any, ...]:
    """What a function returns, one output or several."""
    return tuple(outputs) if isinstance(outputs, tuple | list) else (outputs,)
