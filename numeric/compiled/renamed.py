"""Names of sizes and tensors that Python would confuse."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Symbol

from derive.forward import Forward, Row, Tensor
from numeric.compiled.naming import python_name


def renamed(model: Forward) -> Forward:
    """The model with other names for the sizes that are called as a tensor is."""
    names = _without_clashes(model)
    if not names:
        return model

    def moved(tensor: Tensor) -> Tensor:
        return replace(tensor, shape=tuple(length.xreplace(names) for length in tensor.shape))

    rows = (Row(moved(row.tensor), row.indices, row.expression.xreplace(names)) for row in model.rows)
    sizes = ((names.get(size, size), formula.xreplace(names)) for size, formula in model.sizes)
    return replace(model, given=tuple(map(moved, model.given)), rows=tuple(rows), sizes=tuple(sizes))


def _without_clashes(model: Forward) -> dict[Symbol, Symbol]:
    """Other names for the sizes that are called as a tensor is: the K outputs beside keys K."""
    symbols = [length for tensor in model.tensors.values() for length in tensor.shape]
    symbols += [row.expression for row in model.rows]
    sizes = {s for part in symbols for s in sympy.sympify(part).atoms(Symbol) if s.is_integer and s.is_positive}
    taken = set(map(python_name, model.tensors))
    return {size: Symbol(f"size_{size}", integer=True, positive=True) for size in sizes if size.name in taken}
