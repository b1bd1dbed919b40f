"""Sizes in generated code: read off the arrays that a function has, computed from others, or given by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy
from sympy import Expr, Symbol

from derive.forward import Tensor
from numeric.lowering.lines import Plan, Stage
from numeric.source.integers import Integers
from numeric.source.naming import python_name
from numeric.source.text import Text


@dataclass(frozen=True)
class Sizes:
    """The sizes of a plan by the functions that may need them."""

    plan: Plan

    @cached_property
    def known(self) -> dict[str, Symbol]:
        """All sizes by name."""
        model = self.plan.model
        shapes = [length for tensor in model.tensors.values() for length in tensor.shape]
        expressions = [*shapes, *(row.expression for row in model.rows), *(formula for _, formula in model.sizes)]
        found = {symbol for expression in expressions for symbol in sympy.sympify(expression).atoms(Symbol)}
        return {symbol.name: symbol for symbol in found if symbol.is_integer and symbol.is_positive}

    def mentioned(self, code: str, stage: Stage) -> list[Symbol]:
        """The sizes that code mentions, and those that these are computed from, in the order of computing."""
        words = set(re.findall(r"[A-Za-z_]\w*", code))
        found: list[Symbol] = []

        def visit(size: Symbol) -> None:
            if size in found:
                return
            if self.place(size, stage) is None and size in self._formulas:
                for part in sorted(self._formulas[size].free_symbols, key=str):
                    visit(part)
            found.append(size)

        for name in sorted(words & set(self.known)):
            visit(self.known[name])
        return found

    def place(self, size: Symbol, stage: Stage) -> tuple[str, int] | None:
        """An array that a function has and the axis of it that has this length."""
        for tensor in self._available(stage):
            for axis, length in enumerate(tensor.shape):
                if length == size:
                    return tensor.name, axis
        return None

    def is_setting(self, size: Symbol, stage: Stage) -> bool:
        """Whether a size is neither read off an array nor computed from others: the stride of a pool by name."""
        return self.place(size, stage) is None and size not in self._formulas

    def read(self, sizes: Iterable[Symbol], stage: Stage) -> set[str]:
        """The arrays off which sizes are read."""
        return {place[0] for size in sizes if (place := self.place(size, stage)) is not None}

    def statements(self, sizes: Sequence[Symbol], stage: Stage) -> Iterator[str]:
        """The assignments of the sizes: those of one array in one, then those that are computed or given."""
        places = {size: place for size in sizes if (place := self.place(size, stage)) is not None}
        for name in dict.fromkeys(name for name, _ in places.values()):
            axes = {axis: str(size) for size, (array, axis) in places.items() if array == name}
            yield f"{self._unpacked(axes, len(self._tensors[name].shape))} = {python_name(name)}.shape" + (
                f"[{next(iter(axes))}]" if len(axes) == 1 else ""
            )
        yield from (f'{size} = params["{size}"]' for size in sizes if self.is_setting(size, stage))
        for size in sizes:
            if size not in places and size in self._formulas:
                yield f"{size} = {length_source(self._formulas[size])}"

    def _unpacked(self, axes: dict[int, str], rank: int) -> str:
        if len(axes) == 1:
            return next(iter(axes.values()))
        return ", ".join(axes.get(axis, "_") for axis in range(rank))

    @cached_property
    def _tensors(self) -> dict[str, Tensor]:
        return {tensor.name: tensor for tensor in (*self.plan.inputs, *self.plan.beside, *self.plan.parameters)}

    @cached_property
    def _formulas(self) -> dict[Symbol, Expr]:
        return dict(self.plan.model.sizes)

    def _available(self, stage: Stage) -> tuple[Tensor, ...]:
        beside = () if stage == "forward" else self.plan.beside
        return (*self.plan.inputs, *beside, *self.plan.parameters)


def length_source(length: Expr) -> str:
    """The source of a length."""
    return Integers(lambda part: Text(str(part))).text(sympy.expand(length)).source
