"""Back-propagation through time: against PyTorch, by number, with the recursion and its solution as texts have them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Indexed

from derive import NetworkError
from derive.expression.symbols import size
from derive.layers.definition import LayerDefinition
from derive.recurrent.recurrence import Recurrence, recurrence
from numeric import check, evaluate
from numeric.values.recurrence import gradients
from tests.derive.layers.comparing import Array, same, torch
from tests.examples import examples
from tests.sweeps import sweep

SIZE = st.integers(1, 3)
STEPS = st.integers(1, 5)
SEED = st.integers(0, 2**32 - 1)
SEQUENCES = {"RNNCell": torch.nn.RNN, "LSTMCell": torch.nn.LSTM, "GRUCell": torch.nn.GRU}

LEAKY = LayerDefinition(
    name="Leaky",
    equations="""
        v[i] = leak*v_prev[i] + sum[j] weight[i,j]*z[j] - s_prev[i]
        s[i] = sigma(v[i])
    """,
    axes=("D",),
    outputs=("s",),
    states={"v_prev": "v", "s_prev": "s"},
    inputs=("v_prev", "s_prev"),
    sizes={"H": size("H")},
    shapes={**dict.fromkeys(("v", "s", "v_prev", "s_prev"), ("H",)), "weight": ("H", "D"), "leak": ()},
    parameters={"weight": "W", "leak": "leak"},
    values=("v",),
)
"""A cell of a user's own, with a state that is no output."""


@cache
def over_time(name: str) -> Recurrence:
    return recurrence(name, "H")


def arrays_of(model: Recurrence, steps: int, inputs: int, hidden: int, seed: int) -> dict[str, Array]:
    values = {size("T"): steps, size("D"): inputs, size("H"): hidden}
    generator = np.random.default_rng(seed)
    return {
        tensor.name: generator.normal(size=[int(length.xreplace(values)) for length in tensor.shape])
        for tensor in model.forward.given
    }


def by_pytorch(name: str, arrays: dict[str, Array]) -> dict[str, Array]:
    """The gradients of PyTorch's layer over the whole sequence; of c, only the last value has one upstream."""
    (_, inputs), (hidden,) = arrays["z"].shape, arrays["h0"].shape
    module = SEQUENCES[name](inputs, hidden, dtype=torch.float64)
    for key, parameter in module.named_parameters():
        parameter.data = torch.tensor(arrays[key.removesuffix("_l0")])
    leaves = {key: torch.tensor(arrays[key], requires_grad=True) for key in ("z", "h0", "c0") if key in arrays}
    first = tuple(leaves[key][None] for key in ("h0", "c0") if key in leaves)
    outputs, last = module(leaves["z"], first if len(first) > 1 else first[0])
    loss = (outputs * torch.tensor(arrays["dh"])).sum()
    if "dc" in arrays:
        loss = loss + (last[1][0] * torch.tensor(arrays["dc"][-1])).sum()
    loss.backward()
    found = {key: tensor.grad.numpy() for key, tensor in leaves.items()}
    return found | {key.removesuffix("_l0"): value.grad.numpy() for key, value in module.named_parameters()}


@pytest.mark.parametrize("name", SEQUENCES)
@examples(8)
@given(steps=STEPS, inputs=SIZE, hidden=SIZE, seed=SEED)
def test_backward_pass_is_pytorchs(name: str, steps: int, inputs: int, hidden: int, seed: int) -> None:
    model = over_time(name)
    arrays = arrays_of(model, steps, inputs, hidden, seed)
    if "dc" in arrays:
        arrays["dc"][:-1] = 0
    ours = gradients(model, arrays)
    for tensor, gradient in by_pytorch(name, arrays).items():
        same(ours[tensor], gradient)


@sweep(lambda name: name == "RNNCell")
@pytest.mark.parametrize("name", SEQUENCES)
def test_every_step_is_right_by_number(name: str) -> None:
    model = over_time(name)
    for derivation in (*model.equations(), *model.backward()):
        right(derivation)


@sweep(lambda name: name == "RNNCell")
@pytest.mark.parametrize("name", SEQUENCES)
def test_solved_recursions_are_right_by_number(name: str) -> None:
    model = over_time(name)
    for tensor in ("h", "h0", "weight_hh", "bias_ih"):
        right(model.unrolled_gradient(tensor))
    for _, state in model.states:
        right(model.jacobian("h", state))
        right(model.step_jacobian("h", state))


@pytest.mark.parametrize("steps", [1, 4])
def test_a_given_number_of_steps(steps: int) -> None:
    model = recurrence("RNNCell", 2, steps=steps)
    for derivation in (*model.backward(), model.unrolled_gradient("weight_hh"), model.jacobian("h", "h")):
        right(derivation)


@pytest.mark.parametrize(
    ("cell", "hidden", "steps"),
    [
        ("RNNCell", 300, "T"),
        ("RNNCell", "H", 40),
        ("RNNCell", 20, 17),
        pytest.param("GRUCell", 128, "T", marks=pytest.mark.slow),
        pytest.param("LSTMCell", 512, 100, marks=pytest.mark.slow),
    ],
)
def test_large_numbers_are_a_case_of_letters(cell: str, hidden: int | str, steps: int | str) -> None:
    model = recurrence(cell, hidden, steps=steps)
    small = recurrence(cell, "H", steps="T")
    for derivation, known in zip(model.backward(), small.backward(), strict=True):
        found = check(derivation)
        assert found.ok
        assert "at stand-in sizes" in getattr(found, "note", "")
        assert derivation.forward == model.forward
        assert len(derivation.steps) == len(known.steps)
    state = model.states[0][1]
    for derivation in (model.equations()[0], model.step_jacobian("h", state), model.unrolled_gradient("bias_ih")):
        assert derivation.general is not None
        assert check(derivation).ok


@examples(4)
@given(steps=STEPS, inputs=SIZE, hidden=SIZE, seed=SEED)
def test_the_sum_over_time_has_the_value_of_the_recursion(steps: int, inputs: int, hidden: int, seed: int) -> None:
    model = over_time("RNNCell")
    arrays = arrays_of(model, steps, inputs, hidden, seed)
    same(evaluate(model.unrolled_gradient("weight_hh"), arrays), gradients(model, arrays)["weight_hh"])


def test_recursion_of_a_simple_cell() -> None:
    derivation = over_time("RNNCell").gradient("h")
    assert derivation.unicode() == "∂ℓ/∂h[t] = weight_hhᵀ (∂ℓ/∂h[t+1] ⊙ (𝟏 − h[t+1] ⊙ h[t+1])) + dh[t]"
    rules = [step.rule for step in derivation.steps]
    assert rules == ["chain rule", "differentiate", "differentiate", "insert", "index elimination", "boundary"]
    assert r"\frac{\partial^{+} \bm{h}_s}{\partial \bm{h}_t}" in derivation.latex(steps=True)


def test_parameters_are_sums_over_time() -> None:
    shown = over_time("RNNCell").gradient("weight_hh").unicode()
    assert shown == "∂ℓ/∂weight_hh = Σ_{t=0}^{T−1} (∂ℓ/∂h[t] ⊙ (𝟏 − h[t] ⊙ h[t])) h[t−1]ᵀ"
    assert over_time("LSTMCell").gradient("weight_hh").unicode() == "∂ℓ/∂weight_hh = Σ_{t=0}^{T−1} ∂ℓ/∂a[t] h[t−1]ᵀ"
    assert over_time("RNNCell").gradient("h0").unicode() == ("∂ℓ/∂h₋₁ = weight_hhᵀ (∂ℓ/∂h[0] ⊙ (𝟏 − h[0] ⊙ h[0]))")


def test_jacobians_between_two_times_are_products() -> None:
    model = over_time("RNNCell")
    assert model.step_jacobian("h", "h").unicode() == "∂h/∂h_prev = diag(𝟏 − h ⊙ h) weight_hh"
    assert model.jacobian("h", "h").unicode() == (
        "∂h[s]/∂h[t] = 1[s ≥ t] Π_{r=s}^{t+1} (diag(𝟏 − h[r] ⊙ h[r]) weight_hh)"
    )
    product = r"\prod_{r=s}^{t+1} (\operatorname{diag}(\mathbf{1} - \bm{h}_r \odot \bm{h}_r)"
    assert product in model.unrolled_gradient("h").latex()
    assert r"\sum_{s=t}^{T-1}" in model.unrolled_gradient("h").latex()


def test_times_count_from_one_as_asked() -> None:
    shown = recurrence("RNNCell", "H", index_base=1).unrolled_gradient("weight_hh").unicode()
    assert shown.startswith("∂ℓ/∂weight_hh = Σ_{t=1}^{T} Σ_{s=t}^{T} ")


@pytest.mark.parametrize(("base", "condition"), [(0, "1[t < T−1]"), (1, "1[t < T]")])
def test_conditions_on_times_count_as_these_do(base: Any, condition: str) -> None:
    shown = recurrence("RNNCell", "H", index_base=base).gradient("h").unicode(steps=True)
    assert f" = {condition} weight_hhᵀ (∂ℓ/∂h[t+1]" in shown


def test_two_states_of_an_lstm_act_on_each_other() -> None:
    shown = over_time("LSTMCell").unrolled_gradient("h").unicode()
    assert shown == "∂ℓ/∂h[t] = Σ_{s=t}^{T−1} ((∂c[s]/∂h[t])ᵀ dc[s] + (∂h[s]/∂h[t])ᵀ dh[s])"


def test_a_cell_of_ones_own() -> None:
    model = recurrence(LEAKY)
    assert model.forward.initial == (("v", "v0"), ("s", "s0"))
    for derivation in (*model.equations(), *model.backward(), model.jacobian("s", "v")):
        right(derivation)
    arrays = arrays_of(model, 4, 2, 3, seed=5)
    assert set(gradients(model, arrays)) == {"v", "s", "z", "v0", "s0", "weight", "leak"}


def shifted(result: Any, name: str, by: int) -> Any:
    """The formula with a tensor read at another time."""
    return result.replace(
        lambda part: isinstance(part, Indexed) and str(part.base) == name,
        lambda part: Indexed(part.base, part.indices[0] + by, *part.indices[1:]),
    )


@pytest.mark.parametrize(("tensor", "read", "by"), [("h", "dl/dh", 1), ("h", "h", -1), ("weight_hh", "h", 1)])
def test_a_wrong_time_is_caught(tensor: str, read: str, by: int) -> None:
    derivation = over_time("RNNCell").gradient(tensor)
    assert not check(replace(derivation, result=shifted(derivation.result, read, by))).ok


def test_a_recursion_that_reads_its_own_time_is_no_recursion() -> None:
    derivation = over_time("RNNCell").gradient("h")
    assert not check(replace(derivation, result=shifted(derivation.result, "dl/dh", -1))).ok


def test_a_product_with_a_factor_too_few_is_caught() -> None:
    model = over_time("RNNCell")
    derivation = model.jacobian("h", "h")
    whole: Any = derivation.matrix
    wrong = replace(whole.node, low=whole.node.low + 1)
    assert not check(replace(derivation, matrix=replace(whole, node=wrong))).ok


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: recurrence("Linear", 3), "Linear has no state"),
        (lambda: over_time("RNNCell").gradient("weight_xh"), "there is no weight_xh in this recurrence"),
        (lambda: over_time("RNNCell").jacobian("h", "z"), "z is no state of RNNCell"),
    ],
)
def test_bad_input(call: Any, said: str) -> None:
    with pytest.raises(NetworkError, match=said):
        call()


def right(derivation: Any) -> None:
    outcome = check(derivation, points=2)
    assert outcome.ok, (derivation.unicode("index"), [item for item in outcome.items if not item.ok])
