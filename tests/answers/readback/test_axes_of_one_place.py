"""Where a dimension is 1, forms are those of numbers: no diagonal, no transpose and no elementwise product of them."""

from __future__ import annotations

import pytest

from answers.readback.compare import read_back
from answers.readback.printed import in_latex, in_unicode
from derive import layer, network
from derive.conventions import Layout
from numeric import check

ONE_OUTPUT = "x:n -> Linear(d) -> Sigmoid -> Linear(1) -> Sigmoid -> y_hat"

GRADIENTS = {
    ("MSE", "dl/dy_hat"): "2(ŷ − y)",
    ("MSE", "dy_hat/dz3"): "ŷ · (1 − ŷ)",
    ("MSE", "dl/dz3"): "2(ŷ − y) · ŷ · (1 − ŷ)",
    ("BCE", "dl/dy_hat"): "(ŷ − y)/(ŷ · (1 − ŷ))",
    ("BCE", "dl/dz3"): "ŷ − y",
    ("BCE", "dl/db2"): "ŷ − y",
    ("BCE", "dl/dW2"): "(ŷ − y) z₂ᵀ",
    ("BCE", "dl/dz1"): "(ŷ − y) W₂ᵀ ⊙ z₂ ⊙ (𝟏 − z₂)",
    ("BCE", "dz3/dz2"): "W₂",
    ("BCE", "dz3/db2"): "1",
}


@pytest.mark.parametrize(("loss", "name"), GRADIENTS)
def test_derivatives_of_one_output(loss: str, name: str) -> None:
    derivation = network(ONE_OUTPUT, loss).partial(name)
    assert derivation.unicode().partition(" = ")[2] == GRADIENTS[loss, name]
    assert check(derivation).ok
    assert read_back(derivation, in_unicode(derivation.unicode())).ok


def test_the_loss_of_one_output() -> None:
    assert network(ONE_OUTPUT, "BCE").value("l").unicode() == "ℓ = −y · log(ŷ) − (1 − y) · log(1 − ŷ)"
    assert network(ONE_OUTPUT, "1/2*MSE").value("l").unicode() == "ℓ = ½(ŷ − y)²"


def test_a_value_that_is_to_be_written_out_keeps_its_matrices() -> None:
    net = network(ONE_OUTPUT, "1/2*MSE")
    written = net.gradient("b2", within=["x", "y", "W1", "b1", "W2", "b2"])
    output = "σ(W₂ σ(W₁ x + b₁) + b₂)"
    assert written.unicode() == f"∂ℓ/∂b₂ = ({output} − y) · {output}(1 − {output})"
    assert check(written).ok


@pytest.mark.parametrize("layout", ["gradient", "numerator"])
def test_partials_stay_where_the_chain_rule_puts_them(layout: Layout) -> None:
    """The formula is that of many outputs."""
    within = ["x", "W2", "dl/dy_hat", "dz2/dz1", "dy_hat/dz3"]
    one, many = (
        network(ONE_OUTPUT.replace("(1)", f"({count})"), "MSE", layout=layout).gradient("W1", within)
        for count in ("1", "K")
    )
    if layout == "numerator":
        assert one.unicode() == many.unicode() == "∂ℓ/∂W₁ = x ∂ℓ/∂ŷ ∂ŷ/∂z₃ W₂ ∂z₂/∂z₁"
    else:
        assert one.unicode() == "∂ℓ/∂W₁ = (∂z₂/∂z₁)ᵀ W₂ᵀ ∂ŷ/∂z₃ · ∂ℓ/∂ŷ xᵀ"
    assert check(one).ok


def test_elements_have_no_letter_along_one_place() -> None:
    net = network(ONE_OUTPUT, "MSE")
    assert net.jacobian("y_hat", "z3").unicode("cases") == "∂ŷ/∂z₃ = ŷ · (1 − ŷ)"
    element = net.gradient("W1")
    text = element.unicode("index", steps=True)
    assert "Σ_{k=1}^{1}" not in text
    assert "W₂[i]" in text
    assert read_back(element, in_unicode(text)).ok
    latex = element.latex("index", steps=True)
    assert r"\bm{y}" not in latex
    assert r"W^{(2)}_i" in latex
    assert read_back(element, in_latex(latex)).ok


@pytest.mark.parametrize(
    "description",
    [
        "x:1 -> Linear(d) -> Tanh -> Linear(1)",
        "x:n -> Linear(1) -> ReLU -> Linear(K)",
        "x:n -> Linear(1) -> Linear(1) -> Tanh",
        "x:2 -> Linear(1) -> Sigmoid -> Linear(1)",
    ],
)
@pytest.mark.parametrize("batch", [None, "B"])
def test_forms_with_other_axes_of_one_place(description: str, batch: str | None) -> None:
    net = network(description, "MSE", batch=batch)
    for name in net.parameters:
        derivation = net.gradient(name)
        assert check(derivation).ok
        for text in (derivation.unicode(), derivation.unicode("index")):
            assert read_back(derivation, in_unicode(text)).ok, text


def test_one_channel_has_no_subscript() -> None:
    convolution = layer("Conv2d(1, 2)")
    assert convolution.vjp("bias").unicode("index") == "∂ℓ/∂bias = Σ_{h=0}^{H_out−1} Σ_{w=0}^{W_out−1} dy[h,w]"
    assert check(convolution.vjp("weight")).ok
