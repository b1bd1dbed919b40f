"""One letter for one axis: the equations of a definition agree on what an index runs over."""

from __future__ import annotations

import pytest
from sympy import Basic, Indexed, Sum

from derive import LayerDefinition, layer, network
from derive.derivation import Derivation
from derive.expression.partials import ends_of
from derive.expression.symbols import element, index, name_of
from derive.expression.walks import free_symbols, parts, total
from derive.lettering import lettering_of
from derive.steps import Quantity
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
    bound = {letter for added in parts(gradient.result, Sum) for letter, _, _ in added.limits}
    assert bound
    assert not bound & free
    # y = (Σ z t)/r, so that r cancels in the factor of y: r² dz = dy (t r − y z).
    assert len(parts(gradient.result, Sum)) == 1
    assert check(gradient).ok


def test_no_sum_has_the_letter_of_one_around_it() -> None:
    model = network("x:n -> Linear(d) -> Tanh -> Linear(K)", "MSE").forward
    n, d = model.tensors["W1"].shape[1], model.tensors["W1"].shape[0]
    i, j, k = (index(name) for name in "ijk")
    # The letter i is bound three times: in the innermost sum neither of the others is seen.
    innermost = total(element("W1", [i, j]) * element("x", [j]), [(j, 0, n - 1)])
    middle = total(element("z1", [i]) * total(innermost, [(i, 0, d - 1)]), [(i, 0, d - 1)])
    hidden = total(element("x", [i]) * middle * total(element("x", [i]) ** 2, [(i, 0, n - 1)]), [(i, 0, n - 1)])
    quantity = Quantity("dl/dx", (k,), (n,))
    _, lettered = lettering_of(model).equation(quantity, element("x", [k]) * hidden)
    assert not hiding(lettered, frozenset())
    assert len({letter for part in parts(lettered, Sum) for letter, *_ in part.limits}) >= 3


def hiding(node: Basic, around: frozenset[Basic]) -> list[Basic]:
    """The letters that sums have although sums around them have them."""
    own = [limit[0] for limit in node.limits] if isinstance(node, Sum) else []
    twice = [letter for letter in own if letter in around]
    return twice + [letter for part in node.args for letter in hiding(part, around | set(own))]


def test_a_sentence_has_the_letters_of_its_equation() -> None:
    gradient = layer("Conv2d", "C_out", ("k_H", "k_W")).vjp("z", grain="lecture")
    (sentence,) = [line for line in gradient.unicode("index", steps=True).splitlines() if "where" in line]
    assert "p = h+m and q = n+w" in sentence
    assert "weight[j,k,m,n]" in gradient.unicode("index")
