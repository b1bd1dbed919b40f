"""Links between the values of a graph: the partials of single equations, and the paths that they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy
from sympy import Add, Expr, Mul
from sympy.core.function import AppliedUndef

from derive.calculus.absolute import with_signs_used
from derive.errors import DeriveError
from derive.expression.partials import Partial, partial_name
from derive.graph.graph import Graph, values_of
from derive.graph.structure import slots

MOST_PATHS = 256
"""The longest sum over paths that is written down."""


@dataclass(frozen=True)
class Link:
    """From one value to one that its equation reads: the partial of that equation alone, as factors in order.

    ``name`` is how the partial is spelt, ``dh3/dh1``; ``direct`` the same with all else that the equation reads
    held, ``dw/da|b``. ``factors`` are in the values of the graph, from the numerator to the denominator. ``ways`` is
    how many paths of arrows lead from one to the other inside of the equation.
    """

    name: str
    direct: str
    factors: tuple[Expr, ...]
    ways: int = 1


def paths_between(links: Mapping[tuple[str, str], Link], top: str, bottom: str) -> Iterator[tuple[Link, ...]]:
    """Every path from ``top`` back to ``bottom``, in the order in which equations read what they read.

    Raises:
        DeriveError: there are too many to be written down.
    """
    if top == bottom:
        yield ()
        return
    below: dict[str, list[tuple[str, Link]]] = {}
    for (above, read), link in links.items():
        below.setdefault(above, []).append((read, link))
    counts = _counts(below, top, bottom)
    if counts[top] > MOST_PATHS:
        raise DeriveError(
            f"{counts[top]} paths run from {bottom} to {top}, and a sum over more than {MOST_PATHS} is not written "
            "down; ask for partials between values that are nearer to one another, or for numbers alone"
        )
    waiting: list[tuple[str, tuple[Link, ...]]] = [(top, ())]
    while waiting:
        name, path = waiting.pop()
        if name == bottom:
            yield path
            continue
        waiting += [(read, (*path, link)) for read, link in reversed(below.get(name, [])) if counts[read]]


def _counts(below: Mapping[str, list[tuple[str, Link]]], top: str, bottom: str) -> dict[str, int]:
    """How many paths lead from each value that ``top`` reads, on whatever way, to ``bottom``."""
    counts = {bottom: 1}
    waiting = [top]
    while waiting:
        name = waiting[-1]
        missing = [read for read, _ in below.get(name, []) if read not in counts]
        if name not in counts and missing:
            waiting += missing
            continue
        counts.setdefault(waiting.pop(), sum(counts[read] for read, _ in below.get(name, [])))
    return counts


def links_of(graph: Graph) -> dict[tuple[str, str], Link]:
    """A link from every named value to each value that its equation reads."""
    written = values_of(graph)
    found: dict[tuple[str, str], list[tuple[Expr, ...]]] = {}
    ways = _ways(graph)
    for place, node in enumerate(graph.nodes):
        if node.kind == "value":
            if ways[place] > MOST_PATHS:
                raise DeriveError(
                    f"the equation of {node.name} reads what it reads on {ways[place]} ways, of which {MOST_PATHS} are "
                    "written down at most; give its parts names, or leave its functions whole (functions)"
                )
            for bottom, factors in _routes(graph, written, place):
                found.setdefault((node.name, bottom), []).append(factors)
    return {
        (top, bottom): Link(
            partial_name(top, bottom),
            _direct(graph, top, bottom, found),
            _joined(found[top, bottom]),
            len(found[top, bottom]),
        )
        for top, bottom in found
    }


def _ways(graph: Graph) -> list[int]:
    """For each node how many ways lead back to values within its own equation."""
    found: list[int] = []
    for node in graph.nodes:
        sources = [1 if graph.nodes[at].kind in ("input", "value") else found[at] for at in node.arguments]
        found.append(sum(sources))
    return found


def _direct(graph: Graph, top: str, bottom: str, found: Mapping[tuple[str, str], object]) -> str:
    """The name of the partial of one equation: what else it reads is held, where that depends on ``bottom`` too."""
    held = [other for above, other in found if above == top and other != bottom and reaches(graph, bottom, other)]
    return Partial(top, bottom, tuple(held)).name


def _routes(graph: Graph, written: tuple[Expr, ...], place: int) -> Iterator[tuple[str, tuple[Expr, ...]]]:
    """Each way from a node back to a value that the same equation reads, with the local partials along it."""
    node = graph.nodes[place]
    for slot, source in enumerate(node.arguments):
        local: tuple[Expr, ...] = ()
        if node.operation is not None:
            arguments = [written[argument] for argument in node.arguments]
            slope = node.operation.slope(slot, graph.slopes).xreplace(
                dict(zip(slots(len(arguments)), arguments, strict=True))
            )
            folded = _folded(slope, node.operation.at(*arguments), written[place])
            local = () if folded == 1 else (folded,)
        if graph.nodes[source].kind in ("input", "value"):
            yield graph.nodes[source].name, local
        else:
            for bottom, factors in _routes(graph, written, source):
                yield bottom, (*local, *factors)


def _folded(slope: Expr, formula: Expr, value: Expr) -> Expr:
    """The slope with the value of its own operation by its name: y(1 - y) for the slope of y = sigma(h)."""
    return slope.xreplace({formula: value}) if formula.is_Function else slope


def _joined(routes: list[tuple[Expr, ...]]) -> tuple[Expr, ...]:
    """The factors of a partial: those of the one route if each is simple, numbers first, or else one expression."""
    if len(routes) == 1 and all(_is_simple(factor) for factor in routes[0]):
        numbers = [factor for factor in routes[0] if factor.is_number]
        first, *rest = [factor for factor in routes[0] if factor not in numbers] or [sympy.S.One]
        number = Mul(*numbers)
        return tuple(factor for factor in (number * first, *rest) if factor != 1)
    total = with_signs_used(Add(*(Mul(*factors) for factors in routes)))
    return () if total == 1 else (total,)


def _is_simple(factor: Expr) -> bool:
    """Whether it reads well beside other factors: a number, a value, a slope f', a short sum such as 1 - y^2."""
    short = factor.is_Add and factor.is_polynomial() and len(factor.args) == 2
    return factor.is_number or factor.is_Symbol or isinstance(factor, AppliedUndef) or short


def reaches(graph: Graph, bottom: str, top: str) -> bool:
    """Whether a value is another or is computed from it."""
    if top not in graph.places:
        return False
    reached = {graph.place(bottom)}
    for edge in graph.edges:
        if edge.source in reached:
            reached.add(edge.target)
    return graph.place(top) in reached
