"""Softmax as source that does not overflow: what is subtracted from all scores cancels, and that is shown first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy
from sympy import Expr, Indexed, Sum

from answers.code.index_form import formula, row
from answers.code.lines import DerivedLine, source_of
from derive.expression import symbols
from derive.layer import Layer, layer
from numeric.source import NAMESPACES, Names, SourceError
from numeric.source.code import named
from numeric.source.scalar import ScalarSource

BATCH = "N"


@dataclass(frozen=True)
class SoftmaxLines:
    """Softmax y of scores z, row by row: e, s, y, then the gradient by z; and log y, where y rounds to 0.

    ``e``, ``s`` and ``log_y`` are in the scores as they are ``shifted``, by the largest of each sample.
    """

    shifted: str
    e: DerivedLine
    s: DerivedLine
    y: DerivedLine
    log_y: str
    dz: DerivedLine


@cache
def softmax() -> SoftmaxLines:
    """The lines of a softmax over a batch.

    Raises:
        SourceError: the scores cannot be shifted.
    """
    made = layer("Softmax", batch=BATCH)
    forward = made.network.forward
    if not unchanged_by_a_shift(made):
        raise SourceError("a shift of the scores does not cancel in softmax")
    rows = {name: row(forward, name) for name in ("e", "s", "y")}
    total = rows["s"].expression
    axis = symbols.subscripts_of(total.function).index(total.limits[0][0])
    gradient = made.vjp("z")
    letters = {"dl/dz": rows["y"].subscripts}
    kept = f"(axis={axis}, keepdims=True)"
    return SoftmaxLines(
        shifted=f"z - z.max{kept}",
        e=DerivedLine("e", _scalar(rows["e"].expression, {"z": "shifted"}), rows["e"].comment()),
        s=DerivedLine("s", f"{symbols.name_of(total.function)}.sum{kept}", rows["s"].comment()),
        y=DerivedLine("y", _scalar(rows["y"].expression, {}), rows["y"].comment()),
        log_y=_scalar(_logarithm(rows["y"].expression, rows["e"].expression), {"z": "shifted"}),
        dz=DerivedLine(
            "dz", source_of(gradient, "numpy", Names.of(forward)), formula(gradient).lettered(letters).comment()
        ),
    )


def unchanged_by_a_shift(made: Layer) -> bool:
    """Whether y stays as it is when the same number is subtracted from all scores of a sample."""
    whole = made.forward()[-1].result
    shift = symbols.scalar("c")
    moved = whole.replace(lambda part: isinstance(part, Indexed), lambda read: read - shift)
    return bool(sympy.powsimp(_drawn_out(sympy.expand(moved, power_exp=True))) == sympy.powsimp(whole))


def _drawn_out(expression: Expr) -> Expr:
    """The expression with factors that do not vary within a sum in front of it."""

    def in_front(total: Expr) -> Expr:
        body = sympy.powsimp(total.function, deep=False)
        constant, rest = sympy.expand(body, power_exp=True).as_independent(*(limit[0] for limit in total.limits))
        return constant * Sum(rest, *total.limits)

    return expression.replace(lambda part: isinstance(part, Sum), in_front)


def _logarithm(quotient: Expr, numerator: Expr) -> Expr:
    """log(e/s) with e = exp(z): z - log(s)."""
    _, below = quotient.as_numer_denom()
    return numerator.args[0] - sympy.log(below)


def _scalar(expression: Expr, names: dict[str, str]) -> str:
    """An elementwise expression of arrays that broadcast against each other."""
    size = symbols.size(BATCH)
    variables = {
        one: named(names.get(symbols.name_of(one), symbols.name_of(one)), (size,))
        for one in symbols.accesses(expression)
    }
    return ScalarSource(NAMESPACES["numpy"], Names(), variables).text(expression).source
