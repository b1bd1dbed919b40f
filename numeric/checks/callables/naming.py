"""What a user's code calls the tensors of a subject, and in which shapes it has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy

from derive.errors import nearest
from derive.network import Network
from numeric.arrays.axes import Array
from numeric.errors import ArrayError

Template = Sequence[Any]
"""The shape of a user's array: 1 for an axis that it has beside those of the tensor, anything else for one of these."""


WITHOUT_NUMPY = ("bfloat16",)
"""Types of numbers that libraries have beside those of NumPy."""


@dataclass(frozen=True)
class Naming:
    """The names of a user's code, each with the tensor, constant or size of the subject that it means, and shapes.

    ``shapes`` have further axes of length 1, by the names of the subject: ``{"bias": (1, "C")}``.
    """

    meant: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, Template] = field(default_factory=dict)

    def ours(self, name: str) -> str:
        """The subject's name for a name of the user's code."""
        return self.meant.get(name, name)

    def theirs(self, name: str) -> str:
        """The name of the user's code for one of the subject."""
        return next((own for own, meant in self.meant.items() if meant == name), name)

    def shaped(self, name: str, array: Array) -> Array:
        """An array of the subject in the shape that the user's code has it in."""
        template = self.shapes.get(name)
        return array if template is None else array.reshape(filled(template, array.shape))

    def beside(self, shapes: Mapping[str, Sequence[int]], ranks: Mapping[str, int]) -> Naming:
        """This naming with the shapes of arrays that have more axes of length 1 than the tensors have axes."""
        found = {name: _template(shape, ranks[name]) for name, shape in shapes.items() if len(shape) > ranks[name]}
        return replace(self, shapes={**found, **self.shapes})

    def plain(self, name: str, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape of the subject's tensor, from the shape of the user's array."""
        template = self.shapes.get(name)
        if template is None or len(template) != len(shape):
            return tuple(shape)
        return tuple(length for length, entry in zip(shape, template, strict=True) if entry != 1)


def _template(shape: Sequence[int], rank: int) -> Template:
    """The axes of length 1 of a shape, as many as it has more than ``rank``, and others."""
    ones = [axis for axis, length in enumerate(shape) if length == 1][: len(shape) - rank]
    return tuple(1 if axis in ones else "" for axis in range(len(shape)))


def filled(template: Template, shape: Sequence[int]) -> tuple[int, ...]:
    """The lengths of a template for an array of a shape."""
    lengths = iter(shape)
    return tuple(1 if entry == 1 else next(lengths) for entry in template)


def naming_of(
    network: Network, names: Mapping[str, str], shapes: Mapping[str, Template], others: Iterable[str]
) -> Naming:
    """The naming that a user asks for; ``others`` are names beside those of tensors, of constants and sizes.

    Raises:
        ArrayError: a name is not of the subject, or a shape has other axes than the tensor.
    """
    tensors = network.forward.tensors
    known = (*tensors, *others)
    for own, meant in names.items():
        if meant not in known:
            raise ArrayError(f"names says that {own} is {meant}, which is not in the subject; {nearest(meant, known)}")
    found: dict[str, Template] = {}
    for name, template in shapes.items():
        ours = names.get(name, name)
        if ours not in tensors:
            raise ArrayError(f"shapes has {name}, which is not in the subject; {nearest(ours, tensors)}")
        rank, given = len(tensors[ours].shape), sum(entry != 1 for entry in template)
        if given != rank:
            raise ArrayError(
                f"the shape ({', '.join(map(str, template))}) of {name} has {given} axes beside those of length 1; "
                f"{ours} has {rank}: ({', '.join(map(str, tensors[ours].shape))})"
            )
        found[ours] = tuple(template)
    return Naming(dict(names), found)


def as_numpy(array: Any) -> Array:
    """An array of any library as one of NumPy; types that NumPy does not have become float64."""
    plain = array.detach().cpu() if hasattr(array, "detach") else array
    if type_of(plain) in WITHOUT_NUMPY:
        return numpy.asarray(plain.double()) if hasattr(plain, "double") else numpy.asarray(plain).astype(numpy.float64)
    return numpy.asarray(plain)


def type_of(array: Any) -> str:
    """The name of the type of an array's elements, in any library: ``float32``, ``bfloat16``."""
    dtype = array.dtype if hasattr(array, "dtype") else numpy.asarray(array).dtype
    return str(dtype).rpartition(".")[2]
