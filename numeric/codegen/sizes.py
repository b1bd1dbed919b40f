"""Sizes in generated code: read off the arrays that a function has, computed from others, or given by name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import sympy
from sympy import Expr, Symbol

from derive.forward import Tensor
from numeric.codegen.arrays import length_code
from numeric.lowering.lines import Plan, Stage
from numeric.source import tree
from numeric.source.naming import python_name


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

    def mentioned(self, code: Iterable[ast.stmt], stage: Stage) -> list[Symbol]:
        """The sizes that code mentions, and those that these are computed from, in the order of computing."""
        words = tree.names_in(*code)
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

    def statements(self, sizes: Sequence[Symbol], stage: Stage) -> Iterator[ast.stmt]:
        """The assignments of the sizes: those of one array in one, then those that are computed or given."""
        places = {size: place for size in sizes if (place := self.place(size, stage)) is not None}
        for name in dict.fromkeys(name for name, _ in places.values()):
            axes = {axis: tree.name(str(size)) for size, (array, axis) in places.items() if array == name}
            shape = tree.quoted("array.shape", array=tree.name(python_name(name)))
            if len(axes) == 1:
                ((axis, size_name),) = axes.items()
                yield tree.assigned(size_name, tree.subscript(shape, [tree.number(axis)]))
            else:
                rank = len(self._tensors[name].shape)
                yield tree.assigned(tree.tuple_of(axes.get(axis, tree.name("_")) for axis in range(rank)), shape)
        for size in sizes:
            if self.is_setting(size, stage):
                yield tree.assigned(str(size), tree.quoted("params[word]", word=ast.Constant(str(size))))
        for size in sizes:
            if size not in places and size in self._formulas:
                yield tree.assigned(str(size), length_code(self._formulas[size]))

    @cached_property
    def _tensors(self) -> dict[str, Tensor]:
        return {tensor.name: tensor for tensor in (*self.plan.inputs, *self.plan.beside, *self.plan.parameters)}

    @cached_property
    def _formulas(self) -> dict[Symbol, Expr]:
        return dict(self.plan.model.sizes)

    def _available(self, stage: Stage) -> tuple[Tensor, ...]:
        beside = () if stage == "forward" else self.plan.beside
        return (*self.plan.inputs, *beside, *self.plan.parameters)
