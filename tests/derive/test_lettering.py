"""One letter for one axis: the equations of a definition agree on what an index runs over."""

from __future__ import annotations

import pytest
from sympy import Indexed, Sum

from derive import LayerDefinition, layer, network
from derive.derivation import Derivation
from derive.expression.partials import ends_of
from derive.expression.symbols import name_of
from derive.expression.walks import free_symbols, parts
from numeric import check


def letters(derivation: Derivation) -> dict[tuple[str, int], set[str]]:
    """The letters that stand alone at each axis of each tensor, in the result and on its left."""
    forward = derivation.forward
    found: dict[tuple[str, int], set[str]] = {}
    for access in parts(derivation.result, Indexed):
        axes = [(end, n) for end in ends_of(name_of(access)) for n in range(len(forward.tensors[end].shape))]
        for axis, subscript in zip(axes, access.indices, strict=True):
            if subscript.is_Symbol:
                found.setdefault(axis, set()).add(subscript.name)
    return found


@pytest.mark.parametrize("batch", [None, "B"])
def test_every_gradient_of_a_network_has_the_same_letters(batch: str | None) -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(K)", "MSE", batch=batch)
    seen: dict[tuple[str, int], set[str]] = {}
    for derivation in net.gradients().values():
        assert check(derivation).ok
        for axis, own in letters(derivation).items():
            seen.setdefault(axis, set()).update(own)
    assert all(len(own) == 1 for own in seen.values()), seen
    assert seen["W2", 1] == seen["z2", int(batch is not None)]


def test_a_convolution_has_its_letters_forward_and_backward() -> None:
    convolution = layer("Conv2d", "D", 3)
    assert convolution.forward()[-1].unicode("index").startswith("y[j,h,w] = bias[j] + Σ_{k=0}^{C−1}")
    assert convolution.vjp("weight").unicode("index") == (
        "∂ℓ/∂weight[j,k,m,n] = Σ_{h=0}^{H_out−1} Σ_{w=0}^{W_out−1} dy[j,h,w] · z[k,h+m,n+w]"
    )
    assert convolution.vjp("z").unicode("index").startswith("∂ℓ/∂z[k,p,q] = Σ_{j=0}^{D−1}")


def test_a_second_index_on_an_axis_has_a_letter_of_no_axis() -> None:
    net = network("x:n -> Linear(d) -> Tanh -> Linear(K) -> Softmax", "CrossEntropy")
    assert net.jacobian("y_hat", "z3").unicode("index") == "∂ŷ[k]/∂z₃[m] = ŷ[m] · (δ[k,m] − ŷ[k])"


@pytest.mark.parametrize("batch", [None, "B"])
def test_no_sum_has_the_letter_of_an_index_around_it(batch: str | None) -> None:
    cosine = LayerDefinition(
        name="Cosine",
        equations="y = sum[i] z[i]*t[i]/sqrt(sum[j] z[j]^2)",
        axes=("n",),
        shapes={"t": ("n",), "y": ()},
        parameters={"t": "t"},
    )
    gradient = layer(cosine, batch=batch).vjp("z")
    free = free_symbols(gradient.result)
    bound = {letter for total in parts(gradient.result, Sum) for letter, _, _ in total.limits}
    assert bound
    assert not bound & free
    # y = (Σ z t)/r, so that r cancels in the factor of y: r² dz = dy (t r − y z).
    assert len(parts(gradient.result, Sum)) == 1
    assert check(gradient).ok
