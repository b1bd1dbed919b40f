"""What is said of texts that cannot be read: where, and what to write in their place."""

from __future__ import annotations

import pytest

from derive.building.reader import parse_formula
from derive.errors import DeriveError
from derive.graph import scalar_graph
from derive.layer import layer
from derive.layers import LayerDefinition
from derive.network import network


@pytest.mark.parametrize(
    ("equations", "saying"),
    [
        ("y = 3x + 1", "line 1, column 6, where a sign is missing: a product is 3"),
        ("z = w*x; y = sigma(w x)", "where a sign is missing"),
        ("y = (x + 1)(x - 1)", "where a sign is missing"),
        ("f(x) = x^2", "where only a name stands before the equals sign"),
        ("x^2 + 1", "where an equation begins with the name of its value"),
        ("y = exp((x + 1)", "where a bracket is not closed"),
    ],
)
def test_the_way_out_of_a_text_that_cannot_be_read(equations: str, saying: str) -> None:
    with pytest.raises(DeriveError) as caught:
        scalar_graph(equations)
    assert saying in str(caught.value)


def test_formulas_alone_need_no_name() -> None:
    with pytest.raises(DeriveError, match="column 3, where a sign is missing"):
        parse_formula("2 x")


def test_how_elements_are_written() -> None:
    own = LayerDefinition("Own", "y = z^2", axes=("m", "n"))
    with pytest.raises(DeriveError, match=r"z has 2 axes, 0 subscripts were given; an element of it is z\[i,j\]"):
        layer(own)


@pytest.mark.parametrize(
    ("description", "saying"),
    [
        ("x -> Linear(d)", "computes x; an input has its size, x:n$"),
        ("x:n -> Linear(d) -> u; U -> ReLU", r"computes U; an input has its size, x:n; did you mean u\?"),
        ("x:28x28 -> Conv2d(8, 3)", r"but x has shape \(28, 28\); with one channel it is \(1, 28, 28\)"),
        ("x:(2,3) -> Maxout(2, 3)", "Flatten makes a vector of it"),
    ],
)
def test_the_way_out_of_a_network_that_does_not_fit(description: str, saying: str) -> None:
    with pytest.raises(DeriveError, match=saying):
        network(description)
