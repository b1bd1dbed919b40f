"""Activations as source, elementwise: the value, and the gradient by z from that by y."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import sympy
from sympy import Expr

from answers.code.lines import equation, source_of
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.network import network
from numeric.source import Names, function_code
from numeric.source.printing import printed, statement_lines

BATCH = "B"
SIZE = symbols.size(BATCH)


@dataclass(frozen=True)
class ActivationLines:
    """An activation by its name: the statements and value of y, and the gradient with respect to z."""

    name: str
    statements: tuple[str, ...]
    value: str
    value_comment: str
    slope: str
    slope_comment: str

    @property
    def reads(self) -> frozenset[str]:
        """The names that the gradient reads."""
        return frozenset(re.findall(r"[A-Za-z_]\w*", self.slope))


@cache
def written_activation(name: str, layer: str, library: str, upstream: str = "dJdy") -> ActivationLines:
    """The lines of an activation; ``upstream`` is the name of the gradient by y.

    Raises:
        NetworkError: there is no such activation.
        SourceError: it has no source for the library.
    """
    # The loss only gives the gradient dJ/dy a name; it does not enter the answer.
    model = network(f"z:n -> {layer} -> y_hat", "MSE", batch=BATCH)
    value = model.value("y_hat")
    slope = model.partial("dl/dz", within=["dl/dy_hat", "z", "y_hat"])
    names = Names.of(model.forward, {"y_hat": "y", "dl/dy_hat": upstream})
    applied = [function for function in model.forward.functions if type(value.result).__name__ == function.name]
    if applied:
        found, value_code = function_code(applied[0], library, "z", names)
        statements = [line for statement in found for line in statement_lines(statement)]
        source = printed(value_code)
    else:
        statements, source = [], source_of(value, library, names)
    formula = value.result.replace(*_application(applied[0])) if applied else value.result
    comments = [
        equation(derivation, SIZE).replace("y_hat", "y") for derivation in (replace(value, result=formula), slope)
    ]
    return ActivationLines(name, tuple(statements), source, comments[0], source_of(slope, library, names), comments[1])


def _application(function: ScalarFunction) -> tuple[Any, Callable[[Expr], Expr]]:
    """What to replace, and by what, to have a function's formula in the place of its name."""
    return sympy.Function(function.name), function.at
