"""Scalar functions by their formula: sigma(u) = 1/(1 + exp(-u)), ReLU(u) = u [u > 0]."""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Expr, Function, Symbol

from derive.expression.identifiers import FUNCTION, symbol_name


@dataclass(frozen=True)
class ScalarFunction:
    """A function of one real number, declared by its formula in ``variable``.

    The formula may apply other named functions. Its derivative is derived, never declared.
    """

    name: str
    variable: Symbol
    formula: Expr

    def __post_init__(self) -> None:
        """The name must be a word, with values of constants behind it or not.

        Raises:
            DefinitionError: it is not.
        """
        symbol_name(self.name, "a function", FUNCTION)

    def __call__(self, argument: Expr) -> Expr:
        """The function applied by name: ``sigma(z[i])``."""
        return Function(self.name)(argument)

    def at(self, argument: Expr) -> Expr:
        """The formula at ``argument``, with the function's own name written out."""
        return self.formula.xreplace({self.variable: sympy.sympify(argument)})
