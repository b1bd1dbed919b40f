"""Whatever a user gives as a function that is called with arrays by name and returns gradients by name."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy
from sympy import Symbol

from derive.network import Network
from numeric.arrays.axes import Array
from numeric.arrays.sizes import sizes_from
from numeric.checks.callables.differentiation import Differentiation, Problem, gradients
from numeric.checks.callables.libraries import (
    Library,
    converted,
    is_custom_jax,
    is_torch_function,
    is_torch_module,
    library_of,
    module,
    refusals,
    working,
)
from numeric.checks.callables.naming import Naming
from numeric.checks.callables.objects import constants_held, held_shapes, of_object, of_pair
from numeric.checks.callables.places import Given, Place, given_of, matched, places_of
from numeric.errors import ArrayError

Backward = Callable[..., Any]

ABOVE = frozenset(("dout", "gradoutput", "gradout", "grad", "upstream", "dldz", "dldy", "dldout", "delta", "dz", "g"))
"""What people call an upstream gradient, in small letters and without underscores."""


@dataclass(frozen=True)
class Adapted:
    """A function of what is given by name that returns gradients, and the sizes that what it is made of has.

    ``takes`` are the names that it is called with where that is no matter of its signature. ``library`` is that
    of the arrays that it takes, ``constants`` are those that it holds itself, such as eps. Where it returns one number,
    it may be the loss: ``of_loss`` differentiates it.
    """

    backward: Backward
    naming: Naming
    takes: tuple[str, ...] | None = None
    fixed: Mapping[Symbol, int] = field(default_factory=dict)
    library: Library = "numpy"
    of_loss: Adapted | None = None
    constants: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Mode:
    """What is asked of what a user gives: how a library differentiates it, in which type, along directions of what."""

    differentiation: Differentiation = gradients
    dtype: str = "float64"
    moved: tuple[str, ...] = ()


GRADIENTS = Mode()


def adapted(
    given: Any,
    network: Network,
    outputs: Sequence[str],
    constants: Sequence[str],
    naming: Naming,
    mode: Mode = GRADIENTS,
) -> Adapted:
    """What a user gives, as a function that is called by name.

    That is a function that computes gradients; one of PyTorch or JAX that computes the outputs, or a loss; a module of
    PyTorch; an object with ``forward`` and ``backward``; a class that has both as static methods, or a pair of such
    functions, which hand on a cache.

    Raises:
        ArrayError: it is none of these, or takes what there is not.
    """
    known = given_of(network, outputs, constants, mode.moved)
    every = (*known.in_order, *known.upstream)
    if is_torch_function(given):
        return _of_torch_function(getattr(given, "__self__", given), known, naming, mode)
    if is_torch_module(given):
        return _of_torch_module(given, network, known, naming, mode)
    if isinstance(given, tuple | list) and len(given) == 2 and all(map(callable, given)):
        ahead, back = given
        return Adapted(_in_type(of_pair(ahead, back, known, naming), mode), naming, every)
    if all(callable(getattr(given, name, None)) for name in ("forward", "backward")):
        if not isinstance(given, type):
            return _of_object(given, network, known, naming, mode)
        ahead, back = (getattr(given, name) for name in ("forward", "backward"))
        if next(iter(inspect.signature(ahead).parameters), "") == "self":
            raise ArrayError(f"{given.__name__} is a class; give an object of it, such as {given.__name__}(...)")
        return Adapted(_in_type(of_pair(ahead, back, known, naming), mode), naming, every)
    if not callable(given):
        raise ArrayError(
            f"expected a function, a module, a pair (forward, backward) or an object that has both; got {given!r}"
        )
    library: Library = "jax" if is_custom_jax(given) else library_of(given)
    naming = _with_upstream(given, known, naming)
    if network.loss != "Upstream":
        loss = None if library == "numpy" else _of_function(given, known, naming, library, mode)
        if loss is not None and type(given).__name__ in ("custom_vjp", "custom_jvp"):
            return loss
        return Adapted(given, naming, None, {}, library, loss)
    if _computes_outputs(given, known, naming, library):
        return _of_function(given, known, naming, library, mode)
    return Adapted(given, naming, None, {}, library)


def _with_upstream(given: Callable[..., Any], known: Given, naming: Naming) -> Naming:
    """The naming with the one upstream gradient under what a function calls it: ``dout``."""
    try:
        names = inspect.signature(given).parameters
    except (TypeError, ValueError):
        return naming
    unknown = [name for name in names if name not in naming.meant and name not in (*known.in_order, *known.upstream)]
    above = [name for name in unknown if name.lower().replace("_", "") in ABOVE]
    if len(above) != 1 or len(known.upstream) != 1 or known.upstream[0] in {*names, *naming.meant.values()}:
        return naming
    return replace(naming, meant={**naming.meant, above[0]: known.upstream[0]})


def _ranks(network: Network) -> dict[str, int]:
    return {name: len(tensor.shape) for name, tensor in network.forward.tensors.items()}


def _computes_outputs(given: Callable[..., Any], known: Given, naming: Naming, library: Library) -> bool:
    """Whether the function of a layer computes its outputs, and not gradients: it takes no upstream gradient.

    Raises:
        ArrayError: it does, and there is nothing that differentiates it.
    """
    try:
        parameters = inspect.signature(given).parameters.values()
    except (TypeError, ValueError):
        return library != "numpy"
    names = {naming.ours(one.name) for one in parameters}
    anything = any(one.kind in (one.VAR_KEYWORD, one.VAR_POSITIONAL) for one in parameters)
    if anything or names & set(known.upstream):
        return False
    if library == "numpy" and names <= set(known.in_order):
        above = " and ".join(known.upstream)
        raise ArrayError(
            f"the function takes {', '.join(names)} and no {above}: it computes no gradient, and only functions of "
            f"PyTorch and JAX are differentiated. Give one that takes {above}, or a pair (forward, backward)"
        )
    return library != "numpy"


def _of_function(given: Callable[..., Any], known: Given, naming: Naming, library: Library, mode: Mode) -> Adapted:
    places = places_of(given, known.in_order, naming, "the function")
    return Adapted(partial(_differentiated, given, places, known, library, mode), naming, _takes(places, known))


def _of_torch_function(owner: Any, known: Given, naming: Naming, mode: Mode) -> Adapted:
    torch = module("torch")
    has_context = owner.setup_context is torch.autograd.Function.setup_context
    places = places_of(owner.forward, known.in_order, naming, f"{owner.__name__}.forward", skip=int(has_context))
    return Adapted(partial(_differentiated, owner.apply, places, known, "torch", mode), naming, _takes(places, known))


def _of_torch_module(given: Any, network: Network, known: Given, naming: Naming, mode: Mode) -> Adapted:
    torch = module("torch")
    plain = copy.deepcopy(given).to(getattr(torch, mode.dtype))
    shapes = {name: tuple(parameter.shape) for name, parameter in plain.named_parameters()}
    ranks = {name: len(network.forward.tensors[name].shape) for name in known.parameters}
    ours = matched(shapes, ranks, naming, type(given).__name__)
    held = naming.beside({meant: shapes[name] for name, meant in ours.items()}, _ranks(network))
    inputs = (*known.inputs, *known.targets, *known.buffers, *known.constants)
    call = places_of(given.forward, inputs, naming, f"{type(given).__name__}.forward")
    places = (*call, *(Place(name, meant) for name, meant in ours.items()))

    def run(*tensors: Any) -> Any:
        state = dict(zip(ours, tensors[len(call) :], strict=True))
        with refusals():
            return torch.func.functional_call(copy.deepcopy(plain), state, tensors[: len(call)])

    taken = {place.ours for place in call}
    constants = constants_held([*given.modules()], [name for name in known.constants if name not in taken], naming)
    fixed = _fixed(network, {meant: shapes[name] for name, meant in ours.items()}, held)
    backward = partial(_differentiated, run, places, known, "torch", mode)
    return Adapted(backward, held, _takes(places, known), fixed, constants=constants)


def _of_object(given: Any, network: Network, known: Given, naming: Naming, mode: Mode) -> Adapted:
    shapes = held_shapes(given, known, naming)
    held = naming.beside(shapes, _ranks(network))
    every, fixed = (*known.in_order, *known.upstream), _fixed(network, shapes, held)
    constants = constants_held([given], known.constants, naming)
    return Adapted(_in_type(of_object(given, known, held), mode), held, every, fixed, constants=constants)


def _takes(places: Sequence[Place], known: Given) -> tuple[str, ...]:
    return (*(place.ours for place in places), *known.upstream, *known.directions)


def _in_type(backward: Backward, mode: Mode) -> Backward:
    """A function of NumPy that is given its arrays in the type that is asked for."""

    def run(**arrays: Any) -> Any:
        return backward(**{name: converted("numpy", array, mode.dtype) for name, array in arrays.items()})

    return run


def _differentiated(
    function: Callable[..., Any],
    places: Sequence[Place],
    known: Given,
    library: Library,
    mode: Mode,
    **arrays: Any,
) -> Mapping[str, Any]:
    """The derivatives of a function by its inputs and parameters, by the library that it is of."""
    arguments = [
        arrays[place.ours] if place.ours not in known.constants else float(arrays[place.ours]) for place in places
    ]
    learnt = (*known.inputs, *known.parameters)
    moved = {
        number: place.ours
        for number, place in enumerate(places)
        if place.ours in learnt and numpy.asarray(arguments[number]).dtype.kind == "f"
    }

    def upstream(count: int) -> list[Array]:
        above = [arrays[name] for name in known.upstream if name in arrays]
        if above and count != len(above):
            raise AssertionError(f"the function returned {count} outputs, expected {', '.join(known.outputs)}")
        return above

    directions = {name: arrays[at] for name, at in zip(known.moved, known.directions, strict=True) if at in arrays}
    with working(library, mode.dtype):
        return mode.differentiation(Problem(library, function, arguments, moved, upstream, directions, mode.dtype))


def _fixed(network: Network, shapes: Mapping[str, tuple[int, ...]], naming: Naming) -> dict[Symbol, int]:
    """The sizes that arrays of these shapes have."""
    arrays = {name: numpy.empty(naming.plain(name, shape)) for name, shape in shapes.items()}
    return sizes_from(network.forward, arrays) if arrays else {}
