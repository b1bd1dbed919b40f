"""Computational graphs of scalar equations, as a user has them: numbers at every arrow, partials by paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from derive.building.equations import parse_equations
from derive.building.reader import Vocabulary
from derive.derivation import Derivation
from derive.errors import DefinitionError, nearest
from derive.expression.partials import partial_name
from derive.graph import passes
from derive.graph.graph import Graph, built
from derive.graph.passes import Backward, Forwarded, Numbers
from derive.graph.paths import Paths, path_sum
from derive.graph.reading import Grain
from derive.graph.rendering import path_sum_latex, path_sum_unicode
from derive.layers import CALLED

SEPARATE = " \n;"


@dataclass(frozen=True)
class PathSum(Paths):
    """A partial as a sum over paths, and how it is written."""

    def latex(self, *, steps: bool = False) -> str:
        """The equation in LaTeX; with ``steps`` the body of an ``align*``."""
        return path_sum_latex(self, steps)

    def unicode(self, *, steps: bool = False) -> str:
        """The equation for a terminal; with ``steps`` all of them, each under its sentence."""
        return path_sum_unicode(self, steps)


@dataclass(frozen=True)
class ScalarGraph(Graph):
    """The computational graph of scalar equations, with its numbers and partials."""

    def forward(self, values: Numbers) -> Forwarded:
        """The exact value of every node, from those of the inputs.

        Raises:
            DeriveError: an input is missing or unknown, or a function has no formula.
        """
        return passes.forward(self, values)

    def backward(self, values: Numbers, of: str | None = None) -> Backward:
        """The derivative of an output, the only one if left out, at every node and along every edge.

        Raises:
            DeriveError: as ``forward`` does, or it is not said which output is meant.
        """
        return passes.backward(self.forward(values), of)

    def partial(self, name: str, given: Sequence[str] = ()) -> PathSum:
        """A partial such as ``dw/dx`` as the sum over all paths of the products along them.

        Partials that are ``given``, such as ``dL/dh3`` where L is no value of the graph, stay symbols.

        Raises:
            DeriveError: the name is not that of a partial, or of values that are not there.
        """
        found = path_sum(self, name, tuple(given))
        return PathSum(found.graph, found.name, found.given, found.paths)

    def gradient(self, name: str) -> Derivation:
        """The derivation of the partial of the output by a value.

        Raises:
            DeriveError: there are several outputs, or no such value.
        """
        return self.partial(partial_name(self.output, name)).derivation


def scalar_graph(
    equations: str, *, grain: Grain | str = "primitives", constants: Literal["inside", "nodes"] = "inside"
) -> ScalarGraph:
    """The computational graph of equations such as ``q = x + y; f = q*z``.

    Args:
        equations: each gives a value its name, and may read those before it. A name without an equation is an
            input, a function without a formula is unknown.
        grain: ``primitives`` takes functions such as sigma apart into arithmetic and exp, ``functions`` leaves
            them whole; names, such as ``sigma``, leave those whole. A function that is defined by cases stays whole.
        constants: whether a number in the equations is part of its operator, as in ``+ 1``, or a node.

    Raises:
        DefinitionError: the equations cannot be read, or ``grain`` names a function that has no formula.
    """
    chosen = _grain(grain)
    if "^" in equations or "**" in equations:
        # Which refuses powers that would not end.
        parse_equations(equations.strip(SEPARATE), Vocabulary({}, {}, {}, frozenset(CALLED)))
    graph = built(equations.strip(SEPARATE), chosen, constants)
    return ScalarGraph(graph.equations, graph.grain, graph.nodes)


def is_equations(text: str) -> bool:
    """Whether a text begins as an equation does, with a name and an equals sign."""
    return re.match(r"\s*\w+\s*=", text) is not None


def _grain(given: Grain | str) -> Grain:
    if given == "primitives":
        return "primitives"
    if given == "functions":
        return "functions"
    names = (given,) if isinstance(given, str) else tuple(given)
    for name in names:
        if name not in CALLED:
            raise DefinitionError(
                f"{name} is no function that has a formula; {nearest(name, CALLED)}; or say primitives or functions"
            )
    return names
