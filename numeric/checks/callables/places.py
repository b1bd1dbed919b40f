"""Which tensor of a subject a parameter of a user's function means: by its name, else by its place."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from derive.calculus.second_order import direction_name
from derive.layer import upstream_name
from derive.network import Network
from numeric.checks.callables.naming import Naming
from numeric.errors import ArrayError


@dataclass(frozen=True)
class Given:
    """What a subject is given, by the parts that it plays; upstream gradients apart, and directions of ``moved``."""

    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    buffers: tuple[str, ...]
    constants: tuple[str, ...]
    targets: tuple[str, ...]
    outputs: tuple[str, ...]
    moved: tuple[str, ...] = ()

    @property
    def directions(self) -> tuple[str, ...]:
        """The names of the directions in which tensors are moved."""
        return tuple(map(direction_name, self.moved))

    @property
    def upstream(self) -> tuple[str, ...]:
        """The gradients that come from above."""
        return tuple(map(upstream_name, self.outputs))

    @property
    def in_order(self) -> tuple[str, ...]:
        """All that a forward pass is given, in the order in which people write it."""
        return (*self.inputs, *self.targets, *self.parameters, *self.buffers, *self.constants)


def given_of(network: Network, outputs: Sequence[str], constants: Iterable[str], moved: Sequence[str] = ()) -> Given:
    """What a subject is given."""
    upstream = {*map(upstream_name, outputs), *map(direction_name, moved)}
    parts: dict[str, list[str]] = {"input": [], "parameter": [], "buffer": [], "target": []}
    for tensor in network.forward.given:
        if tensor.name not in upstream and tensor.role in parts:
            parts[tensor.role].append(tensor.name)
    inputs, parameters, buffers, targets = (tuple(parts[role]) for role in ("input", "parameter", "buffer", "target"))
    return Given(inputs, parameters, buffers, tuple(constants), targets, tuple(outputs), tuple(moved))


@dataclass(frozen=True)
class Place:
    """One argument of a user's function: its name there, and what of the subject it is."""

    name: str
    ours: str


def places_of(
    function: Callable[..., Any], known: Sequence[str], naming: Naming, what: str, skip: int = 0
) -> tuple[Place, ...]:
    """The arguments of a function after the first ``skip``, in its order.

    Each is what it is called; those that are called otherwise are, in order, what of ``known`` is left. One that may be
    left out is left out if nothing of the subject is called so.

    Raises:
        ArrayError: it has more arguments than there is to give.
    """
    try:
        parameters = tuple(inspect.signature(function).parameters.values())[skip:]
    except (TypeError, ValueError):
        return tuple(Place(name, name) for name in known)
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return tuple(Place(naming.theirs(name), name) for name in known)
    taken = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    by_name = {one.name: naming.ours(one.name) for one in taken if naming.ours(one.name) in known}
    left = [name for name in known if name not in by_name.values()]
    found: list[Place] = []
    for one in taken:
        if one.name in by_name:
            found.append(Place(one.name, by_name[one.name]))
        elif one.default is not one.empty:
            break
        elif not left:
            listing = ", ".join(parameter.name for parameter in taken)
            raise ArrayError(f"{what} takes {listing}; there is nothing for {one.name}: there is {', '.join(known)}")
        else:
            found.append(Place(one.name, left.pop(0)))
    return tuple(found)


def matched(theirs: Mapping[str, Sequence[int]], ours: Mapping[str, int], naming: Naming, what: str) -> dict[str, str]:
    """What of the subject each of a user's parameters is: by its name, else in order among those that are left.

    ``theirs`` are their shapes and ``ours`` the numbers of axes, each in order.

    Raises:
        ArrayError: the numbers of parameters that are left differ, or those of their axes.
    """
    found = {name: naming.ours(name) for name in theirs if naming.ours(name) in ours}
    left = [name for name in theirs if name not in found]
    free = [name for name in ours if name not in found.values()]
    fits = len(left) == len(free) and all(
        len(naming.plain(ours_, theirs[own])) == ours[ours_] for own, ours_ in zip(left, free, strict=True)
    )
    if not fits:
        raise ArrayError(
            f"{what} has the parameters {listed(theirs)}, and the subject has {listed(ours)}: say which is which, "
            f'names={{"{(left or list(theirs) or ["their_name"])[0]}": "{(free or list(ours) or ["our_name"])[0]}"}}'
        )
    return found | dict(zip(left, free, strict=True))


def listed(names: Collection[str]) -> str:
    """Names as messages list them."""
    return ", ".join(names) or "none"
