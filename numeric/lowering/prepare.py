"""From the lines as they are derived to the lines as they are computed: stable, and nothing computed twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import sympy
from sympy import Expr, Indexed, Symbol
from sympy.core.function import AppliedUndef

from derive.calculus.sweep import fresh_bound
from derive.expression import symbols, walks
from derive.expression.partials import partial_name
from derive.forward import Forward
from numeric.lowering.cancel import cancelled
from numeric.lowering.lines import Line, Plan, names
from numeric.lowering.maxima import with_flat_maxima
from numeric.lowering.shifting import shifted
from numeric.lowering.stable import LOG1P, NATIVE, safe, with_logs
from numeric.lowering.sums import with_named_sums
from numeric.source.elements import WHERE
from numeric.source.function import bounded_branches


def prepared(plan: Plan) -> tuple[list[Line], tuple[str, ...]]:
    """The lines to write, and the names of the scalar functions that they call."""
    calls = tuple(
        function.name
        for function in plan.model.functions
        if function.name not in NATIVE and bounded_branches(function) is not None
    )
    binary = frozenset(name for name, tensor in plan.model.tensors.items() if tensor.domain == "binary")
    lines = _without_single_rows(with_flat_maxima(list(plan.lines)), plan.model)
    lines = with_logs(shifted(with_named_sums(lines), binary), plan.model)

    def settled(expression: Expr) -> Expr:
        return _tidied(safe(cancelled(expression), plan.model, calls))

    lines = [
        replace(
            line,
            expression=settled(line.expression),
            added=tuple(replace(added, values=settled(added.values)) for added in line.added),
        )
        for line in lines
    ]
    wanted = {*plan.outputs, *(partial_name("l", name) for name in plan.gradients), "l"}
    return _used(_shared(lines), wanted), calls


def _without_single_rows(lines: list[Line], model: Forward) -> list[Line]:
    """The lines without the loss of each sample, which only the mean over the batch reads."""
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


def _tidied(expression: Expr) -> Expr:
    """Numbers in front of sums: 2(ŷ - y)/B rather than (2ŷ - 2y)/B."""
    if isinstance(expression, sympy.Mul) and any(isinstance(factor, sympy.Add) for factor in expression.args):
        return sympy.Mul(*(sympy.factor_terms(factor) for factor in expression.args))
    return expression


def _used(lines: list[Line], wanted: Iterable[str]) -> list[Line]:
    needed = set(wanted)
    kept: list[Line] = []
    for line in reversed(lines):
        if line.name in needed:
            kept.insert(0, line)
            needed |= names(line)
    return kept


def _shared(lines: list[Line]) -> list[Line]:
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
