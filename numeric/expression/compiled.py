"""Index expressions by number: SymPy's tree compiled to functions that broadcast over NumPy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy
import sympy
from sympy import Expr, Symbol

from derive.expression.scalar import ScalarFunction
from derive.remembering import EXPRESSIONS
from numeric.arrays.axes import Array, Evaluator, Scope, Value, free_axis, real_type, stacked
from numeric.enclosed.ladder import quiet
from numeric.expression.compiler import Compiler


@dataclass(frozen=True)
class Compiled:
    """An expression compiled for given free indices and variables.

    ``reads`` names the tensors and real symbols whose values it needs.
    """

    evaluator: Evaluator
    reads: frozenset[str]

    def __call__(self, scope: Scope) -> Array:
        """The values, one axis for each free index, then the trial axis."""
        with quiet():
            value = self.evaluator(scope)
        value = numpy.asarray(value, dtype=scope.real) if isinstance(value, int | float) else numpy.asarray(value)
        shape = (*scope.counts, value.shape[-1] if value.ndim else 1)
        return value if value.shape == shape else numpy.broadcast_to(value, shape)

    def value(self, scope: Scope) -> Value:
        """The values as they come, not yet broadcast."""
        with quiet():
            return self.evaluator(scope)


@lru_cache(maxsize=EXPRESSIONS)
def compile_expression(
    expression: Expr,
    indices: tuple[Symbol, ...] = (),
    functions: tuple[ScalarFunction, ...] = (),
    variables: frozenset[Symbol] = frozenset(),
    *,
    shares: bool = False,
) -> Compiled:
    """Compile an index expression whose free indices are ``indices``.

    ``variables`` are symbols that the scope gives arrays for, as in the formula of a scalar function. With ``shares``
    its larger parts are compiled when they are first evaluated, where the scope has no array of a part alike.

    Raises:
        ExpressionError: the expression holds something that has no number here.
    """
    rank = len(indices)
    axes = {letter: free_axis(position, rank) for position, letter in enumerate(indices)}
    reads: set[str] = set()
    compiler = Compiler(axes=axes, depth=rank, functions=functions, variables=variables, reads=reads, shares=shares)
    evaluator = compiler.compile(sympy.sympify(expression))
    return Compiled(evaluator, frozenset(reads))


def evaluate_expression(
    expression: Expr,
    indices: Sequence[Symbol],
    counts: Sequence[int],
    arrays: Mapping[str, Any],
    sizes: Mapping[Symbol, int],
    functions: Sequence[ScalarFunction] = (),
    dtype: Any = numpy.float64,
) -> Array:
    """The array of an index expression, one axis for each of ``indices``, which run over ``counts``.

    A read outside a tensor's range is 0, as padding is; a read between elements (a subscript that is not
    an integer) is not a number. Where a bracket or a Kronecker delta is 0, the product that it stands in
    is 0, whatever the other factors are.

    Raises:
        ArrayError: a tensor or a size that the expression reads is missing.
        ExpressionError: the expression holds something that has no number here.
    """
    compiled = compile_expression(expression, tuple(indices), tuple(functions))
    scope = Scope(
        {name: stacked(array, dtype) for name, array in arrays.items()}, sizes, tuple(counts), real=real_type(dtype)
    )
    return numpy.array(compiled(scope)[..., 0])
