"""Forward definitions by number: every row in order, or only those that an override changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy
from sympy import Expr, Indexed, Integer, Symbol

from derive.expression import symbols
from derive.forward import Forward, Row
from derive.recurrent.initial import with_initial
from derive.remembering import ONE, with_forward
from numeric.arrays.axes import Array, Scope, real_type, stacked
from numeric.arrays.sizes import lengths, sizes_from
from numeric.errors import ArrayError
from numeric.expression.compiled import Compiled, compile_expression

Turned = Callable[[str, Array], Array]
"""What becomes of the values of a row of a name once they are computed."""


def as_it_is(name: str, array: Array) -> Array:
    """The values of a row as they were computed."""
    return array


@dataclass(frozen=True)
class Program:
    """The compiled rows of a forward definition and what each of them reads."""

    model: Forward

    @cached_property
    def rows(self) -> dict[str, Compiled]:
        """The compiled rows by the name of the tensor that each defines, in order."""
        return {row.name: self.compiled(row.expression, row.indices) for row in self.model.rows}

    def compiled(self, expression: Expr, indices: Sequence[Symbol], *, shares: bool = False) -> Compiled:
        """The compiled expression; what it reads before the first step of a recurrence is the initial value.

        With ``shares`` its larger parts are taken from parts alike, if the scope has any.
        """
        written = with_initial(expression, self.model) if self.model.initial else expression
        return compile_expression(written, tuple(indices), self.model.functions, shares=shares)

    @cached_property
    def ancestors(self) -> dict[str, frozenset[str]]:
        """For each row, the names of everything that it depends on, itself included."""
        known: dict[str, frozenset[str]] = {}
        for name, row in self.rows.items():
            known[name] = frozenset({name}).union(*(known.get(read, frozenset({read})) for read in row.reads))
        if not self.model.cycle:
            return known
        # Every row of a recurrence depends on all of its rows, at earlier times, and on what those depend on.
        whole = frozenset().union(*(known[name] for name in self.model.cycle))
        return {name: whole | found if found & set(self.model.cycle) else found for name, found in known.items()}

    def depends(self, name: str, on: str) -> bool:
        """Whether the tensor ``name`` is ``on`` or is computed from it."""
        return on in self.ancestors.get(name, frozenset({name}))

    def passed(self, name: str, on: str) -> Iterator[str]:
        """The rows that every path from the tensor ``on`` to ``name`` passes through, the nearest to ``name`` first;
        none in a recurrence, whose paths run through time."""
        for cut in () if self.model.cycle else reversed(self.rows):
            if cut not in (name, on) and self.depends(name, cut) and self.depends(cut, on):
                reached = {name}
                for row in reversed(self.rows):
                    if row in reached and row != cut:
                        reached |= self.rows[row].reads
                if on not in reached:
                    yield cut

    def needed(self, wanted: Iterable[str], given: Iterable[str]) -> tuple[str, ...]:
        """The rows to compute, in order, to have ``wanted`` from what is ``given``."""
        known, missing = set(given), set(wanted)
        needed: set[str] = set()
        cycle = set(self.model.cycle)
        for name in reversed(self.rows):
            if name in cycle and missing & cycle - known:
                missing |= cycle
            if name in missing and name not in known:
                needed.add(name)
                missing |= self.rows[name].reads
        return tuple(name for name in self.rows if name in needed)

    def compute(
        self,
        names: Iterable[str],
        values: MutableMapping[str, Array],
        sizes: Mapping[Symbol, int],
        real: Any,
        moves: Mapping[str, Array] | None = None,
        turned: Turned = as_it_is,
    ) -> None:
        """Compute the rows ``names``, in order, into ``values``, whose arrays have the trial axis last.

        The rows of a recurrence are computed step by step. ``moves`` are added to rows of it as they are
        computed, so that later steps see them. Each row, or step of one, is ``turned`` into what those behind it read.
        """
        wanted = list(names)
        steps = [name for name in wanted if name in self.model.cycle]
        for name in wanted:
            if name not in steps:
                counts = lengths(self.model.tensors[name].shape, sizes)
                values[name] = turned(name, self.rows[name](Scope(values, sizes, counts, real=real)))
            elif name == steps[0]:
                _step_by_step(self.model, steps, values, sizes, moves or {}, turned)


@with_forward(ONE)
def program(model: Forward) -> Program:
    """The program of a forward definition."""
    return Program(model)


def forward(model: Forward, arrays: Mapping[str, Any], dtype: Any = numpy.float64) -> dict[str, Array]:
    """The value of every tensor of the model: the given ones and all rows, computed in order.

    Raises:
        ArrayError: a given tensor is missing or does not fit.
    """
    return run_from(model, arrays, {}, dtype)


def run_from(
    model: Forward, arrays: Mapping[str, Any], overrides: Mapping[str, Any], dtype: Any = numpy.float64
) -> dict[str, Array]:
    """The value of every tensor when some of them, given or computed, are set to other values.

    ``arrays`` hold the given tensors, and may hold values of rows, which are then used as they are unless
    they depend on an override. A row in ``overrides`` keeps the value given there.

    Raises:
        ArrayError: a given tensor is missing or does not fit, or an override names no tensor.
    """
    chart = program(model)
    for name in overrides:
        if name not in model.tensors:
            raise ArrayError(f"{name} is not a tensor of the forward definition ({', '.join(model.tensors)})")
    kept = {
        name: array
        for name, array in arrays.items()
        if name not in chart.rows or not any(chart.depends(name, override) for override in overrides)
    }
    kept.update(overrides)
    require(model, kept)
    sizes = sizes_from(model, kept)
    values = {name: stacked(array, dtype) for name, array in kept.items()}
    chart.compute(chart.needed(chart.rows, values), values, sizes, real_type(dtype))
    return {name: numpy.array(values[name][..., 0]) for name in values}


def require(model: Forward, arrays: Mapping[str, Any], names: Iterable[str] | None = None) -> None:
    """Raise an ``ArrayError`` that names the first given tensor (of ``names``) that is missing from ``arrays``."""
    wanted = None if names is None else set(names)
    for tensor in model.given:
        if tensor.name not in arrays and (wanted is None or tensor.name in wanted):
            shape = ", ".join(map(str, tensor.shape))
            given = ", ".join(sorted(arrays)) or "none"
            raise ArrayError(f"the array {tensor.name} of shape ({shape}) is missing (given: {given})")


def _step_by_step(
    model: Forward,
    names: Sequence[str],
    values: MutableMapping[str, Array],
    sizes: Mapping[Symbol, int],
    moves: Mapping[str, Array],
    turned: Turned,
) -> None:
    """Compute the rows ``names`` of a recurrence into ``values``, all of them in the first step, then in the next.

    They are ``turned``, and ``moves`` added to the rows of these names, as they are computed.
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
            values[row.name][time] = turned(row.name, _in_step(row, time, model)(scope))
            if row.name in moves:
                values[row.name][time] += moves[row.name][time]


def _in_step(row: Row, time: int, model: Forward) -> Compiled:
    """The row's equation in one step."""
    letter, *rest = row.indices
    now = row.expression.xreplace({letter: Integer(time)})
    before = {access: _initial(access, model) for access in now.atoms(Indexed) if access.indices[0] == -1}
    return compile_expression(now.xreplace(before), tuple(rest), model.functions)


def _initial(access: Indexed, model: Forward) -> Expr:
    """What a state is before the first step; a tensor that is not a state is 0 there."""
    initial = dict(model.initial).get(symbols.name_of(access))
    return Integer(0) if initial is None else symbols.element(initial, access.indices[1:])
