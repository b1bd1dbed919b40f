"""Scalar functions as source that does not overflow.

A formula that is rational in exp(z), such as 1/(1 + exp(-z)), is written in e = exp(-|z|), which lies in
(0, 1]: one quotient where z is at least 0, and another where it is not.
"""

from __future__ import annotations

import ast

import sympy
from sympy import Expr, Symbol

from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from numeric.source import tree
from numeric.source.code import called, named
from numeric.source.names import Names
from numeric.source.namespace import Namespace, namespace_of
from numeric.source.scalar import ScalarSource

DECAY = symbols.scalar("e")


def function_code(
    function: ScalarFunction, namespace: Namespace | str, argument: str = "z", names: Names | None = None
) -> tuple[tuple[ast.stmt, ...], ast.expr]:
    """A function of an array: statements, and an expression for its value behind them.

    ``argument`` is the Python name of the array; ``e`` is used as a name where it is needed.

    Raises:
        SourceError: the formula holds something that has no source.
    """
    library = namespace if isinstance(namespace, Namespace) else namespace_of(namespace)
    known = names or Names()
    element = named(argument, (symbols.size("n"),))
    if function.name in known.calls or function.name in library.functions:
        return (), called({**library.functions, **known.calls}[function.name], element).node
    branches = bounded_branches(function)
    if branches is None:
        return (), ScalarSource(library, known, {function.variable: element}).text(function.formula).node
    writer = ScalarSource(library, known, {function.variable: element, DECAY: named("e", element.shape)})
    decay = writer.text(sympy.exp(-sympy.Abs(function.variable)))
    right, left = (writer.text(branch).node for branch in branches)
    value = tree.quoted(f"{library.alias}.where(z >= 0, right, left)", z=element.node, right=right, left=left)
    return (tree.assigned("e", decay.node),), value


def bounded_branches(function: ScalarFunction) -> tuple[Expr, Expr] | None:
    """The function in e = exp(-|z|), for z at least 0 and for z below 0; None if it is not rational in exp(z)."""
    right, left = (_in_decay(function.formula, function.variable, side) for side in (-1, 1))
    if right is None or left is None:
        return None
    return right, left


def _in_decay(formula: Expr, variable: Symbol, side: int) -> Expr | None:
    powers = formula.atoms(sympy.exp)
    ratios = {power: power.args[0] / variable for power in powers}
    if not powers or not all(ratio.is_Integer for ratio in ratios.values()):
        return None
    replaced = formula.xreplace({power: DECAY ** (side * ratio) for power, ratio in ratios.items()})
    if replaced.has(variable) or not replaced.is_rational_function(DECAY):
        return None
    return sympy.cancel(replaced)
