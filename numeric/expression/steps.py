"""The rows of a recurrence by number: step by step, each step reading the one before it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence

import numpy
from sympy import Expr, Indexed, Integer, Symbol

from derive.expression import symbols
from derive.forward import Forward, Row
from numeric.arrays.axes import Array, Scope, real_type
from numeric.arrays.sizes import lengths
from numeric.expression.compiled import Compiled, compile_expression


def step_by_step(
    model: Forward,
    names: Sequence[str],
    values: MutableMapping[str, Array],
    sizes: Mapping[Symbol, int],
    moves: Mapping[str, Array],
) -> None:
    """Compute the rows ``names`` of a recurrence into ``values``, all of them in the first step, then in the next.

    ``moves`` are added to the rows of these names as they are computed.
    """
    rows = [model.row[name] for name in names]
    shapes = {row.name: lengths(row.tensor.shape, sizes) for row in rows}
    inputs = [array for name, array in values.items() if name not in shapes] + list(moves.values())
    kind = numpy.result_type(*inputs)
    trials = max(array.shape[-1] for array in inputs)
    for name, shape in shapes.items():
        values[name] = numpy.zeros((*shape, trials), kind)
    real = real_type(kind)
    for time in range(shapes[names[0]][0]):
        for row in rows:
            scope = Scope(values, sizes, shapes[row.name][1:], real=real)
            values[row.name][time] = _at(row, time, model)(scope)
            if row.name in moves:
                values[row.name][time] += moves[row.name][time]


def _at(row: Row, time: int, model: Forward) -> Compiled:
    """The row's equation in one step."""
    letter, *rest = row.indices
    now = row.expression.xreplace({letter: Integer(time)})
    before = {access: _initial(access, model) for access in now.atoms(Indexed) if access.indices[0] == -1}
    return compile_expression(now.xreplace(before), tuple(rest), model.functions)


def _initial(access: Indexed, model: Forward) -> Expr:
    """What a state is before the first step; a tensor that is not a state is 0 there."""
    initial = dict(model.initial).get(symbols.name_of(access))
    return Integer(0) if initial is None else symbols.element(initial, access.indices[1:])
