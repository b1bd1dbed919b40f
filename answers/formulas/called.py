"""The activations of a homework, its own among them, and the functions that their formulas apply."""

from __future__ import annotations

from sympy.core.function import AppliedUndef

from answers.contract.item import Context
from derive.building.reader import parse_formula
from derive.derivation import Derivation
from derive.errors import NetworkError, nearest
from derive.expression.scalar import ScalarFunction
from derive.layers import Activation
from derive.scalar_slope import slope_of


def activation_in(name: str, context: Context) -> Activation:
    """The activation of that name.

    Raises:
        NetworkError: neither the library nor the homework has one.
    """
    known = context.activations()
    if name not in known:
        raise NetworkError(f"there is no activation {name}; {nearest(name, known)}")
    return known[name]


def slope_in(kind: Activation, context: Context) -> Derivation:
    """The derivation of the slope of an activation, whose formula may apply other activations of the homework."""
    return slope_of(kind, called_by(kind.formula, context))


def called_by(formula: str, context: Context) -> tuple[ScalarFunction, ...]:
    """The functions that a formula in z applies, and those that their formulas apply.

    Raises:
        DefinitionError: the formula cannot be read.
    """
    known = {function.name: function for function in context.functions()}
    found: dict[str, ScalarFunction] = {}
    pending = [parse_formula(formula, functions=known)]
    while pending:
        names = sorted({use.func.__name__ for use in pending.pop().atoms(AppliedUndef)} & known.keys() - found.keys())
        found |= {name: known[name] for name in names}
        pending += (known[name].formula for name in names)
    return tuple(found.values())
