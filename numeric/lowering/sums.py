"""Sums of exponentials inside a formula, as lines of their own: a softmax on one line becomes e, s and e/s."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Sum, Symbol, exp

from derive.expression import symbols
from numeric.lowering.lines import Line, Purpose


def with_named_sums(lines: list[Line], purpose: Purpose) -> list[Line]:
    """The lines with every sum of an exponential, Σ exp(f), computed before the line that holds it.

    Equal exponentials and equal sums get one name, in whatever lines they stand.
    """
    result: list[Line] = []
    made: dict[Expr, str] = {}
    taken = {line.name for line in lines}
    for line in lines:
        expression = line.expression
        for total in sorted(expression.atoms(Sum), key=str):
            if expression == total or not isinstance(total.function, exp) or len(total.limits) != 1:
                continue
            ((letter, lower, upper),) = total.limits
            free = [(index, size) for index, size in zip(line.indices, line.shape, strict=True) if total.has(index)]
            if lower != 0 or total.free_symbols & _indices(total) - {index for index, _ in free}:
                continue
            outer = tuple(index for index, _ in free)
            inner = (*outer, letter)
            key = _canonical(total.function, inner)
            if key not in made:
                mark = str(len(made) or "")
                while {f"e_terms{mark}", f"s_terms{mark}"} & taken:
                    mark += "_"
                taken |= {f"e_terms{mark}", f"s_terms{mark}"}
                made[key] = mark
                shape = tuple(size for _, size in free)
                power = Line(f"e_terms{mark}", inner, (*shape, upper + 1), total.function, stage=line.stage)
                added = Sum(symbols.element(power.name, inner), (letter, lower, upper))
                result += [power, Line(f"s_terms{mark}", outer, shape, added, stage=line.stage)]
            mark = made[key]
            expression = expression.xreplace({total: symbols.element(f"s_terms{mark}", outer)})
            for index in line.indices:
                alone = total.function.xreplace({letter: index})
                if index not in outer and expression.has(alone):
                    expression = expression.xreplace({alone: symbols.element(f"e_terms{mark}", (*outer, index))})
        result.append(replace(line, expression=expression))
    return result


def _indices(total: Sum) -> set[Symbol]:
    """The symbols of a sum that are indices: whole numbers that may be 0."""
    return {symbol for symbol in total.free_symbols if symbol.is_integer and not symbol.is_positive}


def _canonical(body: Expr, letters: tuple[Symbol, ...]) -> Expr:
    return body.xreplace({letter: symbols.index(f"_axis{number}") for number, letter in enumerate(letters)})
