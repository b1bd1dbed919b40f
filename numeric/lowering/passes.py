"""The passes over lines, from those that are derived to those that are computed: stable, and nothing computed twice.

A pass takes lines and what they are for and returns lines; what they compute stays the same. ``PASSES`` lists all of
them in the order in which they are run: each finds what those before it leave.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import sympy
from sympy import Expr, Indexed, Symbol
from sympy.core.function import AppliedUndef

from derive.calculus.sweep import fresh_bound
from derive.expression import symbols, walks
from numeric.lowering.lines import Line, Purpose, names
from numeric.lowering.maxima import with_flat_maxima
from numeric.lowering.shifting import shifted
from numeric.lowering.stable import LOG1P, safe, with_logs
from numeric.lowering.sums import with_named_sums
from numeric.lowering.tails import with_tails
from numeric.lowering.unfolding import unfolded
from numeric.source.elements import WHERE

Pass = Callable[[list[Line], Purpose], list[Line]]
"""Lines to lines that compute the same, for the same purpose."""


def without_single_rows(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines without the loss of each sample, which only the mean over the batch reads."""
    model = purpose.model
    for line in [line for line in lines if line.name in model.row and model.tensors[line.name].role == "hidden"]:
        readers = [other for other in lines if line.name in names(other)]
        if len(readers) == 1 and readers[0].name == "l":
            (reader,) = readers
            expression = reader.expression
            for access in [a for a in symbols.accesses(expression) if symbols.name_of(a) == line.name]:
                place = dict(zip(line.indices, symbols.subscripts_of(access), strict=True))
                expression = expression.xreplace({access: fresh_bound(line.expression, place)})
            whole = flattened(expression)
            formula = None if reader.formula is None else replace(reader.formula, result=whole)
            merged = replace(reader, expression=whole, formula=formula)
            lines = [merged if one is reader else one for one in lines if one is not line]
    return lines


def flattened(expression: Expr) -> Expr:
    """The expression with a sum over a sum as one sum, and what does not vary within it in front."""
    if not expression.args or isinstance(expression, Indexed):
        return expression
    if not isinstance(expression, sympy.Sum):
        return walks.mapped(expression, flattened, Expr)
    body, limits = flattened(expression.function), list(expression.limits)
    bound = [letter for letter, _, _ in limits]
    outside = [factor for factor in sympy.Mul.make_args(body) if not factor.has(*bound)]
    inside = [factor for factor in sympy.Mul.make_args(body) if factor.has(*bound)]
    sums = [factor for factor in inside if isinstance(factor, sympy.Sum)]
    if len(sums) == len(inside) == 1:
        return sympy.Mul(*outside, sympy.Sum(sums[0].function, *limits, *sums[0].limits))
    return sympy.Mul(*outside, sympy.Sum(sympy.Mul(*inside), *limits))


def tidied(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines with numbers in front of sums: 2(ŷ - y)/B rather than (2ŷ - 2y)/B."""
    return [line.mapped(_with_numbers_in_front) for line in lines]


def _with_numbers_in_front(expression: Expr) -> Expr:
    if isinstance(expression, sympy.Mul) and any(isinstance(factor, sympy.Add) for factor in expression.args):
        return sympy.Mul(*(sympy.factor_terms(factor) for factor in expression.args))
    return expression


def used(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines without those that nothing reads and nobody asked for."""
    needed = set(purpose.wanted)
    kept: list[Line] = []
    for line in reversed(lines):
        if line.name in needed:
            kept.insert(0, line)
            needed |= names(line)
    return kept


def shared(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines with every function of an array that stands more than once computed once, under a name."""
    counts = Counter(key for line in lines for _, key in _calls(line))
    made: dict[Expr, Line] = {}
    result: list[Line] = []
    for line in lines:
        expression = line.expression
        for call, key in sorted(_calls(line), key=lambda pair: -len(str(pair[0]))):
            if counts[key] < 2 or not expression.has(call):
                continue
            if call == expression:
                made.setdefault(key, line)
                continue
            if key not in made:
                name = _name_of(call, {one.name for one in (*lines, *made.values())})
                made[key] = Line(name, line.indices, line.shape, call, stage=line.stage)
                result.append(made[key])
            expression = expression.xreplace({call: symbols.element(made[key].name, line.indices)})
        result.append(replace(line, expression=expression))
    return result


def _calls(line: Line) -> Iterator[tuple[Expr, Expr]]:
    """The functions of whole arrays in a line, each with a key that does not depend on the line's indices."""
    places = {letter: Symbol(f"_axis{number}", integer=True) for number, letter in enumerate(line.indices)}
    for call in line.expression.atoms(sympy.exp, sympy.log, sympy.tanh, sympy.erf, AppliedUndef):
        if call.func in (LOG1P, WHERE) or call.has(sympy.Sum):
            continue
        accesses = call.atoms(Indexed)
        if accesses and all(tuple(access.indices) == line.indices for access in accesses):
            yield call, call.xreplace(places)


def _name_of(call: Expr, taken: set[str]) -> str:
    read = sorted(symbols.name_of(access) for access in call.atoms(Indexed))
    name = f"{call.func.__name__}_{read[0]}"
    while name in taken:
        name += "_"
    return name


STABLE: tuple[Pass, ...] = (with_named_sums, shifted, with_logs, with_tails, safe)
"""Nothing overflows in between where the result does not: values are computed so, too, without generated code."""

# A softmax on one line is neither e nor s until its sums have names; logarithms of e/s are written in the scores that
# have been shifted; and only then functions are written out within each expression, as log(1 + exp(u)) is no longer
# seen in max(u, 0) + log1p(exp(-|u|)). What is equal is named once all is as it will be computed, and what nothing
# reads any more is known last.
PASSES: tuple[Pass, ...] = (
    unfolded,
    with_flat_maxima,
    without_single_rows,
    *STABLE,
    tidied,
    shared,
    used,
)
"""What is done to the lines of a plan before they are written, in this order."""


def passed(lines: Iterable[Line], purpose: Purpose, passes: Iterable[Pass] = PASSES) -> list[Line]:
    """The lines after the passes, one behind the other."""
    result = list(lines)
    for one in passes:
        result = one(result, purpose)
    return result
