"""Softmax as source that does not overflow: its lines as the generator shifts them by the largest score of a sample."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from answers.code.index_form import formula, row
from answers.code.lines import DerivedLine, Naming, code_of
from derive.expression import symbols
from derive.expression.partials import partial_name
from derive.layer import Layer, layer
from numeric.codegen.contract import ContractingSource
from numeric.lowering.lengths import Lengths
from numeric.lowering.lines import Line, names
from numeric.lowering.plan import plan
from numeric.lowering.shifting import shifted
from numeric.source import SourceError, tree

BATCH = "N"
LARGEST, SHIFTED = "max_e", "shifted_e"
"""The lines that the shift of e = exp(z) adds."""


@dataclass(frozen=True)
class SoftmaxLines:
    """Softmax y of scores z, row by row: e, s, y, then the gradient by z; and log y, where y rounds to 0.

    ``e``, ``s`` and ``log_y`` are in the scores as they are ``shifted``, by the largest of each sample.
    """

    shifted: ast.expr
    e: DerivedLine
    s: DerivedLine
    y: DerivedLine
    log_y: ast.expr
    dz: DerivedLine


def softmax(naming: Naming) -> SoftmaxLines:
    """The lines of a softmax over a batch.

    Raises:
        SourceError: the scores cannot be shifted.
    """
    made = layer("Softmax", batch=BATCH)
    forward, lines = made.network.forward, stable(made)
    largest = lines[LARGEST]
    maximum = {symbols.element(LARGEST, largest.indices): largest.expression}
    whole = replace(lines[SHIFTED], expression=lines[SHIFTED].expression.xreplace(maximum))
    e, s, y = (
        DerivedLine(tree.name(name), _code(lines[name], lines, made, naming), row(forward, name).comment(naming))
        for name in ("e", "s", "y")
    )
    logarithm = layer("LogSoftmax", batch=BATCH)
    of_logarithm = stable(logarithm)
    return SoftmaxLines(
        shifted=_code(whole, lines, made, naming),
        e=e,
        s=s,
        y=y,
        log_y=_code(of_logarithm["y"], of_logarithm, logarithm, naming),
        dz=_slope(made, naming),
    )


def stable(made: Layer) -> Mapping[str, Line]:
    """The lines of e, s and y by name, with the scores shifted by the largest.

    Raises:
        SourceError: the shift does not cancel.
    """
    planned = plan(made)
    lines = shifted([line for line in planned.lines if line.stage == "forward"], planned.purpose)
    found = {line.name: line for line in lines}
    if not {LARGEST, SHIFTED} <= set(found) or LARGEST in names(found["y"]):
        raise SourceError(f"a shift of the scores does not cancel in {made.name}")
    return found


def _code(line: Line, lines: Mapping[str, Line], made: Layer, naming: Naming) -> ast.expr:
    """What a line computes."""
    given = {name: tensor.shape for name, tensor in made.network.forward.tensors.items()}
    shapes = {**given, **{one.name: one.shape for one in lines.values()}}
    kept = frozenset(one.name for one in lines.values() if one.column)
    ranges = dict(zip(line.indices, line.shape, strict=True))
    called = {**naming.words, SHIFTED: "shifted"}
    writer = ContractingSource(shapes, {}, Lengths({}), kept=kept, ranges=ranges, names=called)
    axes = (*line.indices, symbols.index("_column")) if line.column else line.indices
    return writer.value(line.expression, axes).node


def _slope(made: Layer, naming: Naming) -> DerivedLine:
    gradient = made.vjp("z")
    whole = formula(gradient).lettered({partial_name("l", "z"): row(made.network.forward, "y").subscripts})
    code = code_of(gradient, "numpy", naming.of(made.network.forward))
    return DerivedLine(naming.gradient_of("z"), code, whole.comment(naming))
