"""Conventions: how the same mathematics is written. One value, which all that writes or reads it asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar, get_args, get_type_hints

from derive.errors import NetworkError, nearest
from derive.expression.identifiers import word

Layout = Literal["numerator", "gradient"]
IndexBase = Literal[0, 1]
Weights = Literal["(out, in)", "(in, out)"]
Samples = Literal["rows", "columns"]
Channels = Literal["first", "last"]

Axis = TypeVar("Axis")


@dataclass(frozen=True)
class Conventions:
    """How a homework, a course or a library writes what is derived.

    The forward equations themselves are written so, and all that is derived of them follows.

    Attributes:
        layout: ``numerator`` has gradients of scalars as rows, ``gradient`` gives them the parameter's shape.
        index_base: what printed indices count from; inside they count from 0.
        weights: the axes of a weight: ``(out, in)`` as in PyTorch, W x; ``(in, out)`` as in Keras, X W.
        samples: whether the samples of a batch are the ``rows`` of a matrix, the first axis, or its ``columns``, the
            last axis: W X.
        channels: whether the channels of an image come ``first``, (C, H, W), or ``last``, (H, W, C); kernels likewise.
        names: what parameters are called in the place of another name, ``{"W": "Theta"}`` for Theta1, Theta2, ...

    Raises:
        NetworkError: there is no such convention, or a name is no word.
    """

    layout: Layout = "gradient"
    index_base: IndexBase = 1
    weights: Weights = "(out, in)"
    samples: Samples = "rows"
    channels: Channels = "first"
    names: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", spelt(self.weights))
        for name, kind in get_type_hints(Conventions).items():
            known, given = get_args(kind), getattr(self, name)
            if name != "names" and given not in known:
                raise NetworkError(f"the convention {name} is one of {', '.join(map(str, known))}; not {given!r}")
        pairs: Mapping[str, str] | Iterable[tuple[str, str]] = self.names
        named = dict(pairs)
        for own in (*named, *named.values()):
            word(own, "a parameter", NetworkError)
        twice = next((own for own in named.values() if list(named.values()).count(own) > 1), None)
        if twice is not None:
            raise NetworkError(f"two kinds of parameters would be called {twice}")
        object.__setattr__(self, "names", tuple(sorted(named.items())))

    def with_(self, **given: Any) -> Conventions:
        """These conventions with others in the place of those that are given and not None.

        Raises:
            NetworkError: there is no such convention.
        """
        said = {name: value for name, value in given.items() if value is not None}
        unknown = next((name for name in said if name not in {entry.name for entry in fields(self)}), None)
        if unknown is not None:
            known = nearest(unknown, [entry.name for entry in fields(self)])
            raise NetworkError(f"there is no convention {unknown}; {known}")
        return replace(self, **said) if said else self

    @property
    def sample_axis(self) -> int:
        """The axis of the samples of a batch, counted from the nearer end: the first, 0, or the last, -1."""
        return 0 if self.samples == "rows" else -1

    def of_sample(self, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
        """What is said for each axis of a tensor of a batch, without that of its samples."""
        return axes[1:] if self.sample_axis == 0 else axes[:-1]

    def space(self, rank: int, *, batched: bool) -> tuple[int, ...]:
        """The axes of space of a tensor with so many axes: those that are neither of samples nor of channels."""
        own = self.of_sample(tuple(range(rank))) if batched else tuple(range(rank))
        return own[1:] if self.channels == "first" else own[:-1]

    def called(self, name: str, prefix: str = "") -> str:
        """What a parameter is called that has this name in a layer, and this one before its number in a network."""
        names = dict(self.names)
        return names.get(name, names.get(prefix, prefix or name))


def spelt(weights: object) -> object:
    """The axes of a weight as they are spelt here, from ``in, out``, ``(in,out)`` or a list of the two words."""
    if isinstance(weights, list | tuple):
        weights = ", ".join(map(str, weights))
    if not isinstance(weights, str):
        return weights
    return f"({', '.join(part.strip() for part in weights.strip().strip('()[]').split(','))})"


USUAL = Conventions()
"""Those of a network where nothing else is said."""

FROM_ZERO = Conventions(index_base=0)
"""Those of layers by themselves, as programs count."""


def conventions_of(given: Conventions | Mapping[str, Any], usual: Conventions) -> Conventions:
    """The conventions that a user gives, as a value or by their names beside those that are usual.

    Raises:
        NetworkError: there is no such convention.
    """
    return given if isinstance(given, Conventions) else usual.with_(**given)
