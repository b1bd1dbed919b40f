"""Partials by paths: a sum over all paths, and along each the product of the partials of single equations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

from sympy import Add, Expr, Function, Mul

from derive.building.known import OUTSIDE
from derive.calculus.absolute import with_signs_used
from derive.derivation import Derivation
from derive.errors import DeriveError, nearest
from derive.expression import symbols
from derive.expression.partials import partial_named
from derive.forward import Forward, Row, Tensor
from derive.graph.graph import Graph, built
from derive.graph.links import Link, links_of, paths_between, reaches
from derive.step_rules import StepRule
from derive.steps import Quantity, Step


@dataclass(frozen=True)
class Paths:
    """A partial as a sum over paths; there is none where the value does not depend on the other.

    A path leads from value to value. Where an equation reads a value several times, the graph has as many arrows, and
    a path here stands for several of arrows. ``given`` are partials of a quantity outside of the graph: they stay
    symbols.
    """

    graph: Graph
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
        return with_signs_used(Add(*(Mul(*term) for term in self.terms)))

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
        top, bottom = _split(self.name)
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
        where = "" if self.arrows == self._finest_arrows else ", each function being one node"
        if self.arrows == 1:
            return f"One path runs from {{{bottom}}} to {{{top}}}{where}: the partials along it are multiplied"
        counted = f"{_number(self.arrows).capitalize()} paths run from {{{bottom}}} to {{{top}}}{where}"
        return f"{counted}: the partials along each are multiplied, the products added"

    @cached_property
    def _finest_arrows(self) -> int:
        """How many paths run where functions are taken apart into operators, as drawings of graphs do."""
        graph = self.graph
        if graph.grain != "primitives":
            graph = built(graph.equations, "primitives")
        top, bottom = _split(self.name)
        counts = _arrows_from(graph, bottom)
        if top in graph.places:
            return counts[graph.place(top)]
        reads = [_split(name)[1] for name in self.given]
        return sum(counts[graph.place(name)] for name in reads)

    def _why_zero(self, top: str, bottom: str) -> str:
        sentence = (
            f"No path runs along the arrows from {{{bottom}}} to {{{top}}}: a change of {{{bottom}}} alone, "
            f"with the inputs as they are, does not reach {{{top}}}."
        )
        shared = [name for name in self.graph.inputs if all(reaches(self.graph, name, end) for end in (top, bottom))]
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
            steps.append(Step(quantity, self.chain, StepRule.CHAIN, self.explanation))
        sentence = INSERT if steps else self.explanation if not self.paths else DIFFERENTIATE
        rule = StepRule.INSERT if steps else StepRule.DIFFERENTIATE if self.paths else StepRule.NO_PATH
        steps.append(Step(quantity, self.result, rule, sentence))
        return Derivation(self._model, quantity, self.result, tuple(steps))

    @property
    def _model(self) -> Forward:
        """The equations, with one for the quantity outside of the graph: unknown functions of what it depends on."""
        model = self.graph.model
        if not self.given:
            return model
        top, _ = _split(self.given[0])
        reads = [_split(name)[1] for name in self.given]
        whole = Add(*(Function(f"{OUTSIDE}{top}_{name}")(symbols.scalar(name)) for name in reads))
        return Forward(model.given, (*model.rows, Row(Tensor(top, ()), (), whole)), model.functions)

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("graph", "name", "given", "paths")}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


def _arrows_from(graph: Graph, bottom: str) -> list[int]:
    """For each node how many paths of arrows lead to it from a value."""
    counts: list[int] = []
    for place, node in enumerate(graph.nodes):
        counts.append(1 if place == graph.place(bottom) else sum(counts[source] for source in node.arguments))
    return counts


COUNTS = "one two three four five six seven eight nine ten eleven twelve".split()
INSERT = "Insert the partial of each equation, its other terms held."
DIFFERENTIATE = "It is the partial of one equation, its other terms held."


def _number(count: int) -> str:
    """A number of paths in words."""
    return COUNTS[count - 1] if count <= len(COUNTS) else str(count)


def _inside(link: Link) -> str:
    """That several paths differ inside of one equation only."""
    top, bottom = _split(link.name)
    return f"Inside the equation of {{{top}}}, {_number(link.ways)} lead from {{{bottom}}}: its partial adds them up."


def path_sum(graph: Graph, name: str, given: tuple[str, ...]) -> Paths:
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
    links = links_of(graph)
    links.update(
        {(top, below): Link(partial, partial, (symbols.scalar(partial),)) for below, partial in outside.items()}
    )
    return Paths(graph, name, given, tuple(paths_between(links, top, bottom)))


def _split(name: str) -> tuple[str, str]:
    partial = partial_named(name)
    if partial is None or partial.held:
        raise DeriveError(f"{name} is no partial derivative; expected one such as dw/dx")
    return partial.ends
