"""Whether the names in a layer's definition fit together: what is given has shapes, something declares their sizes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.errors import nearest

NAMES = re.compile(r"[A-Za-z_]\w*")
FUNCTIONS = frozenset({"floor", "ceil", "mod"})
"""Functions that a formula of a size may apply."""


@dataclass(frozen=True)
class Misfit:
    """What does not fit: where in the definition, by keys and positions, and what to say of it."""

    place: tuple[str | int, ...]
    message: str


def misfits(
    shapes: Mapping[str, Sequence[str]],
    given: Mapping[str, Collection[str]],
    sizes: Collection[str],
    free: Collection[str] = (),
) -> Iterator[Misfit]:
    """What does not fit in a definition.

    ``given`` are the names of tensors under each key that lists them, ``sizes`` the dimensions that are declared.
    The tensors in ``free``, further inputs, may have dimensions that nothing else names.
    """
    for key, names in given.items():
        for number, name in enumerate(names):
            if name not in shapes:
                near = f"; {nearest(name, shapes)}" if shapes else ""
                way = f"a vector has shapes: {{{name}: [n]}}, a number {{{name}: []}}"
                yield Misfit((key, number), f"{name} has no shape: {way}{near}")
    own = {text for name in free for text in shapes.get(name, ()) if NAMES.fullmatch(text)}
    for name, dimensions in shapes.items():
        for text in dimensions:
            unknown = set(NAMES.findall(text)) - {*sizes, *own, *FUNCTIONS}
            if unknown:
                first = min(unknown)
                declared = nearest(first, {*sizes, *own})
                yield Misfit(("shapes", name), f"{first} is neither an axis nor a size that is declared; {declared}")
