"""What a user's function returned, by the names of what it belongs to, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from derive.network import Network
from numeric.arrays.axes import Array
from numeric.checks.callables.naming import Naming, as_numpy, type_of

PREFIXES = ("dl/d", "grad_", "d_", "d")
"""What people write before the name of a tensor for its gradient."""


def by_name(found: Any, order: tuple[str, ...], network: Network, naming: Naming) -> dict[str, Any]:
    """What a function returned, by the names of what the gradients belong to; in order where it says no names.

    Raises:
        AssertionError: a name is none of a tensor, or the number of values is another one.
    """
    listing = ", ".join(order)
    if isinstance(found, Mapping):
        named = {_name_of(str(name), order, network, naming): gradient for name, gradient in found.items()}
        unknown = [name for name in named if name not in network.forward.tensors and name not in order]
        if unknown or not named:
            raise AssertionError(
                f"the function returned {', '.join(unknown) or 'no gradient'}, expected some of {listing}"
            )
        return named
    returned = tuple(found) if isinstance(found, tuple | list) else (found,)
    if found is None or len(returned) != len(order):
        count = "nothing" if found is None else f"{len(returned)} value{'s' if len(returned) > 1 else ''}"
        raise AssertionError(
            f"the function returned {count}, expected the gradients of {listing} in this order; "
            "return a dictionary by these names, or say which ones it returns: assert_gradients(..., of=[...])"
        )
    return dict(zip(order, returned, strict=True))


def _name_of(name: str, order: tuple[str, ...], network: Network, naming: Naming) -> str:
    """``W1`` for ``W1``, ``dW1`` and ``dl/dW1``; for what W1 is called by the function, too."""
    if name in order:
        return name
    known = network.forward.tensors
    plain = (name, *(name.removeprefix(before) for before in PREFIXES), name.removesuffix("_grad"))
    meant = [naming.ours(candidate) for candidate in plain if candidate in naming.meant]
    return next((candidate for candidate in (*meant, *plain) if candidate in known), name)


def numbers(called: str, gradient: Any) -> tuple[Array, str]:
    """A gradient in float64, and the type that it was of.

    Raises:
        AssertionError: it is no array of real numbers.
    """
    array = as_numpy(gradient) if gradient is not None else numpy.asarray(None)
    if array.dtype.kind not in "fiu":
        kind = "None" if gradient is None else f"a {type(gradient).__name__} of type {array.dtype}"
        raise AssertionError(f"{called} is {kind}, expected an array of real numbers")
    return array.astype(numpy.float64), type_of(gradient)
