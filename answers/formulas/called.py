"""The functions of a homework that a formula applies."""

from __future__ import annotations

from sympy.core.function import AppliedUndef

from answers.kinds.item import Context
from derive.building.equations import parse_formula
from derive.scalar import ScalarFunction


def called_by(formula: str, context: Context) -> tuple[ScalarFunction, ...]:
    """The functions that a formula in z applies, and those that their formulas apply.

    Raises:
        DefinitionError: the formula cannot be read.
    """
    known = {function.name: function for function in context.functions()}
    found: dict[str, ScalarFunction] = {}
    pending = [parse_formula(formula)]
    while pending:
        names = sorted({use.func.__name__ for use in pending.pop().atoms(AppliedUndef)} & known.keys() - found.keys())
        found |= {name: known[name] for name in names}
        pending += (known[name].formula for name in names)
    return tuple(found.values())
