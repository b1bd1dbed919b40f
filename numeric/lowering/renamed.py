"""Names of sizes and indices that Python, or a tensor, has already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy
from sympy import Expr, Symbol
from sympy.core.function import AppliedUndef

from derive.building.assemble import BATCH
from derive.expression import symbols
from derive.expression.partials import partial_name
from derive.forward import Forward, Row, Tensor
from numeric.errors import CompileError
from numeric.source.naming import function_name, python_name


def renamed(model: Forward) -> Forward:
    """The model with other names for the sizes and indices that a program cannot call so.

    Raises:
        CompileError: two tensors, two functions, or one of each would have one name in a program.
    """
    taken = _taken(model)
    names = _other_names(model, taken)
    if not names:
        return model

    def moved(tensor: Tensor) -> Tensor:
        return replace(tensor, shape=tuple(length.xreplace(names) for length in tensor.shape))

    rows = (
        Row(moved(row.tensor), tuple(names.get(i, i) for i in row.indices), row.expression.xreplace(names))
        for row in model.rows
    )
    sizes = ((names.get(size, size), formula.xreplace(names)) for size, formula in model.sizes)
    return replace(model, given=tuple(map(moved, model.given)), rows=tuple(rows), sizes=tuple(sizes))


def _taken(model: Forward) -> set[str]:
    """What the tensors, their gradients and the functions of a model are called in a program."""
    found: dict[str, str] = {}
    functions: dict[str, str] = {}
    for name in sorted(_applied(model)):
        other = functions.setdefault(function_name(name), f"the function {name}")
        if other != f"the function {name}":
            raise CompileError(f"{other} and {name} would have one name in a program; call one of them otherwise")
    for name in model.tensors:
        for one in (name, partial_name("l", name)):
            found.setdefault(python_name(one), one)
    for name in model.tensors:
        other = {**found, **functions}[python_name(name)]
        if other != name:
            raise CompileError(f"{name} and {other} would have one name in a program; call one of them otherwise")
    return {*found, *functions}


def _applied(model: Forward) -> set[str]:
    """The functions that the rows apply, and those that the formulas of these apply."""
    pending: list[Expr] = [row.expression for row in model.rows]
    found: set[str] = set()
    while pending:
        for call in pending.pop().atoms(AppliedUndef):
            name = call.func.__name__
            if name not in found and name in model.function:
                pending.append(model.function[name].formula)
            found.add(name)
    return found


def _other_names(model: Forward, taken: set[str]) -> Mapping[Symbol, Symbol]:
    """Other names for the sizes that are called as a tensor is, the K outputs beside keys K, or as Python's words."""
    shapes = [length for tensor in model.tensors.values() for length in tensor.shape]
    parts = [*shapes, *(row.expression for row in model.rows), *(formula for _, formula in model.sizes)]
    found = {symbol for part in parts for symbol in sympy.sympify(part).atoms(Symbol) if symbol.is_integer}
    found |= {index for row in model.rows for index in row.indices}
    used = taken | {symbol.name for symbol in found}
    names: dict[Symbol, Symbol] = {}
    for symbol in sorted(found, key=str):
        # A sample's index counts no loop, and is known to be one by its name.
        if symbol == BATCH or (symbol.name not in taken and python_name(symbol.name) == symbol.name):
            continue
        if symbol.is_positive:
            name = f"size_{symbol.name}"
            while name in used:
                name += "_"
            names[symbol] = symbols.size(name)
        else:
            (names[symbol],) = symbols.fresh_indices(1, used)
        used.add(names[symbol].name)
    return names
