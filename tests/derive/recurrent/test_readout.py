"""Outputs that no later state reads: their shares of every gradient, against PyTorch's unrolled loop and by number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Indexed, S

from derive import NetworkError
from derive.expression.symbols import size
from derive.layers.definition import LayerDefinition
from derive.recurrent.recurrence import Recurrence, recurrence
from numeric import check, evaluate
from tests.derive.layers.comparing import Array, same, torch
from tests.derive.recurrent.test_recurrence import right
from tests.examples import examples
from tests.sweeps import sweep

LOOP = "h[i] = tanh(sum[j] W[i,j]*z[j] + sum[k] U[i,k]*h_prev[k])\n"
LENGTHS = {"T": 4, "D": 2, "H": 3, "q": 2}


def cell(equations: str, outputs: tuple[str, ...], **shapes: tuple[str, ...]) -> LayerDefinition:
    """A cell; a tensor called ..._prev is the state before, one in capitals a parameter."""
    states = {name: name.removesuffix("_prev") for name in ("h_prev", "m_prev") if name in equations}
    known = {"W": ("H", "D"), "U": ("H", "H"), "h_prev": ("H",), "h": ("H",)} | shapes
    return LayerDefinition(
        name="Cell",
        equations=equations,
        axes=("D",),
        outputs=outputs,
        states=states,
        inputs=tuple(states),
        sizes={name: size(name) for name in ("H", "q")},
        shapes=known,
        parameters={name: name for name in known if name.isupper() and name in equations},
    )


CELLS = {
    "an output": cell(LOOP + "o[i] = sum[k] Q[i,k]*h[k]", ("h", "o"), Q=("q", "H"), o=("q",)),
    "the only output": cell(LOOP + "o[i] = sum[k] Q[i,k]*h[k]", ("o",), Q=("q", "H"), o=("q",)),
    "an output of an output": cell(
        LOOP + "o[i] = sum[k] Q[i,k]*h[k]\np[i] = o[i]*sigma(o[i])", ("h", "o", "p"), Q=("q", "H"), o=("q",), p=("q",)
    ),
    "a state of two times": cell(
        LOOP + "o[i] = sum[k] Q[i,k]*h[k]*h_prev[k] + sum[k] R[i,k]*h_prev[k]",
        ("o",),
        Q=("q", "H"),
        R=("q", "H"),
        o=("q",),
    ),
    "a number": cell(LOOP + "o = sum[k] V[k]*h[k]^2", ("o", "h"), V=("H",), o=()),
    "between two states": cell(
        "m[i] = tanh(sum[j] W[i,j]*z[j] + sum[k] U[i,k]*h_prev[k]) + m_prev[i]\no[i] = sigma(m[i])\nh[i] = o[i]*m[i]",
        ("o", "h"),
        m=("H",),
        m_prev=("H",),
        o=("H",),
    ),
    "a state that only an output reads": cell(
        LOOP + "m[i] = h[i]*h[i]\no[i] = h[i]*m_prev[i]", ("o",), m=("H",), m_prev=("H",), o=("H",)
    ),
}


def by_pytorch(name: str, arrays: dict[str, Any]) -> dict[str, Array]:
    """The gradients of an unrolled loop, written with PyTorch alone."""
    leaves = {key: torch.tensor(value, requires_grad=True) for key, value in arrays.items()}
    loss = torch.zeros(())
    h, m = leaves["h0"], leaves.get("m0")
    for t, z in enumerate(leaves["z"]):
        found, h, m = STEPS[name](leaves, z, h, m)
        loss = loss + sum((leaves[f"d{key}"][t] * value).sum() for key, value in found.items())
    loss.backward()
    return {key: leaf.grad.numpy() for key, leaf in leaves.items() if leaf.grad is not None}


def elman(p: Any, z: Any, h: Any) -> Any:
    return torch.tanh(p["W"] @ z + p["U"] @ h)


def linear(p: Any, z: Any, h: Any, m: Any) -> Any:
    return {"h": (new := elman(p, z, h)), "o": p["Q"] @ new}, new, m


def alone(p: Any, z: Any, h: Any, m: Any) -> Any:
    return {"o": p["Q"] @ (new := elman(p, z, h))}, new, m


def twice(p: Any, z: Any, h: Any, m: Any) -> Any:
    found, new, m = linear(p, z, h, m)
    return found | {"p": found["o"] * torch.sigmoid(found["o"])}, new, m


def two_times(p: Any, z: Any, h: Any, m: Any) -> Any:
    new = elman(p, z, h)
    return {"o": p["Q"] @ (new * h) + p["R"] @ h}, new, m


def number(p: Any, z: Any, h: Any, m: Any) -> Any:
    new = elman(p, z, h)
    return {"o": (p["V"] * new**2).sum(), "h": new}, new, m


def between(p: Any, z: Any, h: Any, m: Any) -> Any:
    o = torch.sigmoid(new := elman(p, z, h) + m)
    return {"o": o, "h": o * new}, o * new, new


def remembered(p: Any, z: Any, h: Any, m: Any) -> Any:
    new = elman(p, z, h)
    return {"o": new * m}, new, new * new


STEPS: dict[str, Callable[[Any, Any, Any, Any], Any]] = dict(
    zip(CELLS, (linear, alone, twice, two_times, number, between, remembered), strict=True)
)


@pytest.fixture(scope="module")
def models() -> dict[str, Recurrence]:
    return {name: recurrence(definition) for name, definition in CELLS.items()}


def arrays_of(model: Recurrence, steps: int, seed: int) -> dict[str, Array]:
    values = {size(name): length for name, length in {**LENGTHS, "T": steps}.items()}
    generator = np.random.default_rng(seed)
    return {
        tensor.name: generator.normal(size=[int(length.xreplace(values)) for length in tensor.shape])
        for tensor in model.forward.given
    }


@pytest.mark.parametrize("name", CELLS)
@examples(3)
@given(steps=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_unrolled_gradients_are_pytorchs(models: dict[str, Recurrence], name: str, steps: int, seed: int) -> None:
    model = models[name]
    arrays = arrays_of(model, steps, seed)
    expected = by_pytorch(name, arrays)
    for tensor in model.differentiable:
        same(evaluate(model.unrolled_gradient(tensor), arrays), expected.get(tensor, np.zeros(arrays[tensor].shape)))


@sweep(lambda name: name if name in ("an output of an output", "a state of two times") else "other")
@pytest.mark.parametrize("name", CELLS)
def test_every_step_is_right_by_number(models: dict[str, Recurrence], name: str) -> None:
    model = models[name]
    for row in (row.name for row in model.forward.rows if row.name != "l"):
        right(model.unrolled_gradient(row))
    for tensor in model.differentiable:
        right(model.unrolled_gradient(tensor))


@sweep(lambda name: "state" in name)
@pytest.mark.parametrize("name", CELLS)
def test_jacobians_of_states_and_outputs_are_right_by_number(models: dict[str, Recurrence], name: str) -> None:
    model = models[name]
    states = [state for _, state in model.states]
    for top in dict.fromkeys((*model.cell.outputs, *states)):
        for state in states:
            right(model.jacobian(top, state))
            right(model.step_jacobian(top, state))


@pytest.mark.parametrize("steps", [1, 4])
def test_a_given_number_of_steps(steps: int) -> None:
    model = recurrence(CELLS["a state of two times"], steps=steps)
    for derivation in (*map(model.unrolled_gradient, ("h", "h0", "U", "R")), model.jacobian("o", "h")):
        right(derivation)


def test_shares_of_a_state_stand_together(models: dict[str, Recurrence]) -> None:
    product = "Π_{r=s}^{t+1} (diag(𝟏 − h[r] ⊙ h[r]) U)"
    model = models["an output"]
    assert model.unrolled_gradient("h").unicode() == f"∂ℓ/∂h[t] = Σ_{{s=t}}^{{T−1}} ({product})ᵀ (Qᵀ do[s] + dh[s])"
    assert model.jacobian("o", "h").unicode() == f"∂o[s]/∂h[t] = 1[s ≥ t] Q {product}"
    assert [step.rule for step in model.unrolled_gradient("h").steps] == [
        "chain rule",
        "chain rule",
        "insert",
        "unroll",
    ]


def test_a_lost_share_is_caught(models: dict[str, Recurrence]) -> None:
    derivation = models["an output"].unrolled_gradient("h")
    shares = {access: S.Zero for access in derivation.result.atoms(Indexed) if str(access.base) == "do"}
    assert shares
    assert not check(replace(derivation, result=derivation.result.xreplace(shares), matrix=None)).ok


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: recurrence(CELLS["an output"]).jacobian("W", "h"), "W is neither a state nor an output"),
        (lambda: recurrence("RNNCell", "T"), "T is both the size H of RNNCell and its number of steps"),
        (lambda: recurrence("RNNCell", 3, steps=3), "3 is both the size H of RNNCell"),
    ],
)
def test_bad_input(call: Any, said: str) -> None:
    with pytest.raises(NetworkError, match=said):
        call()
