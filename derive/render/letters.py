"""Letters of indices that cannot be taken for something else in the same formula."""

from __future__ import annotations

from sympy import Expr, Sum, Symbol

from derive.expression import symbols, walks
from derive.expression.functions import ArgMax, Maximum
from derive.expression.matrices import ProductOver
from derive.render.names import look


def distinct(expression: Expr) -> Expr:
    """The expression with other letters for bound indices that print as a size, a number or another index does.

    An index m beside a size m would give a sum over m from 1 to m.
    """
    bound = sorted(
        {limit[0] for total in walks.parts(expression, Sum, Maximum, ArgMax, ProductOver) for limit in total.limits},
        key=lambda letter: letter.name,
    )
    if not bound:
        return expression
    every = walks.all_symbols(expression)
    seen = {look(symbol.name) for symbol in every if symbol not in bound and _stands_alone(symbol)}
    used = {symbol.name for symbol in every}
    renaming: dict[Expr, Expr] = {}
    for letter in bound:
        if look(letter.name) in seen:
            (renaming[letter],) = symbols.fresh_indices(1, used)
            used.add(renaming[letter].name)
        seen.add(look(renaming.get(letter, letter).name))
    return walks.replaced(expression, renaming)


def _stands_alone(symbol: Symbol) -> bool:
    """Whether a symbol is a size or an index, and not the name of a tensor, which has subscripts or is in bold."""
    return bool(symbol.is_integer)
