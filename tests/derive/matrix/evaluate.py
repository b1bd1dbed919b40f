"""Both notations as numbers, by the shortest means: loops for index expressions, NumPy for matrix nodes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

import numpy
from numpy.typing import NDArray
from sympy import (
    Add,
    And,
    Basic,
    Eq,
    Expr,
    Ge,
    Gt,
    Indexed,
    KroneckerDelta,
    Le,
    Lt,
    Mul,
    Number,
    Pow,
    Sum,
    Symbol,
)

from derive.expression.functions import Bracket
from derive.expression.symbols import name_of
from derive.matrix.nodes import (
    Basis,
    Diagonal,
    DiagonalOf,
    Elementwise,
    Hadamard,
    Identity,
    Named,
    Node,
    Ones,
    Plus,
    Product,
    Scale,
    Transpose,
)

Array = NDArray[numpy.float64]
Values = Mapping[str, Array | float]

FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "log": math.log,
    "tanh": math.tanh,
    "Abs": abs,
    "Max": max,
    "sigma": lambda u: 1 / (1 + math.exp(-u)),
    "f": lambda u: math.sin(u) + u,
    "f'": lambda u: math.cos(u) + 1,
}


def number(expression: Basic, values: Values) -> float:
    """The value of an expression whose symbols, indices among them, all have values."""
    match expression:
        case Number():
            return float(expression)
        case Symbol():
            return float(values[expression.name])
        case Indexed():
            array = numpy.asarray(values[name_of(expression)])
            return float(array[tuple(round(number(subscript, values)) for subscript in expression.indices)])
        case Add():
            return math.fsum(number(part, values) for part in expression.args)
        case Mul():
            return math.prod(number(part, values) for part in expression.args)
        case Pow():
            return number(expression.base, values) ** number(expression.exp, values)
        case Sum():
            return _total(expression.function, expression.limits, values)
        case KroneckerDelta():
            return float(number(expression.args[0], values) == number(expression.args[1], values))
        case Bracket():
            return float(holds(expression.args[0], values))
    arguments = [number(part, values) for part in expression.args]
    return float(FUNCTIONS[str(expression.func)](*arguments))


def _total(body: Expr, limits: Sequence[tuple[Symbol, Expr, Expr]], values: Values) -> float:
    if not limits:
        return number(body, values)
    *inner, (k, lower, upper) = limits
    first, last = round(number(lower, values)), round(number(upper, values))
    return math.fsum(_total(body, inner, {**values, k.name: at}) for at in range(first, last + 1))


def holds(condition: Basic, values: Values) -> bool:
    """Whether a condition holds."""
    if isinstance(condition, And):
        return all(holds(part, values) for part in condition.args)
    left, right = (number(part, values) for part in condition.args)
    return {Gt: left > right, Ge: left >= right, Lt: left < right, Le: left <= right, Eq: left == right}[condition.func]


def index_value(expression: Expr, indices: Sequence[Symbol], sizes: Mapping[Symbol, Expr], values: Values) -> Array:
    """The expression at all values of its indices, as the matrix that a node of it has to be."""
    lengths = [round(number(sizes[k], values)) for k in indices]
    table = numpy.empty(lengths)
    for at in itertools.product(*map(range, lengths)):
        table[at] = number(expression, {**values, **{k.name: a for k, a in zip(indices, at, strict=True)}})
    return table.reshape([*lengths, 1, 1][:2])


def node_value(node: Node, values: Values) -> Array:
    """The matrix that a node stands for."""
    rows, columns = (round(number(length, values)) for length in node.shape)
    match node:
        case Named():
            return numpy.asarray(values[node.name]).reshape(rows, columns)
        case Ones():
            return numpy.ones((rows, columns))
        case Identity():
            return numpy.eye(rows)
        case Basis():
            return numpy.eye(rows)[:, [round(number(node.position, values))]]
        case Scale():
            return number(node.coefficient, values) * node_value(node.node, values)
        case Transpose():
            return node_value(node.node, values).T
        case Product():
            return numpy.asarray(numpy.linalg.multi_dot([*(node_value(factor, values) for factor in node.factors)]))
        case Hadamard():
            return numpy.asarray(math.prod(node_value(factor, values) for factor in node.factors))
        case Plus():
            return numpy.asarray(sum(node_value(term, values) for term in node.terms))
        case Diagonal():
            return numpy.diag(node_value(node.node, values)[:, 0])
        case DiagonalOf():
            return numpy.diag(node_value(node.node, values)).reshape(rows, 1)
        case Elementwise():
            return _elementwise_value(node, values)
    raise TypeError(f"no value for {node}")


def _elementwise_value(node: Elementwise, values: Values) -> Array:
    arguments = [node_value(argument, values) for argument in node.arguments]
    table = numpy.empty(arguments[0].shape)
    for at in numpy.ndindex(*table.shape):
        here = {variable.name: argument[at] for variable, argument in zip(node.variables, arguments, strict=True)}
        table[at] = number(node.formula, {**values, **here})
    return table


def agree(one: Array, other: Array) -> bool:
    """Whether two matrices have one shape and the same numbers up to rounding."""
    return one.shape == other.shape and bool(numpy.allclose(one, other, rtol=1e-9, atol=1e-9))
