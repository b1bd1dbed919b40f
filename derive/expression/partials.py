"""Partial derivatives by name: ``dl/dW1``, ``dz2/dz1``, ``dy/de|s``.

SymPy knows a partial that stands for itself as a symbol, or an indexed element, of such a name. This is the one place
where the name is put together and taken apart; all else asks for the numerator, the denominator and what is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr

from derive.expression.symbols import name_of
from derive.remembering import EXPRESSIONS


@dataclass(frozen=True)
class Partial:
    """The partial of the tensor ``top`` by the tensor ``bottom``; tensors in ``held`` are kept fixed."""

    top: str
    bottom: str
    held: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As homeworks spell it: ``dl/dW1``, and ``dy/de|s`` along one path alone, the tensor s kept fixed."""
        return "|".join((f"d{self.top}/d{self.bottom}", *self.held))

    @property
    def ends(self) -> tuple[str, str]:
        """The numerator and the denominator."""
        return self.top, self.bottom

    @property
    def tensors(self) -> tuple[str, ...]:
        """All tensors that it names."""
        return (*self.ends, *self.held)

    @property
    def free(self) -> Partial:
        """The same with nothing held."""
        return Partial(self.top, self.bottom)

    @property
    def is_immediate(self) -> bool:
        """Whether it is that of one equation of a recurrence alone: what it is by or of is held elsewhere."""
        return not set(self.held).isdisjoint(self.ends)


@lru_cache(maxsize=EXPRESSIONS)
def partial_named(name: str) -> Partial | None:
    """The partial of that name, None for any other name."""
    whole, *held = name.split("|")
    top, slash, bottom = whole.partition("/")
    if slash and len(top) > 1 and len(bottom) > 1 and top[0] == "d" and bottom[0] == "d":
        return Partial(top[1:], bottom[1:], tuple(held))
    return None


def partial_read(access: Expr) -> Partial | None:
    """The partial that an element or a symbol stands for, None for any other."""
    return partial_named(name_of(access))


def partial_name(top: str, bottom: str) -> str:
    """The name of a partial with nothing held."""
    return Partial(top, bottom).name


def ends_of(name: str) -> tuple[str, ...]:
    """The numerator and the denominator of a partial's name, or the name alone where it is a tensor's."""
    found = partial_named(name)
    return (name,) if found is None else found.ends


def is_immediate(name: str) -> bool:
    """Whether a name is that of a partial of one equation of a recurrence alone."""
    found = partial_named(name)
    return found is not None and found.is_immediate
