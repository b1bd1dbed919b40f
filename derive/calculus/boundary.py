"""The last step of a recurrence: gradients after it are 0, so that no condition need say that there is one."""

from __future__ import annotations

from sympy import Add, Expr, Indexed, Mul

from derive.calculus.bounds import Ranges, in_range
from derive.calculus.terms import Term, split
from derive.expression.functions import Bracket
from derive.expression.partials import partial_read


def without_end(expression: Expr, steps: Expr, ranges: Ranges) -> Expr:
    """The expression without conditions that a time is below ``steps``, where a gradient at that time is a factor.

    A gradient after the last step is 0, as all that is read out of range.
    """
    result: Expr = Add(*(_without_end(term, steps, ranges).expression() for term in split(expression)))
    return result


def _without_end(term: Term, steps: Expr, ranges: Ranges) -> Term:
    for factor in term.factors:
        if not isinstance(factor, Bracket):
            continue
        rest = tuple(other for other in term.factors if other != factor)
        parts = split(Mul(*rest), expand=True)
        if all(any(in_range(time, steps, ranges) == factor.args for time in _times(part)) for part in parts):
            return Term(rest, term.bound)
    return term


def _times(term: Term) -> list[Expr]:
    """The times at which gradients are read that are factors of the term."""
    gradients = (factor for factor in term.factors if isinstance(factor, Indexed))
    return [access.indices[0] for access in gradients if partial_read(access)]
