"""Gradients at the sizes as they stand: the generated code against derivatives of the loss along directions.

A derivative along a direction takes one forward pass, however many elements there are. The directions move all
tensors at once, each so far that its gradient has a like share in the derivative: one that is wrong shows in the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy
from numpy.random import Generator
from sympy import Sum, Symbol

from derive.building.assemble import BATCH, batched
from derive.building.blueprint import Block
from derive.expression import symbols
from derive.forward import Forward, Row, Tensor
from derive.network import Network
from derive.remembering import FEW, with_forward
from numeric.arrays.axes import Array
from numeric.arrays.sizes import lengths
from numeric.checks.tolerances import DOUBLE
from numeric.codegen.writing import Module
from numeric.errors import ArrayError, CompileError, ExpressionError
from numeric.lowering.lines import Plan
from numeric.lowering.plan import plan
from numeric.lowering.unfolding import unfolded
from numeric.measuring.complex_arrays import ComplexArrays
from numeric.sampling.points import _classes, of_domain

ROOM = 300_000_000
"""How many bytes the arrays of a check may take."""
DIRECTIONS = 3
"""How many directions are taken where the arrays are not large."""
STEP = 1e-30
LEAST_SHARE = 1e-4
"""What is this much shorter than the longest gradient has a smaller share in a derivative: that of a bias in front of a
normalisation is 0, but for what rounding leaves, which with a share like the others' would be all of the derivative."""
SMALLEST = 1e-9
"""The scale below which derivatives along directions of the length of a gradient count as zeros."""

ONE_SAMPLE = {symbols.size("B"): 1}


@dataclass(frozen=True)
class Directions:
    """How far gradients are from derivatives along directions: the worst error of all, relative to the gradients.

    ``names`` are the tensors whose gradients were compared. Where nothing was, ``note`` says why.
    """

    names: frozenset[str] = frozenset()
    error: float = 0.0
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether what was compared agrees."""
        return self.error <= DOUBLE


@with_forward(FEW)
def along_directions(model: Forward, seed: int = 0) -> Directions:
    """The gradients of the loss of a definition whose sizes are numbers, compared along random directions.

    They are those by all parameters and inputs of real numbers, as the generated code computes them. Nothing is
    compared where the arrays do not fit into ``ROOM``, or where there is no generated code.
    """
    left = sorted({str(s) for t in model.tensors.values() for length in t.shape for s in length.free_symbols})
    if left:
        return Directions(note=f"the sizes {', '.join(left)} are letters")
    try:
        code = _code(model)
        needed = bytes_needed(code.plan)
        if needed > ROOM:
            return Directions(note=f"the arrays take {size_of(needed)}")
        return _compared(code, seed, min(DIRECTIONS, max(1, ROOM // (DIRECTIONS * needed))))
    except (CompileError, ArrayError, ExpressionError, TypeError) as reason:
        return Directions(note=str(reason))


@dataclass(frozen=True)
class _Code:
    """Generated functions of a definition, and the same for complex arrays."""

    plan: Plan
    real: Mapping[str, Callable[..., Any]]
    analytic: Mapping[str, Callable[..., Any]]


def _code(model: Forward) -> _Code:
    """The generated code of a definition, with the gradients by all parameters and inputs that have any."""
    if "l" not in model.row:
        raise CompileError("there is no loss")
    values = [row.name for row in model.rows if row.tensor.role == "value" and row.name != "p"]
    if not values:
        raise CompileError("nothing is computed before the loss")
    model = _over_samples(model)
    network = Network("the network", "MSE", model, (Block("Loss", values[-1], "l", of_loss=True),))
    sweep = network.deriver.sweep("l")
    by = tuple(tensor.name for tensor in model.given if _is_moved(tensor) and tensor.name in sweep.readers)
    made = plan(network, by)
    source = source_of(Module(made))
    real: dict[str, Any] = {}
    exec(compile(source, "<at the sizes as they stand>", "exec"), real)
    analytic: dict[str, Any] = {}
    exec(compile(source, "<at the sizes as they stand>", "exec"), analytic)
    analytic["np"] = ComplexArrays()
    return _Code(made, real, analytic)


def _over_samples(model: Forward) -> Forward:
    """The definition over a batch, which is what generated code is of; that of one sample is its case of one."""
    if any(BATCH in row.indices for row in model.rows):
        return model
    count = symbols.size("B")
    given = tuple(
        replace(tensor, shape=(count, *tensor.shape)) if tensor.role in ("input", "target") else tensor
        for tensor in model.given
    )
    *inner, last = model.rows
    sample = Row(Tensor("l_sample", (), "hidden"), (), last.expression)
    own = {tensor.name for tensor in given if tensor.role in ("input", "target")}
    own |= {row.name for row in (*inner, sample)}
    total = Sum(symbols.element("l_sample", [BATCH]), (BATCH, 0, count - 1))
    rows = (*(batched(row, own, count) for row in (*inner, sample)), Row(last.tensor, (), total))
    return replace(model, given=given, rows=rows)


def source_of(module: Module) -> str:
    """The text of the generated module."""
    return module.program(formulas=False).text


def _is_moved(tensor: Tensor) -> bool:
    return tensor.role in ("parameter", "input") and tensor.domain == "real"


def bytes_needed(made: Plan) -> int:
    """About how many bytes the arrays take: in real numbers with their gradients, or in complex ones.

    To them comes the largest view of windows, since a product of matrices copies what it reads from it.
    """
    given = sum(_elements(tensor.shape) for tensor in made.model.given)
    lines = unfolded(list(made.lines), made.purpose)
    forward, backward = (
        sum(_elements(line.shape) for line in lines if (line.stage == "backward") is back and line.windows is None)
        for back in (False, True)
    )
    windows = max((_elements(line.shape) for line in lines if line.windows is not None), default=0)
    return max(16 * (given + forward + windows) + 8 * given, 8 * (given + forward + backward + 2 * windows))


def _elements(shape: tuple[Any, ...]) -> int:
    return prod(lengths(shape, ONE_SAMPLE))


def size_of(count: int) -> str:
    """A number of bytes for a reader: 3.2 GB."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _compared(code: _Code, seed: int, count: int) -> Directions:
    """The comparison along so many directions: what takes much memory takes much time, and one tells already."""
    generator = numpy.random.default_rng(seed)
    given = code.plan.model.given
    arrays: dict[str, Any] = {tensor.name: drawn(code.plan.model, tensor, generator) for tensor in given}
    arrays |= {tensor.name: generator.uniform(0.2, 0.8) for tensor in code.plan.parameters if tensor.name not in arrays}
    gradients = _gradients(code, arrays)
    names = tuple(gradients)
    norms = {name: float(numpy.linalg.norm(gradient)) for name, gradient in gradients.items()}
    least = LEAST_SHARE * max(norms.values(), default=0.0)
    lengths_of = {name: max(norm, least) or 1.0 for name, norm in norms.items()}
    worst = 0.0
    for number in range(count):
        parts = []
        for name in names:
            direction = generator.standard_normal(arrays[name].shape)
            parts.append(float(numpy.vdot(gradients[name], direction)) / lengths_of[name])
            if number == count - 1:
                del gradients[name]  # what was a gradient makes room for the imaginary part
            moved = arrays[name] = arrays[name].astype(complex)
            numpy.multiply(direction, STEP / lengths_of[name], out=moved.imag)
        slope = _loss(code, arrays) / STEP
        scale = max(*map(abs, parts), abs(slope), SMALLEST)
        worst = max(worst, abs(sum(parts) - slope) / scale)
    if not numpy.isfinite(worst):
        return Directions(note="the loss is not finite at a random point")
    return Directions(frozenset(names), worst)


def drawn(model: Forward, tensor: Tensor, generator: Generator, sizes: Mapping[Symbol, int] = ONE_SAMPLE) -> Array:
    """A random array of the tensor's domain; weights are the smaller, the more products with them are added up."""
    shape = lengths(tensor.shape, sizes)
    if tensor.domain == "class":
        return generator.integers(_classes(model, tensor, sizes), size=shape)
    if tensor.domain != "real":
        return of_domain(tensor, generator, (*shape, 1))[..., 0]
    scale = 1 / numpy.sqrt(prod(shape[1:])) if tensor.role == "parameter" else 1.0
    array: Array = generator.standard_normal(shape)
    array *= scale
    return array


def _split(code: _Code, arrays: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """The parameters, the inputs and what stands beside them, as the functions take them."""
    made = code.plan
    return (
        {tensor.name: arrays[tensor.name] for tensor in made.parameters},
        [arrays[tensor.name] for tensor in made.inputs],
        [arrays[tensor.name] for tensor in made.beside],
    )


def _gradients(code: _Code, arrays: Mapping[str, Any]) -> dict[str, Array]:
    params, inputs, beside = _split(code, arrays)
    *_, cache = code.real["forward"](params, *inputs)
    if "loss" in code.real:
        code.real["loss"](params, cache, *beside)
    found: dict[str, Array] = code.real["backward"](params, cache, *beside)
    return {name: numpy.asarray(gradient) for name, gradient in found.items()}


def _loss(code: _Code, arrays: Mapping[str, Any]) -> float:
    """The imaginary part of the loss of complex arrays."""
    real = {tensor.name for tensor in code.plan.model.given if tensor.domain in ("class", "index")}
    whole = {name: array if name in real else numpy.asarray(array, dtype=complex) for name, array in arrays.items()}
    params, inputs, beside = _split(code, whole)
    *_, cache = code.analytic["forward"](params, *inputs)
    return float(numpy.imag(code.analytic["loss"](params, cache, *beside)))
