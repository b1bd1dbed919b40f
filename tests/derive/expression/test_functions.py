"""The largest and the smallest of several values: their values, their slopes, which of equal ones counts."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer

from derive import LayerDefinition, layer, scalar_graph
from derive.derivation import Derivation
from derive.expression.functions import largest, smallest
from derive.expression.symbols import scalar
from numeric import check, compile, evaluate
from tests.examples import examples

WHOLE = st.lists(st.integers(-2, 2), min_size=2, max_size=4)


@given(values=WHOLE, held=st.integers(0, 3))
def test_values(values: list[int], held: int) -> None:
    """Some are numbers and some are symbols, of which several may have one value."""
    given = [Integer(value) if place == held else scalar(f"a{place}") for place, value in enumerate(values)]
    at = {scalar(f"a{place}"): value for place, value in enumerate(values)}
    assert largest(*given).xreplace(at) == max(values)
    assert smallest(*given).xreplace(at) == min(values)


@given(values=WHOLE)
def test_of_equal_ones_the_first_counts(values: list[int]) -> None:
    names = [f"a{place}" for place in range(len(values))]
    backward = scalar_graph(f"f = max({', '.join(names)})").backward(dict(zip(names, values, strict=True)))
    first = values.index(max(values))
    assert [backward[name] for name in names] == [int(place == first) for place in range(len(values))]


def defined(equations: str) -> Derivation:
    shapes = {"w": ("n",), "y": () if equations.startswith("y =") else ("n",)}
    return layer(LayerDefinition("Own", equations, ("n",), shapes=shapes, inputs=("w",))).vjp("z")


@pytest.mark.parametrize(
    ("equations", "shown"),
    [
        ("y[i] = max(z[i], w[i])", "dy ⊙ 1[z ≥ w]"),
        ("y[i] = min(z[i], w[i])", "dy ⊙ 1[z ≤ w]"),
        ("y[i] = max(0, z[i])*w[i]", "dy ⊙ w ⊙ 1[z > 0]"),
        ("y = sum[i] max(0, 1 - w[i]*z[i])^2", "−2 dy w ⊙ 1[𝟏 − w ⊙ z > 0] ⊙ (𝟏 − w ⊙ z)"),
        ("y = max(1 - sum[i] w[i]*z[i], 0)", "−dy w 1[1 − wᵀ z > 0]"),
        ("y[i] = min(max(z[i], -1), w[i], 3*z[i])", ""),
        ("y[i] = z[i]*w[i] - min(z[i], max[k] z[k] - 1)", ""),
    ],
)
def test_layers(equations: str, shown: str) -> None:
    derivation = defined(equations)
    assert check(derivation).ok
    assert shown in derivation.unicode()


def test_a_number_counts_before_what_is_equal_to_it() -> None:
    torch = pytest.importorskip("torch")
    found = evaluate(defined("y[i] = max(z[i], 0) + 0*w[i]"), {"z": [0.0, 1, -1], "w": [1.0, 1, 1], "dy": [1.0, 1, 1]})
    z = torch.tensor([0.0, 1, -1], requires_grad=True)
    torch.relu(z).sum().backward()
    assert found.tolist() == z.grad.tolist()


@examples(25)
@given(seed=st.integers(0, 2**32 - 1))
def test_compiled_layers_choose_and_do_not_multiply(seed: int) -> None:
    definition = LayerDefinition("Gate", "y[i] = max(z[i], w[i])", ("n",), shapes={"w": ("n",)}, inputs=("w",))
    values = numpy.random.default_rng(seed).choice([-numpy.inf, -1, 0, 1, 1e308, numpy.inf], size=(2, 3, 4))
    found = compile(layer(definition, batch="B")).forward({}, *values)
    assert numpy.array_equal(found[0] if isinstance(found, tuple) else found, numpy.maximum(*values))
