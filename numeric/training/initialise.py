"""The parameters that a training starts from: random weights whose variance suits the activation behind them."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod, sqrt
from typing import Literal

import numpy
import sympy
from numpy.random import Generator
from sympy import Indexed, Symbol

from derive.conventions import Conventions
from derive.expression import symbols
from derive.forward import Forward, Row
from derive.network import Network
from numeric.arrays.axes import Array
from numeric.expression.compiled import evaluate_expression

Scheme = Literal["auto", "he", "xavier"]

CONSTANT = {"gamma": 1.0, "a": 0.25}
"""Where parameters that are no weights and no biases start: the scale of a normalisation, the slope of a PReLU."""

FAR = 30.0
"""So far from 0 that an activation is there what it is in the limit."""


def initial_parameters(
    network: Network, shapes: Mapping[str, tuple[int, ...]], seed: int, scheme: Scheme = "auto"
) -> dict[str, Array]:
    """Parameters by name: normal weights, and zeros for biases.

    The variance of a weight (out, in, ...) is 2/fan-in (``he``: He and others, *Delving Deep into Rectifiers*)
    or 2/(fan-in + fan-out) (``xavier``: Glorot and Bengio, *Understanding the difficulty of training deep
    feedforward neural networks*). ``auto`` takes the first where an activation follows that passes one side
    of 0 only, as ReLU does, and the second elsewhere.
    """
    random = numpy.random.default_rng([seed, 0])
    return {name: _initial(name, shape, network, random, scheme) for name, shape in shapes.items()}


def _initial(name: str, shape: tuple[int, ...], network: Network, random: Generator, scheme: Scheme) -> Array:
    if len(shape) < 2:
        return numpy.full(shape, _start(name, network))
    outer, inner, *space = outputs_first(shape, network.conventions)
    fan_in, fan_out = inner * prod(space), outer * prod(space)
    he = scheme == "he" or (scheme == "auto" and _rectified(name, network))
    return sqrt(2 / fan_in if he else 2 / (fan_in + fan_out)) * random.standard_normal(shape)


def _start(name: str, network: Network) -> float:
    """Where a parameter starts that is no weight: by what it does, whatever it is called."""
    rows = [row for row in network.forward.rows if name in symbols.names_in(row.expression)]
    labels = {block.value: block.label for block in network.blocks}
    if any(labels.get(row.name, "").endswith("PReLU") for row in rows):
        return CONSTANT["a"]
    scales = any(
        name in symbols.names_in(term) and len(symbols.accesses(term)) > 1
        for row in rows
        for term in sympy.Add.make_args(row.expression)
    )
    normalises = any("Norm" in labels.get(row.name, "") for row in rows)
    return CONSTANT["gamma"] if (scales and normalises) or name.rstrip("0123456789") == "gamma" else 0.0


def outputs_first(shape: tuple[int, ...], conventions: Conventions) -> tuple[int, ...]:
    """The shape of a weight as (out, in, ...), from the convention in which it stands."""
    space = shape[2:]
    if conventions.channels == "last" and space:
        outputs_last = conventions.weights == "(in, out)"
        outer, inner = (shape[-1], shape[-2]) if outputs_last else (shape[0], shape[-1])
        return (outer, inner, *(shape[:-2] if outputs_last else shape[1:-1]))
    outer, inner = shape[:2] if conventions.weights == "(out, in)" else shape[1::-1]
    return (outer, inner, *space)


def _rectified(weight: str, network: Network) -> bool:
    """Whether the first activation behind the layer of a weight grows on the right side and not on the left."""
    model, behind = network.forward, False
    for block in network.blocks:
        row = model.row[block.value]
        reads = {str(symbol) for symbol in row.expression.free_symbols} & set(model.tensors)
        if behind and _is_activation(row):
            right, left = (_value(row, model, at) for at in (FAR, -FAR))
            return abs(right) > 0.5 * FAR > abs(left)
        if behind and any(model.tensors[name].role == "parameter" for name in reads):
            return False
        behind = behind or weight in reads
    return False


def _is_activation(row: Row) -> bool:
    """Whether each element is computed from the one at the same place alone."""
    accesses = row.expression.atoms(Indexed)
    return len(accesses) == 1 and next(iter(accesses)).indices == row.indices


def _value(row: Row, model: Forward, at: float) -> float:
    """The value of an activation at a point; the slopes that it learns are taken where they start."""
    z = Symbol("z")
    formula = row.expression.xreplace(dict.fromkeys(row.expression.atoms(Indexed), z))
    arrays = dict.fromkeys((str(symbol) for symbol in formula.free_symbols), CONSTANT["a"]) | {"z": at}
    return float(evaluate_expression(formula, (), (), arrays, {}, model.functions))
