"""A result with the rows that it reads, rewritten as generated code is, so that nothing in between overflows."""

from __future__ import annotations

from dataclasses import replace

import sympy
from sympy import Expr
from sympy.core.function import AppliedUndef

from derive.expression import symbols
from derive.expression.partials import partial_named
from derive.forward import Forward, Row, Tensor
from derive.remembering import EXPRESSIONS, with_forward
from derive.steps import Quantity
from numeric.expression.forward import program
from numeric.lowering.lines import Line, Purpose
from numeric.lowering.passes import STABLE, passed

RESULT = "result_"
"""The name of the row that holds the result."""


@with_forward(EXPRESSIONS)
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
    stable = passed(lines, Purpose(model), STABLE)
    made = tuple(Row(_tensor(model, line), line.indices, line.expression) for line in stable)
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
    return any(expression.has(sympy.exp, sympy.log, sympy.cosh, sympy.sinh, sympy.atanh) for expression in expressions)
