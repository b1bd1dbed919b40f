"""Back-propagation through time by number: the derived backward pass, run from the last step to the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
from sympy import Integer

from derive.derivation import Derivation
from derive.recurrent.recurrence import Recurrence
from numeric.arrays.axes import Array, Scope, stacked
from numeric.arrays.sizes import lengths, sizes_from
from numeric.expression.forward import forward, program


def gradients(recurrence: Recurrence, arrays: Mapping[str, Any]) -> dict[str, Array]:
    """The gradient of every tensor of a recurrence, computed by its derived formulas alone.

    ``arrays`` hold the given tensors: the input with time as its first axis, initial states (h0), upstream
    gradients (dh) and parameters. In each step, from the last to the first, the gradients of that step are
    computed from those of the step after it; then those of what all steps share.

    Raises:
        ArrayError: a given tensor is missing or does not fit.
    """
    model = recurrence.forward
    sizes = sizes_from(model, arrays)
    values = {name: stacked(array, numpy.float64) for name, array in forward(model, arrays).items()}
    backward = recurrence.backward()
    stepwise = [derivation for derivation in backward if _denominator(derivation) in model.row]
    for derivation in stepwise:
        values[derivation.quantity.name] = numpy.zeros((*lengths(derivation.shape, sizes), 1))
    last = lengths((recurrence.steps,), sizes)[0] - 1
    for time in range(last, -1, -1):
        for derivation in stepwise:
            letter, *rest = derivation.quantity.indices
            now = derivation.result.xreplace({letter: Integer(time)})
            scope = Scope(values, sizes, lengths(derivation.shape[1:], sizes))
            values[derivation.quantity.name][time] = program(model).compiled(now, rest)(scope)
    for derivation in backward:
        if derivation not in stepwise:
            scope = Scope(values, sizes, lengths(derivation.shape, sizes))
            compiled = program(model).compiled(derivation.result, derivation.quantity.indices)
            values[derivation.quantity.name] = numpy.array(compiled(scope))
    return {_denominator(derivation): values[derivation.quantity.name][..., 0] for derivation in backward}


def _denominator(derivation: Derivation) -> str:
    partial = derivation.quantity.partial
    if partial is None:
        raise TypeError(f"{derivation.quantity.name} is no gradient")
    return partial.bottom
