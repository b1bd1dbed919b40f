"""The libraries that differentiate: which one a user's function is of, and the gradients that it computes by it.

A library is looked up among the modules that are loaded; none is imported here.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FunctionType, ModuleType
from typing import Any, Literal

import numpy

from numeric.arrays.axes import Array

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


def working(library: Library) -> AbstractContextManager[Any]:
    """In which a library computes in double precision."""
    if library != "jax":
        return nullcontext()
    jax = module("jax")
    enable = getattr(jax, "enable_x64", None)
    if enable is None or not callable(enable):
        from importlib import import_module

        enable = import_module("jax.experimental").enable_x64
    context: AbstractContextManager[Any] = enable(True)
    return context


def converted(library: Library, array: Any) -> Any:
    """An array of a library from one of NumPy; plain numbers stay as they are."""
    if library == "torch" and isinstance(array, numpy.ndarray):
        return module("torch").tensor(array)
    if library == "jax" and isinstance(array, numpy.ndarray):
        return module("jax").numpy.asarray(array)
    return array


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


def gradients(
    library: Library,
    function: Callable[..., Any],
    arguments: Sequence[Any],
    moved: Sequence[int],
    upstream: Callable[[int], Sequence[Array]],
) -> Mapping[int, Any]:
    """The gradients of a function by the arguments at some places, in the library's own differentiation.

    ``upstream`` gives the gradients of so many outputs; one output that is a single number, and has none, is the loss.
    """
    if library == "torch":
        return _by_torch(function, arguments, moved, upstream)
    return _by_jax(function, arguments, moved, upstream)


def _by_torch(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    moved: Sequence[int],
    upstream: Callable[[int], Sequence[Array]],
) -> Mapping[int, Any]:
    torch = module("torch")
    given = [converted("torch", argument) for argument in arguments]
    for place in moved:
        given[place] = given[place].requires_grad_()
    outputs = several(function(*given))
    above = [torch.tensor(array) for array in upstream(len(outputs))]
    if not any(output.requires_grad for output in outputs):
        raise AssertionError("the output does not depend on what it is differentiated by: nothing requires a gradient")
    found = torch.autograd.grad(
        outputs,
        [given[place] for place in moved],
        [array.to(output.dtype) for array, output in zip(above, outputs, strict=True)] if above else None,
        allow_unused=True,
    )
    shapes = {place: given[place].shape for place in moved}
    return {
        place: torch.zeros(shapes[place]) if gradient is None else gradient
        for place, gradient in zip(moved, found, strict=True)
    }


def _by_jax(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    moved: Sequence[int],
    upstream: Callable[[int], Sequence[Array]],
) -> Mapping[int, Any]:
    jax = module("jax")
    given = [converted("jax", argument) for argument in arguments]

    def of_moved(*values: Any) -> tuple[Any, ...]:
        whole = list(given)
        for place, value in zip(moved, values, strict=True):
            whole[place] = value
        return several(function(*whole))

    outputs, back = jax.vjp(of_moved, *(given[place] for place in moved))
    above = [jax.numpy.asarray(array) for array in upstream(len(outputs))] or [jax.numpy.ones_like(o) for o in outputs]
    found = back(tuple(array.astype(output.dtype) for array, output in zip(above, outputs, strict=True)))
    return {place: numpy.asarray(gradient) for place, gradient in zip(moved, found, strict=True)}
