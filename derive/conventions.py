"""Conventions: how the same mathematics is written. One value, which all that writes or reads it asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Layout = Literal["numerator", "gradient"]
IndexBase = Literal[0, 1]


@dataclass(frozen=True)
class Conventions:
    """How a homework, a course or a library writes what is derived.

    Attributes:
        layout: ``numerator`` has gradients of scalars as rows, ``gradient`` gives them the parameter's shape.
        index_base: what printed indices count from; inside they count from 0.
    """

    layout: Layout = "gradient"
    index_base: IndexBase = 1

    def with_(self, **given: Any) -> Conventions:
        """These conventions with others in the place of those that are given and not None."""
        said = {name: value for name, value in given.items() if value is not None}
        return replace(self, **said) if said else self


USUAL = Conventions()
"""Those of a network where nothing else is said."""

FROM_ZERO = Conventions(index_base=0)
"""Those of layers by themselves, as programs count."""
