"""The gradients on the way to a result, for a page that shows no steps."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Indexed, Symbol

from derive.derivation import Derivation
from derive.expression.partials import partial_named
from derive.expression.symbols import name_of


def intermediate_gradients(derivation: Derivation, given: frozenset[str]) -> tuple[Derivation, ...]:
    """The gradients that a result is written in, and those that these are, each in what its steps come to.

    Those that are ``given`` are none of them, nor those that another derivation has derived.
    """
    last = {step.quantity.name: step for step in derivation.steps}
    wanted, pending = {derivation.quantity.name}, [derivation.result]
    while pending:
        found = _gradients(pending.pop()) & set(last) - given - wanted
        wanted |= found
        pending += [last[name].expression for name in found]
    return tuple(
        replace(derivation, quantity=step.quantity, result=step.expression, matrix=step.matrix, steps=(step,))
        for name, step in last.items()
        if name in wanted and name != derivation.quantity.name
    )


def _gradients(expression: Expr) -> set[str]:
    """The gradients of the loss that an expression is written in."""
    return {name for name in _names(expression) if (partial := partial_named(name)) is not None and partial.top == "l"}


def _names(expression: Expr) -> set[str]:
    """The names of the tensors and the partials that an expression is written in."""
    elements = {name_of(access) for access in expression.atoms(Indexed)}
    return elements | {symbol.name for symbol in expression.atoms(Symbol)}
