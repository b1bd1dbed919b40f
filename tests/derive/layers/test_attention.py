"""Softmax along any axis and attention: against PyTorch for drawn sizes and masks, by number, in matrix form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import NetworkError, layer, network
from numeric import check
from tests.derive.layers.comparing import Array, agrees, checked, torch
from tests.examples import examples

functional = torch.nn.functional
SIZE = st.integers(2, 4)
SEED = st.integers(0, 2**32 - 1)


def draw(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


@given(seed=SEED, shape=st.lists(SIZE, min_size=1, max_size=3), place=st.integers(0, 2), log=st.booleans())
@examples(20)
def test_softmax_along_an_axis(seed: int, shape: list[int], place: int, log: bool) -> None:
    axis = place % len(shape)
    name, reference = ("LogSoftmax", functional.log_softmax) if log else ("Softmax", functional.softmax)
    agrees(layer(name, axis, rank=len(shape)), {"z": draw(seed, *shape)}, lambda z: reference(z, dim=axis))


@given(seed=SEED, before=st.lists(SIZE, max_size=2), n=SIZE, m=SIZE, bias=st.booleans())
@examples(10)
def test_linear_acts_on_the_last_axis(seed: int, before: list[int], n: int, m: int, bias: bool) -> None:
    arrays = {"z": draw(seed, *before, n), "weight": draw(seed + 1, m, n)}
    if bias:
        arrays["bias"] = draw(seed + 2, m)
    agrees(layer("Linear", m, bias=bias, rank=len(before) + 1), arrays, _linear)


def _linear(z: Any, weight: Any, bias: Any = None) -> Any:
    return functional.linear(z, weight, bias)


def attend(Q: Any, K: Any, V: Any, mask: Any = None, causal: bool = False) -> Any:
    return functional.scaled_dot_product_attention(
        Q, K, V, attn_mask=None if mask is None else mask.detach() > 0, is_causal=causal
    )


@given(seed=SEED, queries=SIZE, keys=SIZE, width=SIZE, values=SIZE, masked=st.booleans(), batch=st.booleans())
@examples(15)
def test_attention(seed: int, queries: int, keys: int, width: int, values: int, masked: bool, batch: bool) -> None:
    first = (2,) if batch else ()
    arrays = {
        "Q": draw(seed, *first, queries, width),
        "K": draw(seed + 1, *first, keys, width),
        "V": draw(seed + 2, *first, keys, values),
    }
    if masked:
        mask = (draw(seed + 3, *first, queries, keys) > 0).astype(np.float64)
        mask[..., 0] = 1.0  # every query looks somewhere
        arrays["mask"] = mask
    agrees(layer("Attention", mask=masked, batch="B" if batch else None), arrays, attend)


@given(seed=SEED, length=SIZE, width=SIZE)
@examples(5)
def test_causal_attention(seed: int, length: int, width: int) -> None:
    arrays = {name: draw(seed + k, length, width) for k, name in enumerate("QKV")}
    agrees(layer("Attention", causal=True), arrays, lambda Q, K, V: attend(Q, K, V, causal=True))


@given(seed=SEED, length=SIZE, heads=st.integers(1, 3), each=st.integers(1, 3), causal=st.booleans())
@examples(8)
def test_multi_head_attention(seed: int, length: int, heads: int, each: int, causal: bool) -> None:
    n = heads * each
    arrays = {"z": draw(seed, length, n), "W_O": draw(seed + 4, n, heads, each)}
    arrays |= {f"W_{name}": draw(seed + 1 + k, heads, each, n) for k, name in enumerate("QKV")}

    def reference(z: Any, W_Q: Any, W_K: Any, W_V: Any, W_O: Any) -> Any:
        mask = torch.triu(torch.ones(length, length, dtype=torch.bool), 1) if causal else None
        weights = torch.cat([W.reshape(n, n) for W in (W_Q, W_K, W_V)])
        value, _ = functional.multi_head_attention_forward(
            z[:, None], z[:, None], z[:, None], n, heads, weights, None, None, None, False, 0.0,
            W_O.reshape(n, n), None, attn_mask=mask, need_weights=False,
        )  # fmt: skip
        return value[:, 0]

    agrees(layer("MultiHeadAttention", heads, causal=causal), arrays, reference)


CHECKED = {
    "Softmax": layer("Softmax", 0, rank=2),
    "LogSoftmax": layer("LogSoftmax", 1, rank=3),
    "Attention": layer("Attention"),
    "Attention with a mask": layer("Attention", mask=True),
    "Attention over a batch": layer("Attention", batch="B"),
    "SelfAttention": layer("SelfAttention", "d", causal=True),
    "MultiHeadAttention": layer("MultiHeadAttention", "H"),
}


@pytest.mark.parametrize("name", CHECKED)
def test_every_step_is_right_by_number(name: str) -> None:
    checked(CHECKED[name])


MATRIX = {
    ("Attention", "V"): "Aᵀ dy",
    ("Attention", "Q"): "(1/√d)(A ⊙ (dy Vᵀ − (dy ⊙ y) 𝟏 𝟏ᵀ)) K",
    ("Attention", "K"): "(1/√d)(A ⊙ (dy Vᵀ − (dy ⊙ y) 𝟏 𝟏ᵀ))ᵀ Q",
    ("Attention with a mask", "Q"): "(1/√d)(A ⊙ (dy Vᵀ − (dy ⊙ y) 𝟏 𝟏ᵀ)) K",
    ("SelfAttention", "W_V"): "dyᵀ A z",
}


@pytest.mark.parametrize(("name", "tensor"), MATRIX)
def test_matrix_forms(name: str, tensor: str) -> None:
    assert CHECKED[name].vjp(tensor).unicode().split(" = ", 1)[1] == MATRIX[name, tensor]


def test_the_backward_pass_of_attention_in_matrices() -> None:
    shown = {derivation.quantity.name: derivation.unicode() for derivation in layer("Attention").backward()}
    assert list(shown.values())[:6] == [
        "∂ℓ/∂y = dy",
        "∂ℓ/∂A = ∂ℓ/∂y Vᵀ",
        "∂ℓ/∂S = A ⊙ (∂ℓ/∂A − (∂ℓ/∂A ⊙ A) 𝟏 𝟏ᵀ)",
        "∂ℓ/∂Q = (1/√d) ∂ℓ/∂S K",
        "∂ℓ/∂K = (1/√d)(∂ℓ/∂S)ᵀ Q",
        "∂ℓ/∂V = Aᵀ ∂ℓ/∂y",
    ]


def test_the_jacobian_of_softmax() -> None:
    jacobian = layer("Softmax").jacobian("z")
    assert jacobian.unicode().split(" = ", 1)[1] == "diag(y) − y yᵀ"
    assert check(jacobian).ok


def test_a_softmax_over_a_batch_folds_with_its_cross_entropy() -> None:
    apart = network("x:n -> Linear(K) -> Softmax", "CrossEntropy", batch="B")
    assert apart.gradient("z1").unicode().split(" = ", 1)[1] == "(1/B)(ŷ − y)"
    assert check(apart.gradient("z1")).ok


def test_an_axis_that_is_not_there() -> None:
    with pytest.raises(NetworkError, match="an input with 2 axes has no axis 2"):
        layer("Softmax", 2, rank=2)
    with pytest.raises(NetworkError, match=r"Attention takes an input with 2 axes"):
        network("x:n -> Attention", "MSE")
