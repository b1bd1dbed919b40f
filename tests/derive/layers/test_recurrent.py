"""Recurrent cells: against PyTorch for drawn sizes, checked by number, gate by gate."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import layer, network
from derive.derivation import Derivation
from derive.expression.symbols import size
from derive.layer import Layer
from derive.layers.recurrent import gru, lstm
from derive.matrix.nodes import Stacked
from numeric import check, evaluate
from tests.derive.layers.comparing import Array, checked, same, torch
from tests.examples import examples

SIZE = st.integers(1, 4)
SEED = st.integers(0, 2**32 - 1)
GATES = {"RNNCell": 1, "LSTMCell": 4, "GRUCell": 3}
CELLS = {"RNNCell": torch.nn.RNNCell, "LSTMCell": torch.nn.LSTMCell, "GRUCell": torch.nn.GRUCell}


@cache
def derived(name: str, bias: bool) -> tuple[Layer, dict[str, Derivation], dict[str, Derivation]]:
    """The cell and its gradients, written out and by gates, derived once for all draws."""
    cell = layer(name, "H", bias=bias)
    names = cell.network.forward.tensors
    out = {tensor: cell.vjp(tensor, within=names) for tensor in cell.differentiable}
    return cell, out, {tensor: cell.vjp(tensor) for tensor in cell.differentiable}


def arrays_of(cell: Layer, sizes: dict[str, int], seed: int) -> dict[str, Array]:
    """Random values of what the cell is given, upstream gradients included."""
    generator = np.random.default_rng(seed)
    forward = cell.network.forward
    values = {size(name): number for name, number in sizes.items()}
    return {
        tensor.name: generator.normal(size=[int(length.xreplace(values)) for length in tensor.shape])
        for tensor in forward.given
    }


def theirs(name: str, arrays: dict[str, Array], bias: bool) -> tuple[tuple[Any, ...], dict[str, Array]]:
    """The outputs of PyTorch's cell, and the gradients of all that it is given."""
    rows, inputs = arrays["weight_ih"].shape
    module = CELLS[name](inputs, rows // GATES[name], bias=bias, dtype=torch.float64)
    for key, parameter in module.named_parameters():
        parameter.data = torch.tensor(arrays[key])
    given = {key: torch.tensor(arrays[key], requires_grad=True) for key in ("z", "h_prev", "c_prev") if key in arrays}
    before = (given["h_prev"], given["c_prev"]) if "c_prev" in given else given["h_prev"]
    result = module(given["z"], before)
    outputs = result if isinstance(result, tuple) else (result,)
    loss = sum((out * torch.tensor(arrays[up])).sum() for out, up in zip(outputs, ("dh", "dc"), strict=False))
    loss.backward()
    gradients: dict[str, Array] = {key: tensor.grad.numpy() for key, tensor in given.items()}
    gradients |= {key: parameter.grad.numpy() for key, parameter in module.named_parameters()}
    return outputs, gradients


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", CELLS)
@examples(6)
@given(inputs=SIZE, hidden=SIZE, seed=SEED)
def test_against_pytorch(name: str, bias: bool, inputs: int, hidden: int, seed: int) -> None:
    cell, written_out, by_gates = derived(name, bias)
    arrays = arrays_of(cell, {"D": inputs, "H": hidden}, seed)
    outputs, gradients = theirs(name, arrays, bias)
    for output, value in zip(cell.outputs, outputs, strict=True):
        same(evaluate(cell.network.value(output), arrays), value.detach().numpy())
    assert set(gradients) == set(written_out) == set(by_gates)
    for tensor, gradient in gradients.items():
        same(evaluate(written_out[tensor], arrays), gradient)
        same(evaluate(by_gates[tensor], arrays), gradient)


@pytest.mark.parametrize("name", CELLS)
def test_every_step_is_right_by_number(name: str) -> None:
    checked(layer(name, "H"))
    for derivation in (*layer(name, "H").forward(), *layer(name, "H").backward()):
        outcome = check(derivation, points=2)
        assert outcome.ok, [item for item in outcome.items if not item.ok]


def test_lstm_gate_by_gate() -> None:
    backward = {derivation.quantity.name: derivation for derivation in layer("LSTMCell", "H").backward()}
    names = ["dl/dh", "dl/dc", "dl/do", "dl/dg", "dl/df", "dl/di", "dl/da"]
    assert list(backward)[: len(names)] == names
    shown = {name: derivation.unicode() for name, derivation in backward.items()}
    assert shown["dl/do"] == "∂ℓ/∂o = ∂ℓ/∂h ⊙ tanh(c)"
    assert shown["dl/dc"] == "∂ℓ/∂c = ∂ℓ/∂h ⊙ o ⊙ (𝟏 − tanh(c) ⊙ tanh(c)) + dc"
    assert shown["dl/df"] == "∂ℓ/∂f = ∂ℓ/∂c ⊙ c_prev"
    assert shown["dl/dg"] == "∂ℓ/∂g = ∂ℓ/∂c ⊙ i"
    assert shown["dl/di"] == "∂ℓ/∂i = ∂ℓ/∂c ⊙ g"
    assert shown["dl/da"] == (
        "∂ℓ/∂a = [∂ℓ/∂i ⊙ i ⊙ (𝟏 − i); ∂ℓ/∂f ⊙ f ⊙ (𝟏 − f); ∂ℓ/∂g ⊙ (𝟏 − g ⊙ g); ∂ℓ/∂o ⊙ o ⊙ (𝟏 − o)]"
    )
    assert shown["dl/dweight_ih"] == "∂ℓ/∂weight_ih = ∂ℓ/∂a zᵀ"
    assert shown["dl/dh_prev"] == "∂ℓ/∂h_prev = weight_hhᵀ ∂ℓ/∂a"


def test_gradients_of_a_cell_are_in_the_adjoints_of_its_gates() -> None:
    cell = layer("LSTMCell", "H")
    gradient = cell.vjp("weight_ih")
    assert gradient.unicode() == "∂ℓ/∂weight_ih = ∂ℓ/∂a zᵀ"
    assert cell.vjp("c_prev").unicode() == "∂ℓ/∂c_prev = ∂ℓ/∂c ⊙ f"
    own = [step.quantity.name for step in gradient.steps if "|" not in step.quantity.name]
    first = dict.fromkeys(name for name in own if name.startswith("dl/"))
    assert list(first) == ["dl/dh", "dl/dc", "dl/do", "dl/dg", "dl/df", "dl/di", "dl/da", "dl/dweight_ih"]
    assert len(set(gradient.steps)) == len(gradient.steps)
    written_out = cell.vjp("weight_ih", within=cell.network.forward.tensors)
    assert "∂ℓ" not in written_out.unicode().split(" = ")[1]
    assert layer("GRUCell", "H").vjp("h_prev").unicode() == "∂ℓ/∂h_prev = weight_hhᵀ ∂ℓ/∂v + dh ⊙ u"


def test_a_wrong_adjoint_of_a_gate_is_caught() -> None:
    gradient = layer("LSTMCell", "H").vjp("weight_ih")
    place = max(number for number, step in enumerate(gradient.steps) if step.quantity.name == "dl/da")
    wrong = replace(gradient.steps[place], expression=2 * gradient.steps[place].expression, matrix=None)
    assert check(gradient, points=1).ok
    assert not check(replace(gradient, steps=(*gradient.steps[:place], wrong)), points=1).ok


def test_gru_gate_by_gate() -> None:
    shown = {derivation.quantity.name: derivation.unicode() for derivation in layer("GRUCell", "H").backward()}
    assert shown["dl/dr"] == "∂ℓ/∂r = ∂ℓ/∂n ⊙ v[2H:3H] ⊙ (𝟏 − n ⊙ n)"
    assert shown["dl/da"] == ("∂ℓ/∂a = [∂ℓ/∂r ⊙ r ⊙ (𝟏 − r); ∂ℓ/∂u ⊙ u ⊙ (𝟏 − u); ∂ℓ/∂n ⊙ (𝟏 − n ⊙ n)]")
    from_one = layer("GRUCell", "H", index_base=1).network.gradient("r", within=["n", "v", "r", "dl/dn"])
    assert "v[2H+1:3H]" in from_one.unicode()


def test_gates_in_the_wrong_order_are_caught() -> None:
    derivation = layer("LSTMCell", "H").network.gradient(
        "a", within=["i", "f", "g", "o", "dl/di", "dl/df", "dl/dg", "dl/do"]
    )
    stacked = derivation.matrix
    assert isinstance(stacked, Stacked)
    assert check(derivation).ok
    swapped = Stacked((stacked.parts[1], stacked.parts[0], *stacked.parts[2:]))
    assert not check(replace(derivation, matrix=swapped)).ok


def test_slopes_are_in_the_values_of_the_gates() -> None:
    shown = layer("LSTMCell", "H").network.gradient("a").unicode("index")
    assert "σ" not in shown
    assert "tanh(a" not in shown
    for gate, shift in (("i", ""), ("f", "−H"), ("o", "−3H")):
        assert f"(1 − {gate}[m{shift}])" in shown
    assert "(1 − g[m−2H]²)" in shown


def test_elman_in_matrix_form() -> None:
    cell = layer("RNNCell", "H")
    assert cell.vjp("weight_hh").unicode() == "∂ℓ/∂weight_hh = (dh ⊙ (𝟏 − h ⊙ h)) h_prevᵀ"
    assert cell.vjp("h_prev").unicode() == "∂ℓ/∂h_prev = weight_hhᵀ (dh ⊙ (𝟏 − h ⊙ h))"
    assert cell.jacobian("h_prev").unicode() == "∂h/∂h_prev = diag(𝟏 − h ⊙ h) weight_hh"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("sigma(a[H + j])", "sigma(a[j])"), ("o[j]*tanh(c[j])", "o[j]*c[j]"), ("f[j]*c_prev[j]", "c_prev[j]")],
)
def test_another_cell_is_not_pytorchs(right: str, wrong: str) -> None:
    definition = lstm(size("H"))
    cell = layer(replace(definition, equations=definition.equations.replace(right, wrong)))
    arrays = arrays_of(cell, {"D": 3, "H": 2}, 1)
    _, gradients = theirs("LSTMCell", arrays, bias=True)
    with pytest.raises(AssertionError):
        same(evaluate(cell.vjp("weight_hh"), arrays), gradients["weight_hh"])


def test_a_gate_folded_as_another_is_caught() -> None:
    # The slope of f written with the values of i, which stand in other rows of a.
    derivation = layer("LSTMCell", "H").network.gradient("a")
    wrong = derivation.result.replace(
        lambda part: getattr(part, "base", None) is not None and str(part.base) == "f",
        lambda part: type(part)(part.base.func(part.base.label.func("i", real=True)), *part.indices),
    )
    assert wrong != derivation.result
    assert not check(replace(derivation, result=wrong)).ok


def test_a_cell_in_a_network_over_a_batch() -> None:
    net = network("x:n -> GRUCell(d) -> Linear(K) -> y_hat", "1/2*MSE", batch="B")
    assert check(net.gradient("W1"), points=1).ok
    assert "h_prev_z1" in net.forward.tensors


def test_pytorch_applies_the_reset_gate_behind_the_matrix() -> None:
    assert "r[j]*v[2*H + j]" in gru(size("H")).equations
