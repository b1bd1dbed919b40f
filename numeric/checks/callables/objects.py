"""Pairs of functions that hand on a cache, and objects that keep what they need: how courses write layers."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy

from numeric.arrays.axes import Array
from numeric.checks.callables.libraries import several
from numeric.checks.callables.naming import Naming
from numeric.checks.callables.places import Given, Place, places_of
from numeric.errors import ArrayError

CACHES = ("cache", "ctx", "context", "saved", "memory", "res", "residual", "residuals", "state", "tape")
"""What people call what a forward pass hands on to the backward pass."""

GRADIENTS = ("dLd{}", "dL_d{}", "d{}", "d_{}", "grad_{}", "{}_grad", "grad{}", "{}grad")
"""What people call the gradient of an attribute."""

HELD: Mapping[str, tuple[str, ...]] = {
    "weight": ("weight", "W", "w", "weights", "kernel", "gamma"),
    "bias": ("bias", "b", "biases", "beta"),
}
"""What people call the parameters of a layer."""

TABLES = (("params", "grads"), ("parameters", "gradients"), ("params", "gradients"))
"""Dictionaries of an object that hold parameters and their gradients."""


def of_pair(
    forward: Callable[..., Any], backward: Callable[..., Any], known: Given, naming: Naming
) -> Callable[..., Any]:
    """A function ``forward(x, w, b) -> out, cache`` and ``backward(dout, cache) -> dx, dw, db`` as one."""
    places = places_of(forward, known.in_order, naming, "the forward function")
    later = _cache_first(backward)

    def run(**arrays: Any) -> Any:
        outputs, cache = _parted(forward(*_given(places, known, arrays)), known)
        above = [arrays[name] for name in known.upstream if name in arrays]
        caches = [] if cache is None else [cache]
        found = backward(*caches, *above) if later else backward(*above, *caches)
        return _in_order(found, [place.ours for place in places], known, outputs)

    return run


def _given(places: tuple[Place, ...], known: Given, arrays: Mapping[str, Any]) -> Iterator[Any]:
    for place in places:
        yield float(arrays[place.ours]) if place.ours in known.constants else arrays[place.ours]


def _cache_first(backward: Callable[..., Any]) -> bool:
    """Whether a backward function takes the cache before the upstream gradient."""
    try:
        names = list(inspect.signature(backward).parameters)
    except (TypeError, ValueError):
        return False
    return bool(names) and names[0].lower().strip("_") in CACHES and len(names) > 1


def _parted(returned: Any, known: Given) -> tuple[tuple[Any, ...], Any]:
    """The outputs of a forward function and its cache, None if it hands on none."""
    whole = several(returned)
    count = max(len(known.outputs), 1)
    if len(whole) == count + 1:
        return whole[:count], whole[count]
    if len(whole) != count:
        raise AssertionError(
            f"the forward function returned {len(whole)} values, expected {', '.join(known.outputs)} and a cache"
        )
    return whole, None


def _in_order(found: Any, places: list[str], known: Given, outputs: object) -> Any:
    """What a backward function returned by name: in the order of what the forward function takes."""
    if isinstance(found, Mapping):
        return found
    returned = several(found)
    learnt = [name for name in places if name in (*known.inputs, *known.parameters)]
    for names in (learnt, places, list(known.inputs), list(known.parameters)):
        if len(names) == len(returned):
            # What is no tensor has no gradient, or one that nothing is compared with.
            return {name: one for name, one in zip(names, returned, strict=True) if one is not None and name in learnt}
    raise AssertionError(
        f"the backward function returned {len(returned)} values, expected the gradients of {', '.join(learnt)}"
    )


def of_object(given: Any, known: Given, naming: Naming) -> Callable[..., Any]:
    """A layer as an object: parameters are attributes, and so are their gradients after ``backward``."""
    holds = attributes(given, known, naming)
    call = places_of(given.forward, (*known.inputs, *known.targets), naming, f"{type(given).__name__}.forward")
    takes = len([one for one in inspect.signature(given.backward).parameters.values() if one.default is one.empty])

    def run(**arrays: Any) -> Any:
        one = copy.deepcopy(given)
        for name, attribute in holds.items():
            _put(one, attribute, arrays[name])
        one.forward(*_given(call, known, arrays))
        above = [arrays[name] for name in known.upstream if name in arrays]
        found = one.backward(*above[:takes])
        gradients = {name: _gradient(one, attribute) for name, attribute in holds.items()}
        moved = [place.ours for place in call if place.ours in known.inputs]
        if found is None:
            returned: dict[str, Any] = {}
        elif isinstance(found, Mapping):
            returned = dict(found)
        else:
            whole = several(found)
            names = moved if len(whole) <= len(moved) else [*moved, *holds]
            if len(whole) > len(names):
                raise AssertionError(
                    f"backward returned {len(whole)} values, expected the gradients of {', '.join(names)}"
                )
            returned = dict(zip(names, whole, strict=False))
        return {**{name: gradient for name, gradient in gradients.items() if gradient is not None}, **returned}

    return run


def attributes(given: Any, known: Given, naming: Naming) -> dict[str, str]:
    """The attribute of an object, or the key of its dictionary, that holds each parameter.

    Raises:
        ArrayError: one is held by none.
    """
    found: dict[str, str] = {}
    for name in known.parameters:
        plain = name.rstrip("0123456789")
        own = [naming.theirs(name), name, *HELD.get(name, ()), plain, plain.lower()]
        held = [attribute for attribute in own if _get(given, attribute) is not None]
        if not held:
            names = ", ".join(held_names(given)) or "no array"
            raise ArrayError(
                f"{type(given).__name__} has no {' or '.join(dict.fromkeys(own))} for {name}; it holds {names}: "
                f'say which it is, names={{"theirs": "{name}"}}'
            )
        found[name] = held[0]
    return found


def held_shapes(given: Any, known: Given, naming: Naming) -> dict[str, tuple[int, ...]]:
    """The shapes of the parameters that an object holds."""
    return {name: numpy.shape(_get(given, attribute)) for name, attribute in attributes(given, known, naming).items()}


def constants_held(given: Sequence[Any], constants: Sequence[str], naming: Naming) -> dict[str, float]:
    """The hyper-parameters that objects hold as numbers, such as ``eps``.

    Raises:
        ArrayError: two of them hold different ones.
    """
    found: dict[str, float] = {}
    for name in constants:
        values = {getattr(one, naming.theirs(name), None) for one in given if not _is_array(one, naming.theirs(name))}
        numbers = {float(value) for value in values if isinstance(value, int | float) and not isinstance(value, bool)}
        if len(numbers) > 1:
            listed = ", ".join(map(str, sorted(numbers)))
            raise ArrayError(f"{name} has several values in what was given: {listed}; one subject has one")
        if numbers:
            found[name] = numbers.pop()
    return found


def _is_array(given: Any, name: str) -> bool:
    return hasattr(getattr(given, name, None), "shape")


def _tables(given: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for values, slopes in TABLES:
        pair = getattr(given, values, None), getattr(given, slopes, None)
        if isinstance(pair[0], dict):
            yield pair[0], pair[1] if isinstance(pair[1], dict) else {}


def held_names(given: Any) -> list[str]:
    """The names of the arrays that an object holds."""
    arrays = [name for name, value in vars(given).items() if isinstance(value, numpy.ndarray)]
    return list(dict.fromkeys((*arrays, *(key for table, _ in _tables(given) for key in table))))


def _get(given: Any, attribute: str) -> Any:
    value = getattr(given, attribute, None)
    if value is not None and not callable(value):
        return value
    return next((table[attribute] for table, _ in _tables(given) if attribute in table), None)


def _put(given: Any, attribute: str, array: Array) -> None:
    for table, _ in _tables(given):
        if attribute in table:
            table[attribute] = array
            return
    setattr(given, attribute, array)


def _gradient(given: Any, attribute: str) -> Any:
    """The gradient that an object holds for one of its attributes, None if it holds none."""
    names = [form.format(attribute) for form in GRADIENTS]
    for _, slopes in _tables(given):
        for name in (attribute, *names):
            if name in slopes:
                return slopes[name]
    return next((getattr(given, name) for name in names if hasattr(given, name)), None)
