"""A result with the rows that it reads, rewritten as generated code is, so that nothing in between overflows."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import sympy
from sympy import Expr
from sympy.core.function import AppliedUndef

from derive.expression import symbols
from derive.expression.partials import partial_named
from derive.forward import Forward, Row, Tensor
from derive.steps import Quantity
from numeric.expression.forward import program
from numeric.lowering.cancel import cancelled
from numeric.lowering.lines import Line
from numeric.lowering.shifting import shifted
from numeric.lowering.stable import NATIVE, safe, with_logs
from numeric.lowering.sums import with_named_sums
from numeric.source.function import bounded_branches

RESULT = "result_"
"""The name of the row that holds the result."""


@lru_cache(maxsize=512)
def stabilised(model: Forward, result: Expr, quantity: Quantity, given: frozenset[str]) -> Forward | None:
    """The forward definition with the result as one more row, stable; None where there is nothing to be done.

    The rows that are ``given`` are left out: they are read as they are.
    """
    if model.cycle or not _grows(model, result) or any(partial_named(name) for name in _unknown(model, result, given)):
        return None
    needed = set(program(model).needed(_names(result), given))
    rows = [row for row in model.rows if row.name in needed]
    lines = [Line(row.name, row.indices, row.tensor.shape, row.expression) for row in rows]
    lines.append(Line(RESULT, quantity.indices, quantity.shape, result))
    binary = frozenset(name for name, tensor in model.tensors.items() if tensor.domain == "binary")
    calls = tuple(
        function.name
        for function in model.functions
        if function.name not in NATIVE and bounded_branches(function) is not None
    )
    lines = with_logs(shifted(with_named_sums(lines), binary), model)
    made = tuple(
        Row(_tensor(model, line), line.indices, safe(cancelled(line.expression), model, calls)) for line in lines
    )
    left_out = tuple(model.tensors[row.name] for row in model.rows if row.name in given)
    return replace(model, given=(*model.given, *left_out), rows=made)


def _tensor(model: Forward, line: Line) -> Tensor:
    return model.tensors.get(line.name) or Tensor(line.name, line.shape, "hidden")


def _names(expression: Expr) -> set[str]:
    return {symbols.name_of(access) for access in symbols.accesses(expression)}


def _unknown(model: Forward, result: Expr, given: frozenset[str]) -> set[str]:
    return _names(result) - set(model.tensors) - given


def _grows(model: Forward, result: Expr) -> bool:
    """Whether exponentials or logarithms stand in the rows, the result or the functions that they apply."""
    expressions = [result, *(row.expression for row in model.rows)]
    applied = {call.func.__name__ for expression in expressions for call in expression.atoms(AppliedUndef)}
    expressions += [function.formula for function in model.functions if function.name in applied]
    return any(expression.has(sympy.exp, sympy.log, sympy.cosh, sympy.sinh) for expression in expressions)
