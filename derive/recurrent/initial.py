"""Recurrences: rows that read themselves, or rows after them, one step earlier in time.

``h[t,i] = tanh(Σ U[i,k] h[t-1,k] + ...)`` reads ``h[-1,k]`` in the first step, which is the initial value
``h0[k]``: a given tensor that the forward definition names for the state.
"""

from __future__ import annotations

from sympy import Expr, Indexed, KroneckerDelta

from derive.expression import symbols
from derive.forward import Forward


def with_initial(expression: Expr, forward: Forward) -> Expr:
    """The expression with the initial values that it reads written out: h[t-1,k] as h[t-1,k] + [t = 0] h0[k].

    What is read before the first step is 0 elsewhere, so that the two never count together.
    """
    initial = dict(forward.initial)
    replaced = {}
    for access in expression.atoms(Indexed):
        name = symbols.name_of(access)
        if name not in initial or access.indices[0].is_Symbol:
            continue
        time, *rest = access.indices
        replaced[access] = access + KroneckerDelta(time, -1) * symbols.element(initial[name], rest)
    return expression.xreplace(replaced)


def read_before(expression: Expr, forward: Forward) -> set[str]:
    """The initial values that the expression reads by reading a state before the first step."""
    initial = dict(forward.initial)
    accesses = (access for access in expression.atoms(Indexed) if symbols.name_of(access) in initial)
    return {initial[symbols.name_of(access)] for access in accesses if not access.indices[0].is_Symbol}
