"""Which tensors a row reads, and which tensors act on which through the rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from sympy import Expr

from derive.expression import symbols
from derive.forward import Forward
from derive.recurrent.initial import read_before


class Dependence:
    """The reading relation of one forward definition, worked out once."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """For each row, by its name, the tensors that it reads."""
        return {row.name: frozenset(names_read(row.expression, self.forward)) for row in self.forward.rows}

    @cached_property
    def acting(self) -> Mapping[str, frozenset[str]]:
        """For each tensor those on which it depends, smoothly: rows of positions pass nothing on."""
        found: dict[str, frozenset[str]] = {}
        for row in self.forward.rows:
            if row.tensor.domain != "index":
                direct = self.reads[row.name]
                found[row.name] = direct.union(*(found.get(name, frozenset()) for name in direct))
        return found

    def affected(self, name: str, without: str = "") -> set[str]:
        """The tensors on which ``name`` acts, itself included, on paths that avoid ``without``."""
        reached = {name}
        for row in self.forward.rows:
            if row.name != without and self.reads[row.name] & reached:
                reached.add(row.name)
        return reached


def names_read(expression: Expr, forward: Forward) -> set[str]:
    """The tensors whose elements the expression reads."""
    names = {symbols.name_of(access) for access in symbols.accesses(expression)} & set(forward.tensors)
    return names | read_before(expression, forward) if forward.initial else names
