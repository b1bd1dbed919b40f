from __future__ import annotations

from dataclasses import replace

import pytest

from derive.errors import DefinitionError, DeriveError
from derive.expression.multivariate import slope_name, taken_apart
from derive.graph import scalar_graph
from derive.layer import layer
from derive.layers import LayerDefinition
from numeric import check


def test_names_of_slopes() -> None:
    assert taken_apart(slope_name(slope_name("F1", 1), 0)) == ("F1", (0, 1))
    assert slope_name("F∂2", 0) == slope_name("F∂1", 1)
    assert taken_apart("f'") == ("f'", ())
    assert taken_apart("LeakyReLU_1/5") == ("LeakyReLU_1/5", ())


@pytest.mark.parametrize(
    ("equations", "by", "shown"),
    [
        ("y = F(x, w)", "w", "∂₂F(x, w)"),
        ("x1 = F(x0, w); x2 = F(x1, w)", "x0", "∂₁F(x0, w) · ∂₁F(x1, w)"),
        ("y = G(x*w, x)", "x", "w · ∂₁G(w · x, x) + ∂₂G(w · x, x)"),
        ("y = F(x, 2)", "x", "∂₁F(x, 2)"),
    ],
)
def test_an_unknown_function_of_several_numbers(equations: str, by: str, shown: str) -> None:
    partial = scalar_graph(equations).gradient(by)
    assert sorted(partial.unicode().split(" = ")[1].replace("x₁", "x1").replace("x₀", "x0").split(" + ")) == sorted(
        shown.split(" + ")
    )
    assert check(partial).ok


def test_in_a_layer() -> None:
    own = LayerDefinition("Own", "y[i] = F(z[i], w[i])", ("n",), shapes={"w": ("n",)}, parameters={"w": "w"})
    for name in ("z", "w"):
        assert check(layer(own).vjp(name)).ok


def test_a_wrong_slope_is_found() -> None:
    partial = scalar_graph("y = F(x, w)").gradient("w")
    other = scalar_graph("y = F(x, w)").gradient("x")
    assert not check(replace(partial, result=other.result)).ok


def test_its_numbers_are_not_known() -> None:
    with pytest.raises(DeriveError, match="F has no formula"):
        scalar_graph("y = F(x, w)").forward({"x": 1, "w": 2})


@pytest.mark.parametrize("text", ["y = F'(x, w)", "y = sigma(x, w)", "y = f()"])
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(DefinitionError):
        scalar_graph(text)
