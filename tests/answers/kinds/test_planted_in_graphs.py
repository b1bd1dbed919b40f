"""A wrong rule of computational graphs makes a claim fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.answers.planting import Mutant, clear_caches, plant
from tests.answers.sample import all_pass, answered

GRAPH = {
    "kind": "graph",
    "equations": "a = x*y - 3*z; b = sigma(a)/y; w = a*b + x",
    "at": {"x": 2, "y": -3, "z": "1/7"},
}
PATHS = {"kind": "paths", "equations": "a = x*y - 3*z; b = f(a)/y; w = a*b + x", "of": ["dw/dx", "dw/dy"]}
TINY = {**GRAPH, "equations": "w = sigma(z - 30*y - x)", "at": {"x": 2, "y": -3, "z": 1}}

DRAWING = {"kind": "graph", "equations": "h = f(w*x - b); y = 1/(2 - h/x)^2"}

Rule = Callable[..., Any]


def minus(right: Rule) -> Rule:
    return lambda *given: -right(*given)


def one(right: Rule) -> Rule:
    return lambda *given: right(*given) ** 0


def reversed_arguments(right: Rule) -> Rule:
    return lambda self, *arguments: right(self, *reversed(arguments))


def last_dropped(right: Rule) -> Rule:
    return lambda *given: tuple(right(*given))[:-1]


def zero_digits(right: Rule) -> Rule:
    return lambda *given: "0"


def not_added(right: Rule) -> Rule:
    return lambda routes: right(routes[:1])


def other_slot(right: Rule) -> Rule:
    return lambda self, place, slope_of: right(self, (self.arity - 1) - place, slope_of)


MUTANTS = [
    (Mutant("derive.graph.structure:Operation.slope", minus, "", "", ""), GRAPH),
    (Mutant("derive.graph.structure:Operation.slope", one, "", "", ""), GRAPH),
    (Mutant("derive.graph.structure:Operation.slope", other_slot, "", "", ""), GRAPH),
    (Mutant("derive.graph.structure:Operation.at", reversed_arguments, "", "", ""), GRAPH),
    (Mutant("derive.graph.certified:_slope", minus, "", "", ""), GRAPH),
    (Mutant("derive.graph.passes:exact", minus, "", "", ""), GRAPH),
    (Mutant("derive.graph.structure:Operation.at", reversed_arguments, "", "", ""), DRAWING),
    (Mutant("derive.graph.numbers:_shown", zero_digits, "", "", ""), TINY),
    (Mutant("derive.graph.structure:Operation.slope", minus, "", "", ""), PATHS),
    (Mutant("derive.graph.links:paths_between", last_dropped, "", "", ""), PATHS),
    (Mutant("derive.graph.links:_routes", last_dropped, "", "", ""), PATHS),
    (Mutant("derive.graph.links:_joined", not_added, "", "", ""), {**PATHS, "equations": "w = x*y + (x + x)/y"}),
]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    clear_caches()
    yield
    clear_caches()


@pytest.mark.parametrize("item", [GRAPH, PATHS, TINY, DRAWING])
def test_without_an_error_all_is_well(item: dict[str, Any]) -> None:
    assert all_pass(answered(item))


@pytest.mark.parametrize(("mutant", "item"), MUTANTS)
def test_a_planted_error_is_caught(mutant: Mutant, item: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(mutant, monkeypatch)
    assert not all_pass(answered(item))
