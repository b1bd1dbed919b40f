"""Partials by paths: a sum over all paths, and along each the product of the partials of single equations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

import sympy
from sympy import Add, Expr, Function, Mul
from sympy.core.function import AppliedUndef

from derive.building.known import OUTSIDE
from derive.derivation import Derivation, Quantity, Step
from derive.errors import DeriveError, nearest
from derive.expression import symbols
from derive.forward import Forward, Row, Tensor
from derive.graph.graph import ScalarGraph, scalar_graph, values_of
from derive.graph.structure import SLOTS


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


@dataclass(frozen=True)
class PathSum:
    """A partial as a sum over paths; there is none where the value does not depend on the other.

    A path leads from value to value. Where an equation reads a value several times, the graph has as many arrows, and
    a path here stands for several of arrows. ``given`` are partials of a quantity outside of the graph: they stay
    symbols.
    """

    graph: ScalarGraph
    name: str
    given: tuple[str, ...]
    paths: tuple[tuple[Link, ...], ...]

    @cached_property
    def terms(self) -> tuple[tuple[Expr, ...], ...]:
        """For each path its factors, in order."""
        return tuple(tuple(factor for link in path for factor in link.factors) for path in self.paths)

    @property
    def chain(self) -> Expr:
        """The sum of products of partials."""
        return Add(*(Mul(*(symbols.scalar(link.direct) for link in path)) for path in self.paths))

    @property
    def result(self) -> Expr:
        """The sum in the values of the graph."""
        return Add(*(Mul(*term) for term in self.terms))

    @cached_property
    def common(self) -> tuple[Expr, ...]:
        """The factors with which every path begins."""
        shared: list[Expr] = []
        for together in zip(*self.terms, strict=False):
            if len(self.terms) < 2 or len(set(together)) > 1:
                break
            shared.append(together[0])
        return tuple(shared)

    @property
    def is_direct(self) -> bool:
        """Whether there is one path of one link, which leaves nothing to be chained."""
        return len(self.paths) == 1 and len(self.paths[0]) == 1

    @property
    def explanation(self) -> str:
        """Why it is what it is, in a sentence; names in braces are set as symbols."""
        top, bottom = symbols.split_partial(self.name) or ("", "")
        if not self.paths:
            return self._why_zero(top, bottom)
        if top == bottom:
            return "A value changes as it itself does."
        return " ".join((f"{self._counted(top, bottom)}.", *map(_inside, self._parted)))

    @property
    def arrows(self) -> int:
        """How many paths run along the arrows of the graph."""
        return sum(prod(link.ways for link in path) for path in self.paths)

    @property
    def _parted(self) -> tuple[Link, ...]:
        """The links on the paths that stand for several ways, each once."""
        return tuple(dict.fromkeys(link for path in self.paths for link in path if link.ways > 1))

    def _counted(self, top: str, bottom: str) -> str:
        """How many paths of arrows there are, and what is done with the partials along them."""
        where = "" if self.arrows == self._finest.arrows else ", each function being one node"
        if self.arrows == 1:
            return f"One path runs from {{{bottom}}} to {{{top}}}{where}: the partials along it are multiplied"
        counted = f"{_number(self.arrows).capitalize()} paths run from {{{bottom}}} to {{{top}}}{where}"
        return f"{counted}: the partials along each are multiplied, the products added"

    @cached_property
    def _finest(self) -> PathSum:
        """The same partial where functions are taken apart into operators, as drawings of graphs do."""
        return path_sum(scalar_graph(self.graph.equations, grain="primitives"), self.name, self.given)

    def _why_zero(self, top: str, bottom: str) -> str:
        sentence = (
            f"No path runs along the arrows from {{{bottom}}} to {{{top}}}: a change of {{{bottom}}} alone, "
            f"with the inputs as they are, does not reach {{{top}}}."
        )
        shared = [name for name in self.graph.inputs if all(_reaches(self.graph, name, end) for end in (top, bottom))]
        if not shared or bottom in shared:
            return sentence
        causes = " and ".join(f"{{{name}}}" for name in shared)
        return (
            f"{sentence} That both depend on {causes} is no contradiction: they then change together, "
            "but neither causes the change of the other."
        )

    @cached_property
    def derivation(self) -> Derivation:
        """The derivation, whose steps ``numeric.check`` compares with differences of the equations."""
        quantity = Quantity(self.name, (), ())
        steps = []
        if not self.is_direct and self.paths and self.paths != ((),):
            steps.append(Step(quantity, self.chain, "chain rule", self.explanation))
        sentence = INSERT if steps else self.explanation if not self.paths else DIFFERENTIATE
        rule = "insert" if steps else "differentiate" if self.paths else "no path"
        steps.append(Step(quantity, self.result, rule, sentence))
        return Derivation(self._model, quantity, self.result, tuple(steps))

    @property
    def _model(self) -> Forward:
        """The equations, with one for the quantity outside of the graph: unknown functions of what it depends on."""
        model = self.graph.model
        if not self.given:
            return model
        top, _ = symbols.split_partial(self.given[0]) or ("", "")
        reads = [(symbols.split_partial(name) or ("", ""))[1] for name in self.given]
        whole = Add(*(Function(f"{OUTSIDE}{top}_{name}")(symbols.scalar(name)) for name in reads))
        return Forward(model.given, (*model.rows, Row(Tensor(top, ()), (), whole)), model.functions)

    def latex(self, *, steps: bool = False) -> str:
        """The equation in LaTeX; with ``steps`` the body of an ``align*``."""
        from derive.graph.rendering import path_sum_latex

        return path_sum_latex(self, steps)

    def unicode(self, *, steps: bool = False) -> str:
        """The equation for a terminal; with ``steps`` all of them, each under its sentence."""
        from derive.graph.rendering import path_sum_unicode

        return path_sum_unicode(self, steps)

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("graph", "name", "given", "paths")}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


COUNTS = "one two three four five six seven eight nine ten eleven twelve".split()
MOST_PATHS = 256
"""The longest sum over paths that is written down."""

INSERT = "Insert the partial of each equation, its other terms held."
DIFFERENTIATE = "It is the partial of one equation, its other terms held."


def _number(count: int) -> str:
    """A number of paths in words."""
    return COUNTS[count - 1] if count <= len(COUNTS) else str(count)


def _inside(link: Link) -> str:
    """That several paths differ inside of one equation only."""
    top, bottom = _split(link.name)
    return f"Inside the equation of {{{top}}}, {_number(link.ways)} lead from {{{bottom}}}: its partial adds them up."


def path_sum(graph: ScalarGraph, name: str, given: tuple[str, ...]) -> PathSum:
    """A partial by paths; ``ScalarGraph.partial``."""
    top, bottom = _split(name)
    outside = {}
    for partial in given:
        above, below = _split(partial)
        if above in graph.places:
            raise DeriveError(f"{partial} follows from the equations; given are partials of what they do not define")
        if above != top:
            raise DeriveError(f"{partial} is given, but {name} is asked for, which is of {top}, not of {above}")
        graph.place(below)
        outside[below] = partial
    if top not in graph.places and not given:
        raise DeriveError(f"there is no value {top} in this graph; {nearest(top, graph.places)}, or give a d{top}/d...")
    graph.place(bottom)
    links = _links(graph)
    links.update(
        {(top, below): Link(partial, partial, (symbols.scalar(partial),)) for below, partial in outside.items()}
    )
    return PathSum(graph, name, given, tuple(_paths(links, top, bottom)))


def _split(name: str) -> tuple[str, str]:
    parts = symbols.split_partial(name)
    if parts is None or "|" in name:
        raise DeriveError(f"{name} is no partial derivative; expected one such as dw/dx")
    return parts


def _paths(links: Mapping[tuple[str, str], Link], top: str, bottom: str) -> Iterator[tuple[Link, ...]]:
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


def _links(graph: ScalarGraph) -> dict[tuple[str, str], Link]:
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
            symbols.partial_name(top, bottom),
            _direct(graph, top, bottom, found),
            _joined(found[top, bottom]),
            len(found[top, bottom]),
        )
        for top, bottom in found
    }


def _ways(graph: ScalarGraph) -> list[int]:
    """For each node how many ways lead back to values within its own equation."""
    found: list[int] = []
    for node in graph.nodes:
        sources = [1 if graph.nodes[at].kind in ("input", "value") else found[at] for at in node.arguments]
        found.append(sum(sources))
    return found


def _direct(graph: ScalarGraph, top: str, bottom: str, found: Mapping[tuple[str, str], object]) -> str:
    """The name of the partial of one equation: what else it reads is held, where that depends on ``bottom`` too."""
    held = [other for above, other in found if above == top and other != bottom and _reaches(graph, bottom, other)]
    return symbols.direct_name(top, bottom, held)


def _routes(graph: ScalarGraph, written: tuple[Expr, ...], place: int) -> Iterator[tuple[str, tuple[Expr, ...]]]:
    """Each way from a node back to a value that the same equation reads, with the local partials along it."""
    node = graph.nodes[place]
    for slot, source in enumerate(node.arguments):
        local: tuple[Expr, ...] = ()
        if node.operation is not None:
            arguments = [written[argument] for argument in node.arguments]
            slope = node.operation.slope(slot, graph.slopes).xreplace(dict(zip(SLOTS, arguments, strict=False)))
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
        number = Mul(*(factor for factor in routes[0] if factor.is_number))
        first, *rest = [factor for factor in routes[0] if not factor.is_number] or [sympy.S.One]
        return tuple(factor for factor in (number * first, *rest) if factor != 1)
    total = Add(*(Mul(*factors) for factors in routes))
    return () if total == 1 else (total,)


def _is_simple(factor: Expr) -> bool:
    """Whether it reads well beside other factors: a number, a value, a slope f', a short sum such as 1 - y^2."""
    short = factor.is_Add and factor.is_polynomial() and len(factor.args) == 2
    return factor.is_number or factor.is_Symbol or isinstance(factor, AppliedUndef) or short


def _reaches(graph: ScalarGraph, bottom: str, top: str) -> bool:
    """Whether a value is another or is computed from it."""
    if top not in graph.places:
        return False
    reached = {graph.place(bottom)}
    for edge in graph.edges:
        if edge.source in reached:
            reached.add(edge.target)
    return graph.place(top) in reached
