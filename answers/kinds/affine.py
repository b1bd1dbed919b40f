"""The kind ``affine``: a network of linear layers and ReLU is affine wherever no unit changes its side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy

from answers.contract.item import Answered, Claim, Context
from answers.contract.methods import NETWORK, READ_BACK, Method
from answers.contract.written import Lined, Noted, lines_left
from answers.derivations.claims import claim
from answers.formulas.pattern import Stage, bending, stages
from answers.latex.markdown import markdown
from answers.latex.sheet import Equation, Step, Steps, Text
from answers.readback.equations import in_sentences, unequal
from answers.readback.printed import in_blocks
from answers.reading import Point, Tensor
from answers.reading.tables import axis_of, spellings, table_of
from derive.matrix.build import plus, product
from derive.matrix.nodes import Named, Node
from derive.network import Network
from derive.render import latex, sentence_latex
from derive.render.derivations import result_latex
from derive.render.names import ranks_of
from numeric.arrays.sizes import sizes_from
from numeric.checks.comparison import Comparison, largest, relative_error
from numeric.checks.tolerances import DOUBLE
from numeric.expression.forward import forward, run_from
from numeric.measuring.differences import jacobian_by_differences
from numeric.sampling.points import sample
from numeric.values.matrix import evaluate_matrix

POINTS = 12
SEEDS = 3

CONCLUSION = (
    r"So the output is $\bm{A} \bm{x} + \bm{c}$ with a matrix and a vector that depend on the input only through the "
    r"pattern of the units' sides. Given the pattern, that a unit is on its side is a linear inequality in $\bm{x}$; "
    "there are finitely many patterns, so the input space falls into finitely many polyhedra, and on each of them the "
    "network is affine. It is continuous across their boundaries, because every stage is: the network is piecewise "
    "linear."
)


class Affine(Lined, Noted):
    """The matrix and the vector of a network on a fixed activation pattern, stage by stage."""

    kind: Literal["affine"]
    network: str
    lines: int = lines_left(10)

    def answer(self, context: Context) -> Answered:
        network = context.network(self.network)
        found = stages(network)
        blocks = self.note_blocks()
        blocks.append(Steps(tuple(_steps(network, found)), result=False))
        ranks = _ranks(network, found)
        last = found[-1]
        output, source = (
            latex(_named(network, name), ranks=ranks) for name in (last.block.value, found[0].block.reads)
        )
        whole = rf"{output} = \bm{{A}} \, {source} + \bm{{c}}"
        parts = rf"\bm{{A}} = {latex(last.matrix, ranks=ranks)}, \qquad \bm{{c}} = {latex(last.offset, ranks=ranks)}"
        blocks += [Equation(whole, result=True), Equation(parts, result=True), Text(markdown(CONCLUSION))]
        shown = tuple(block for block in blocks if isinstance(block, Steps | Equation))
        claims = (*(claim(stage.jacobian) for stage in bending(found)), self._claim(network, found, shown))
        return Answered(tuple(blocks), claims)

    def _claim(self, network: Network, found: tuple[Stage, ...], shown: tuple[Steps | Equation, ...]) -> Claim:
        def verdict() -> Comparison:
            outcome = affine_verdict(network, found)
            wrong = tuple(misread(network, found, shown)) if outcome.ok else ()
            return Comparison.failed("; ".join(wrong[:3])) if wrong else outcome

        return Claim(
            f"{self.network} is affine on a pattern",
            r"$\bm{A}, \bm{c}$",
            (NETWORK, READ_BACK, Method("at points of one pattern")),
            verdict,
        )


def _ranks(network: Network, found: tuple[Stage, ...]) -> dict[str, int]:
    return {**ranks_of(network.forward), **dict.fromkeys(_diagonals(found), 2)}


def _diagonals(found: tuple[Stage, ...]) -> Iterator[str]:
    for stage in bending(found):
        if isinstance(stage.slope, Named):
            yield stage.slope.name


def _named(network: Network, name: str) -> Node:
    return Named(name, network.forward.tensors[name].shape[0], network.forward.tensors[name].shape[0] ** 0)


def _steps(network: Network, found: tuple[Stage, ...]) -> Iterator[Step]:
    """Each stage by the one before it, then in the input."""
    ranks = _ranks(network, found)
    source = _named(network, found[0].block.reads)
    for stage in found:
        left = latex(_named(network, stage.block.value), ranks=ranks)
        reads = _named(network, stage.block.reads)
        in_input = latex(plus(product(stage.matrix, source), stage.offset), ranks=ranks)
        if stage.bends:
            slope = latex(stage.slope, ranks=ranks)
            value = result_latex(stage.jacobian)
            text = f"Where no element of {{{stage.block.reads}}} changes its side,"
            sentence = f"{sentence_latex(text, ranks=ranks)} ${slope} = {value}$ is constant:"
            yield Step(left, latex(product(stage.slope, reads), ranks=ranks), stage.block.label, sentence)
            yield Step(left, in_input, sentence="In the input.")
        else:
            yield Step(left, in_input, stage.block.label, "A linear stage of something affine is affine.")


def affine_verdict(network: Network, found: tuple[Stage, ...]) -> Comparison:
    """Compare every stage with its matrix and vector at random points on one side of every kink."""
    worst, compared = 0.0, 0
    for seed in range(SEEDS):
        arrays = sample(network.forward, seed)
        at = _with_slopes(network, found, arrays)
        for moved in _neighbours(network, found, arrays, seed):
            compared += 1
            for stage in found:
                here = _affine(stage, network, at, moved[found[0].block.reads])
                expected = moved[stage.block.value]
                worst = max(worst, relative_error(here, expected, max(1.0, largest(expected))))
    if compared == 0:
        return Comparison.failed("no two points of one pattern were found", DOUBLE)
    note = "" if worst <= DOUBLE else "the matrix and the vector do not give what the network computes"
    return Comparison(worst, DOUBLE, compared, note)


def misread(network: Network, found: tuple[Stage, ...], shown: Iterable[Steps | Equation]) -> Iterator[str]:
    """What is printed of the stages and does not hold at a point, or cannot be read."""
    blocks, last = tuple(shown), found[-1]
    arrays = _with_slopes(network, found, sample(network.forward, 0))
    values = {**arrays, **forward(network.forward, arrays)}
    output, source = (network.forward.tensors[name].shape[0] for name in (last.block.value, found[0].block.reads))
    names = {"A": (output, source), "c": (output,)}
    for stage in bending(found):
        if isinstance(stage.slope, Named):
            names[stage.slope.name] = (network.forward.tensors[stage.block.value].shape[0],) * 2
    matrix, offset = (evaluate_matrix(node, network.forward, arrays) for node in (last.matrix, last.offset))
    own = tuple(Tensor(name, spellings(name), tuple(map(axis_of, shape))) for name, shape in names.items())
    table = table_of(network.forward, network.layout, network.index_base, extra=own)
    sizes = {str(size): number for size, number in sizes_from(network.forward, arrays).items()}
    point = Point(table, {**values, "A": matrix, "c": offset[:, 0]}, sizes)
    sentences = (step.sentence for block in blocks if isinstance(block, Steps) for step in block.steps)
    equations = (one for one in in_blocks(blocks) if not one.said)
    yield from unequal((*equations, *in_sentences(sentences)), point)


def _with_slopes(network: Network, found: tuple[Stage, ...], arrays: dict[str, Any]) -> dict[str, Any]:
    """The arrays, and the slopes of the stages that bend, measured there."""
    slopes = {}
    for stage in bending(found):
        if isinstance(stage.slope, Named):
            names = stage.block.value, stage.block.reads
            slopes[stage.slope.name] = jacobian_by_differences(network.forward, arrays, *names, "complex")
    return {**arrays, **slopes}


def _affine(stage: Stage, network: Network, arrays: dict[str, Any], source: Any) -> Any:
    matrix, offset = (evaluate_matrix(node, network.forward, arrays) for node in (stage.matrix, stage.offset))
    return matrix @ source + offset[:, 0]


def _neighbours(
    network: Network, found: tuple[Stage, ...], arrays: dict[str, Any], seed: int
) -> Iterator[dict[str, Any]]:
    """The values at the point, and at points as far from it as the pattern stays the same."""
    generator = numpy.random.default_rng(seed)
    source = found[0].block.reads
    start = forward(network.forward, arrays)
    yield start
    for _ in range(POINTS - 1):
        direction = 4 * generator.normal(size=numpy.shape(arrays[source]))
        for halving in range(24):
            moved = run_from(network.forward, arrays, {source: arrays[source] + direction / 2**halving})
            if pattern(found, moved) == pattern(found, start):
                yield moved
                break


def pattern(found: tuple[Stage, ...], values: dict[str, Any]) -> tuple[int, ...]:
    """On which side of each kink every unit is."""
    return tuple(
        int(numpy.sum(element > numpy.array(stage.sides)))
        for stage in bending(found)
        for element in numpy.ravel(values[stage.block.reads])
    )
