"""Wrong proofs, curves, regions, ranges and simulations, each with the line that must fail because of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from tests.planted.planting import Mutant

Rule = Callable[..., Any]

ANSWERS = {
    "proof": '{kind: proof, start: "sigma\'(z)", steps: [{step: "= sigma(z)*(1 - sigma(z))"}]}',
    "maximum": '{kind: proof, shapes: {z: [K]}, start: "max[k] z[k]", steps: [{step: ">= 1/K*(sum[k] z[k])"}]}',
    "plot": "{kind: plot, functions: [GELU]}",
    "affine": "{kind: affine, network: net}",
    "ranges": "{kind: ranges, functions: [Softplus]}",
    "maps": "{kind: linear_maps, maps: {shear: [[1, 1], [0, 1]]}}",
    "regions": "{kind: prose, text: There., evidence: {r: {kind: regions, network: net}}}",
    "values": '{kind: prose, text: There., evidence: {v: {kind: values, at: {z: 2}, formulas: {p: "exp(z)/3"}}}}',
    "simulation": (
        "{kind: prose, text: There., evidence: {s: {kind: simulation, shapes: {u: [B]}, over: {B: [2, 8]}, "
        'definitions: "mu = 1/B*sum[b] u[b]", theory: {mu: 1/B}}}}'
    ),
    "scales": "{kind: prose, text: There., evidence: {s: {kind: scales, ranges: {a: [0, 9], b: [0, 1]}}}}",
}
"""What is asked for in the part 1a of a homework of one part, about the network ``net``."""


def times(factor: float) -> Callable[[Rule], Rule]:
    return lambda right: lambda *given: factor * right(*given)


def opposite_maximum(right: Rule) -> Rule:
    """The smallest value in the place of the largest."""
    return lambda self, expression, ranges: (
        -right(self, expression.func(-expression.function, *expression.limits), ranges)
    )


def moved(right: Rule) -> Rule:
    """Curves are drawn a little too far to the right."""
    return lambda *given: tuple((x + 0.01, y) for x, y in right(*given))


def one_half(right: Rule) -> Rule:
    """What is on one side of a line is lost."""
    return lambda *given: list(right(*given))[:1]


def constant_unmoved(right: Rule) -> Rule:
    """A stage does not act on the constants of the stages before it, where no shape forbids it."""
    return lambda matrix, column: column if matrix.shape == (column.shape[0],) * 2 else right(matrix, column)


def limit_at_zero(right: Rule) -> Rule:
    """A limit far out is taken at 0."""
    return lambda smooth, variable, place, side: right(
        smooth, variable, sympy.S.Zero if place.is_infinite else place, side
    )


def enlarged(right: property) -> property:
    """Images are drawn too large."""
    return property(lambda self: 1.1 * right.__get__(self))


def unscaled(right: Rule) -> Rule:
    """Targets are shifted, but not divided."""
    return lambda self, values, ranges: values - ranges[:, 0]


def mutant(target: str, wrong: Callable[[Any], Any], homework: str, quantity: str) -> Mutant:
    return Mutant(target, wrong, homework, "1a", quantity, only="derive shows no proofs, figures and figures of prose")


MUTANTS = {
    "slopes are measured at half their size": mutant(
        "numeric.values.measured:Measured._slope", times(0.5), "proof", "σ′(z) = σ(z)(1 − σ(z))"
    ),
    "the smallest value for the largest": mutant(
        "numeric.values.measured:Measured._maximum",
        opposite_maximum,
        "maximum",
        "max_{k} z[k] >= (1/K) · Σ_{k=1}^{K} z[k]",
    ),
    "curves moved": mutant("answers.formulas.curves:_piece", moved, "plot", "GELU: the curve of the derivative"),
    "half of each polygon lost": mutant("answers.formulas.polygons:_halves", one_half, "regions", "regions of net"),
    "constants are not carried on": mutant(
        "answers.formulas.pattern:_applied", constant_unmoved, "affine", "net is affine on a pattern"
    ),
    "limits at 0": mutant("answers.formulas.variation:_limit", limit_at_zero, "ranges", "range of Softplus"),
    "images too large": mutant("answers.kinds.linear_maps:Map.image", enlarged, "maps", "shear: area and determinant"),
    "values a little too large": mutant(
        "numeric.expression.compiled:evaluate_expression", times(1.00001), "values", "p"
    ),
    "samples scatter too much": mutant(
        "answers.evidence.simulation:Simulation._draws", times(1.2), "simulation", "variance of mu"
    ),
    "targets are not scaled": mutant(
        "answers.evidence.scales:Normalisation.apply", unscaled, "scales", "inverse of min-max"
    ),
}
