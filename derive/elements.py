"""The elements of a derivation's result at given sizes, as a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from sympy import Expr

from derive.derivation import Derivation


@dataclass(frozen=True)
class Elements:
    """All elements of a derivation's result, in reading order, with numbers for subscripts.

    Elements count from 0; they are printed as the derivation counts. ``numbers`` are the sizes.
    """

    derivation: Derivation
    shape: tuple[int, ...]
    elements: tuple[Expr, ...]
    numbers: tuple[tuple[Expr, Expr], ...] = ()

    def __getitem__(self, place: tuple[int, ...] | int) -> Expr:
        """The element at a place, which counts from 0.

        Raises:
            IndexError: the place is outside the shape.
        """
        subscripts = place if isinstance(place, tuple) else (place,)
        if len(subscripts) != len(self.shape) or not all(
            0 <= s < n for s, n in zip(subscripts, self.shape, strict=True)
        ):
            raise IndexError(f"there is no element {subscripts} in the shape {self.shape}")
        number = 0
        for subscript, length in zip(subscripts, self.shape, strict=True):
            number = number * length + subscript
        return self.elements[number]

    @property
    def equations(self) -> Iterator[tuple[tuple[int, ...], Expr]]:
        """The places with their elements, in reading order."""
        return zip(product(*map(range, self.shape)), self.elements, strict=True)
