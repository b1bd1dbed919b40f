"""What a derivative is at a kink, read off the brackets of its result."""

from __future__ import annotations

from collections.abc import Iterator

import sympy
from sympy import Expr
from sympy.core.relational import Equality, GreaterThan, LessThan, Relational, Unequality

from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.steps import Derived


def kink_values(derivation: Derived) -> Iterator[tuple[str, Expr, Expr]]:
    """For each kink of the result: the tensor, the boundary it is compared with, and the value there.

    A bracket takes at its boundary the side that its condition names: ``[z > 0]`` is 0 at 0. The value
    is that of the diagonal element, where Kronecker deltas are 1.
    """
    boundaries: dict[tuple[str, Expr], dict[Expr, Expr]] = {}
    for bracket in sorted(derivation.result.atoms(Bracket), key=str):
        condition = bracket.args[0]
        if not isinstance(condition, Relational) or isinstance(condition, Equality | Unequality):
            continue
        read = [access for access in symbols.accesses(condition.lhs) if access == condition.lhs]
        if not read:
            continue
        closed = isinstance(condition, GreaterThan | LessThan)
        boundary = boundaries.setdefault((symbols.name_of(read[0]), condition.rhs), {read[0]: condition.rhs})
        boundary[bracket] = sympy.Integer(int(closed))
    deltas = dict.fromkeys(derivation.result.atoms(sympy.KroneckerDelta), sympy.S.One)
    for (name, limit), values in boundaries.items():
        brackets = {key: value for key, value in values.items() if isinstance(key, Bracket)}
        elements = {key: value for key, value in values.items() if key not in brackets}
        yield name, limit, derivation.result.xreplace({**brackets, **deltas}).xreplace(elements)


def kink_sentences(derivation: Derived) -> tuple[str, ...]:
    """A sentence for each kink; names in braces are set as symbols."""
    return tuple(
        f"Where an element of {{{name}}} is exactly {limit}, the function has a kink and no derivative; "
        f"the convention, PyTorch's as well, is to take {value} there."
        for name, limit, value in kink_values(derivation)
        if value.is_number
    )
