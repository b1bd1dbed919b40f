"""Wrong rules of computational graphs: values, partials, sums over paths and products along them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from derive.graph.structure import Operation, slots
from derive.render.piece import Piece
from tests.planted.planting import Mutant

EQUATIONS = "a = x*y - 3*z; b = sigma(a)/y; w = a*b + x"
UNKNOWN = "a = x*y - 3*z; b = f(a)/y; w = a*b + x"
TWICE = "w = x*y + (x + x)/y"
TINY = "w = sigma(z - 30*y - x)"

ANSWERS = {
    "graph": f'{{kind: graph, equations: "{EQUATIONS}", at: {{x: 2, y: -3, z: "1/7"}}}}',
    "tiny": f'{{kind: graph, equations: "{TINY}", at: {{x: 2, y: -3, z: 1}}}}',
    "drawing": '{kind: graph, equations: "h = f(w*x - b); y = 1/(2 - h/x)^2"}',
    "paths": f'{{kind: paths, equations: "{UNKNOWN}", of: [dw/dx, dw/dy]}}',
    "paths twice": f'{{kind: paths, equations: "{TWICE}", of: [dw/dx, dw/dy]}}',
}

Rule = Callable[..., Any]
NUMBERS = (EQUATIONS, "--at", "x=2,y=-3,z=1/7")


def minus(right: Rule) -> Rule:
    return lambda *given: -right(*given)


def one(right: Rule) -> Rule:
    return lambda *given: right(*given) ** 0


def reversed_arguments(right: property) -> property:
    """Operators read their arguments the other way round."""

    def formula(self: Operation) -> Any:
        read = slots(self.arity)
        return right.__get__(self).xreplace(dict(zip(read, reversed(read), strict=True)))

    return property(formula)


def last_dropped(right: Rule) -> Rule:
    return lambda *given: tuple(right(*given))[:-1]


def zero_digits(right: Rule) -> Rule:
    return lambda *given: Piece("0", 1)


def not_added(right: Rule) -> Rule:
    return lambda routes: right(routes[:1])


def text_without_last(right: Rule) -> Rule:
    """A product that is printed without its last factor."""
    return lambda style, factors: right(style, factors[:-1] if len(factors) > 1 else factors)


def at_another(right: Rule) -> Rule:
    """A slope that is said to be taken at another value."""

    def notes(*given: Any) -> Any:
        return tuple((short, call.replace("(a)", "(b)")) for short, call in right(*given))

    return notes


def held_another(right: Rule) -> Rule:
    """Of a partial it is said that an input is held, and not the value."""
    return lambda style, shown, held: right(style, shown, [replace(held[0], text="y"), *held[1:]])


def another_digit(right: Rule) -> Rule:
    return lambda *given: replace(found := right(*given), text=found.text.replace("00873", "00878"))


def other_slot(right: Rule) -> Rule:
    return lambda self, place, slope_of: right(self, (self.arity - 1) - place, slope_of)


def numbers(target: str, wrong: Callable[[Any], Any], **also: Any) -> Mutant:
    return Mutant(target, wrong, "graph", "1a", derive=NUMBERS, **also)


MUTANTS = {
    "graph: slopes of the wrong sign": numbers("derive.graph.structure:Operation.slope", minus),
    "graph: slopes of 1": numbers("derive.graph.structure:Operation.slope", one),
    "graph: slope by the other argument": numbers("derive.graph.structure:Operation.slope", other_slot),
    "graph: arguments the other way round": numbers("derive.graph.structure:Operation.formula", reversed_arguments),
    "graph: certain slopes of the wrong sign": numbers("derive.graph.certified:_slope", minus),
    "graph: inputs of the wrong sign": numbers("derive.graph.passes:exact", minus),
    "graph: drawing with the arguments the other way round": Mutant(
        "derive.graph.structure:Operation.formula", reversed_arguments, "drawing", "1a", only="derive draws nothing"
    ),
    "graph: a small number printed as 0": Mutant(
        "derive.graph.numbers:_shown",
        zero_digits,
        "tiny",
        "1a",
        derive=(TINY, "--at", "x=2,y=-3,z=1"),
    ),
    "paths: slopes of the wrong sign": Mutant(
        "derive.graph.structure:Operation.slope", minus, "paths", "1a", derive=(UNKNOWN,)
    ),
    "paths: a path lost": Mutant("derive.graph.links:paths_between", last_dropped, "paths", "1a", derive=(UNKNOWN,)),
    "paths: a factor along a path lost": Mutant(
        "derive.graph.links:_routes", last_dropped, "paths", "1a", derive=(UNKNOWN,)
    ),
    "paths: ways inside of an equation not added": Mutant(
        "derive.graph.links:_joined", not_added, "paths twice", "1a", derive=(TWICE,)
    ),
    "paths: a factor lost in print": Mutant(
        "derive.graph.rendering:_product", text_without_last, "paths", "1a", derive=(UNKNOWN,)
    ),
    "paths: a slope said to be elsewhere": Mutant(
        "derive.graph.rendering:slope_notes", at_another, "paths", "1a", derive=(UNKNOWN, "--wrt", "x")
    ),
    "paths: another value held": Mutant(
        "derive.render.latex_style:LatexStyle.held",
        held_another,
        "paths",
        "1a",
        derive=(UNKNOWN, "--wrt", "x", "--steps", "--latex"),
    ),
    "numbers: another digit": Mutant("derive.graph.numbers:_shown", another_digit, "graph", "1a", derive=NUMBERS),
}
