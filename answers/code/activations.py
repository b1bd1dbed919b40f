"""Activations as source, elementwise: the value, and the gradient by z from that by y."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr

from answers.code.lines import Naming, code_of, equation
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.network import Network, network
from derive.remembering import TRIALS
from numeric.source import function_code, tree

BATCH = "B"
SIZE = symbols.size(BATCH)


@dataclass(frozen=True)
class ActivationLines:
    """An activation by its name: the statements and value of y, and the gradient with respect to z."""

    name: str
    statements: tuple[ast.stmt, ...]
    target: ast.expr
    value: ast.expr
    value_comment: str
    slope: ast.expr
    slope_comment: str

    @property
    def reads(self) -> frozenset[str]:
        """The names that the gradient reads."""
        return tree.names_in(self.slope)


PREDICTION = {"y_hat": "y"}
"""What the file of an activation calls its value."""


def written_activation(name: str, layer: str, library: str, naming: Naming) -> ActivationLines:
    """The lines of an activation y of z in a naming of the file.

    Raises:
        NetworkError: there is no such activation.
        SourceError: it has no source for the library.
    """
    model = _model(layer)
    value = model.value("y_hat")
    slope = model.partial("dl/dz", within=["dl/dy_hat", "z", "y_hat"])
    own = replace(naming, words={**PREDICTION, **naming.words})
    names = own.of(model.forward)
    statements: tuple[ast.stmt, ...] = ()
    formula = value.result
    applied = [function for function in model.forward.functions if type(value.result).__name__ == function.name]
    if applied:
        statements, code = function_code(applied[0], library, own.word("z"), names)
        formula = formula.replace(*_application(applied[0]))
    else:
        code = code_of(value, library, names)
    comments = [equation(derivation, SIZE, own) for derivation in (replace(value, result=formula), slope)]
    target, gradient = names.tensor("y_hat").node, code_of(slope, library, names)
    return ActivationLines(name, statements, target, code, comments[0], gradient, comments[1])


@lru_cache(maxsize=TRIALS)
def _model(layer: str) -> Network:
    # The loss only gives the gradient dJ/dy a name; it does not enter the answer.
    return network(f"z:n -> {layer} -> y_hat", "MSE", batch=BATCH)


def _application(function: ScalarFunction) -> tuple[Any, Callable[[Expr], Expr]]:
    """What to replace, and by what, to have a function's formula in the place of its name."""
    return sympy.Function(function.name), function.at
