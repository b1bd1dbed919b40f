from __future__ import annotations

import re

import pytest

from derive import layer, network
from derive.errors import DeriveError
from derive.expression import symbols
from derive.layers.definition import LayerDefinition
from derive.render.names import GREEK, look, require_distinct

PRODUCT = "y[p,q] = sum[{letter}] U[p,{letter}]*z[{letter},q]"


def product_over(letter: str) -> LayerDefinition:
    """A product of matrices, summed over an index of that name."""
    return LayerDefinition(
        "Product",
        PRODUCT.format(letter=letter),
        ("n", "r"),
        sizes={"d": symbols.size("d")},
        shapes={"U": ("d", "n"), "y": ("d", "r")},
        parameters={"U": "U"},
    )


@pytest.mark.parametrize("letter", ["l", *GREEK])
def test_an_index_that_prints_as_a_command_does_not_run_into_the_next(letter: str) -> None:
    (value,) = layer(product_over(letter)).forward()
    text = value.latex("index")
    commands = set(re.findall(r"\\([A-Za-z]+)", text))
    assert commands <= {"sum", "bm", "ell", "varepsilon", *GREEK}, text
    assert "\\sum" in text


@pytest.mark.parametrize("batch", ["b", "i", "k", "q"])
def test_an_index_is_not_called_as_a_size_in_the_same_formula(batch: str) -> None:
    net = network("x:i -> Linear(j) -> Softmax", "CrossEntropy", batch=batch)
    for derivation in (*map(net.value, net.values), *net.gradients().values()):
        sizes = {size.name for size in symbols.sizes_in([derivation.result])}
        for base in (derivation.unicode("index"), derivation.latex("index")):
            for letter, end in re.findall(r"(?:Σ|\\sum)_\{(\w+)=[01]\}\^\{([^}]*)\}", base):
                assert letter not in re.findall(r"\w+", end), base
                assert letter not in sizes, base


@pytest.mark.parametrize(
    ("one", "other"),
    [("y", "y_"), ("z1", "z_1"), ("eps", "epsilon"), ("h_in", "h__in"), ("W1", "W_1"), ("x_hat", "x_hat_")],
)
def test_names_that_print_alike_are_told_apart_or_refused(one: str, other: str) -> None:
    assert look(one) == look(other)
    with pytest.raises(DeriveError, match="look alike"):
        require_distinct([one, "v", other])


def test_names_that_differ_in_print_are_let_through() -> None:
    require_distinct(
        ["x", "x_hat", "dx", "x1", "x12", "x_1_2", "X", "xi", "x_i", "x'", "l", "mu_z1", "mu_z2", "W1", "W2"]
    )


def test_tensors_of_a_network_that_look_alike_are_refused() -> None:
    with pytest.raises(DeriveError, match=r"y_ and y look alike|y and y_ look alike"):
        network("y_:n -> Linear(K)", "MSE")
    with pytest.raises(DeriveError, match="look alike"):
        network("x:Cin -> Linear(C_in)", "MSE")
