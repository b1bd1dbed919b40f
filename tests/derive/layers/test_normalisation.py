"""Normalisation: against PyTorch for drawn sizes, checked by number, and in the form of the textbooks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive import NetworkError, layer, network
from numeric import check
from tests.derive.layers.comparing import Array, agrees, checked, torch
from tests.examples import examples

functional = torch.nn.functional
EPS = 1e-3
SIZE = st.integers(2, 5)
SEED = st.integers(0, 2**32 - 1)


def draw(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


@given(seed=SEED, before=st.lists(SIZE, max_size=2), n=SIZE)
@examples(6)
def test_layer_norm_over_the_last_axis(seed: int, before: list[int], n: int) -> None:
    arrays = {"z": draw(seed, *before, n), "weight": draw(seed + 1, n), "bias": draw(seed + 2, n)}
    agrees(
        layer("LayerNorm", rank=len(before) + 1),
        arrays,
        lambda z, weight, bias: functional.layer_norm(z, (n,), weight, bias, EPS),
        {"eps": EPS},
    )


@given(seed=SEED, before=st.lists(SIZE, max_size=2), n=SIZE)
@examples(5)
def test_rms_norm(seed: int, before: list[int], n: int) -> None:
    agrees(
        layer("RMSNorm", rank=len(before) + 1),
        {"z": draw(seed, *before, n), "weight": draw(seed + 1, n)},
        lambda z, weight: functional.rms_norm(z, (n,), weight, EPS),
        {"eps": EPS},
    )


@given(seed=SEED, batch=SIZE, channels=SIZE, space=st.lists(SIZE, max_size=2))
@examples(6)
def test_batch_norm_in_training(seed: int, batch: int, channels: int, space: list[int]) -> None:
    ours = layer("BatchNorm2d") if len(space) == 2 else layer("BatchNorm1d", rank=len(space) + 1)
    arrays = {
        "z": draw(seed, batch, channels, *space),
        "weight": draw(seed + 1, channels),
        "bias": draw(seed + 2, channels),
    }
    agrees(
        ours,
        arrays,
        lambda z, weight, bias: functional.batch_norm(z, None, None, weight, bias, training=True, eps=EPS),
        {"eps": EPS},
    )


@given(seed=SEED, batch=SIZE, channels=SIZE)
@examples(6)
def test_batch_norm_at_evaluation_takes_given_statistics(seed: int, batch: int, channels: int) -> None:
    arrays = {
        "z": draw(seed, batch, channels, 3, 2),
        "weight": draw(seed + 1, channels),
        "bias": draw(seed + 2, channels),
        "mu": draw(seed + 3, channels),
        "v": np.exp(draw(seed + 4, channels)),
    }
    agrees(
        layer("BatchNorm2d", training=False, batch="B"),
        arrays,
        lambda z, weight, bias, mu, v: functional.batch_norm(
            z, mu.detach(), v.detach(), weight, bias, training=False, eps=EPS
        ),
        {"eps": EPS},
    )


@given(seed=SEED, groups=st.integers(1, 3), each=st.integers(1, 3), space=st.lists(SIZE, min_size=1, max_size=2))
@examples(6)
def test_group_norm(seed: int, groups: int, each: int, space: list[int]) -> None:
    channels = groups * each
    arrays = {
        "z": draw(seed, 2, channels, *space),
        "weight": draw(seed + 1, channels),
        "bias": draw(seed + 2, channels),
    }
    agrees(
        layer("GroupNorm", groups, rank=len(space) + 1, batch="B"),
        arrays,
        lambda z, weight, bias: functional.group_norm(z, groups, weight, bias, EPS),
        {"eps": EPS},
    )


@given(seed=SEED, channels=SIZE, space=st.lists(SIZE, min_size=1, max_size=2))
@examples(5)
def test_instance_norm(seed: int, channels: int, space: list[int]) -> None:
    agrees(
        layer(f"InstanceNorm{len(space)}d", batch="B"),
        {"z": draw(seed, 2, channels, *space)},
        lambda z: functional.instance_norm(z, eps=EPS),
        {"eps": EPS},
    )


@given(seed=SEED, n=SIZE)
@examples(6)
def test_l2_norm(seed: int, n: int) -> None:
    agrees(layer("L2Norm", batch="B"), {"z": draw(seed, 3, n)}, lambda z: functional.normalize(z, dim=-1))


CHECKED = {
    "LayerNorm": layer("LayerNorm"),
    "LayerNorm over a batch": layer("LayerNorm", batch="B"),
    "LayerNorm without gain": layer("LayerNorm", affine=False),
    "RMSNorm": layer("RMSNorm"),
    "BatchNorm1d": layer("BatchNorm1d"),
    "BatchNorm2d": layer("BatchNorm2d"),
    "BatchNorm2d evaluated": layer("BatchNorm2d", training=False),
    "InstanceNorm2d": layer("InstanceNorm2d", affine=True),
    "GroupNorm": layer("GroupNorm", "G"),
    "L2Norm": layer("L2Norm"),
}


@pytest.mark.parametrize("name", CHECKED)
def test_every_step_is_right_by_number(name: str) -> None:
    checked(CHECKED[name])


TEXTBOOK = {
    "LayerNorm": "(1/√(v + ε))(weight[i] · dy[i] − (1/n)(Σ_{j=0}^{n−1} weight[j] · dy[j] "
    "+ ẑ[i] · Σ_{j=0}^{n−1} weight[j] · dy[j] · ẑ[j]))",
    "BatchNorm1d": "(weight[i]/√(v[i] + ε))(dy[b,i] − (1/B)(Σ_{j=0}^{B−1} dy[j,i] "
    "+ ẑ[b,i] · Σ_{j=0}^{B−1} dy[j,i] · ẑ[j,i]))",
    "L2Norm": "(1/r)(dy[i] − y[i] · Σ_{j=0}^{n−1} dy[j] · y[j])",
}


MATRIX = {
    "LayerNorm": "(1/√(v + ε))(dy ⊙ weight − (1/n)((dyᵀ (weight ⊙ ẑ)) ẑ + (dyᵀ weight) 𝟏))",
    "RMSNorm": "(1/√(v + ε))(dy ⊙ weight − (1/n)(dyᵀ (weight ⊙ ẑ)) ẑ)",
    "BatchNorm1d": "(dy − (1/B)(ẑ diag((dy ⊙ ẑ)ᵀ 𝟏) + 𝟏 𝟏ᵀ dy)) diag(weight ⊘ √(v + ε 𝟏))",
}


@pytest.mark.parametrize("name", MATRIX)
def test_matrix_forms_are_as_factored_as_those_of_elements(name: str) -> None:
    assert CHECKED[name].vjp("z").unicode().split(" = ", 1)[1] == MATRIX[name]


@pytest.mark.parametrize("name", TEXTBOOK)
def test_the_form_of_the_textbooks(name: str) -> None:
    assert CHECKED[name].vjp("z").unicode("index").split(" = ", 1)[1] == TEXTBOOK[name]


@pytest.mark.parametrize("name", ["LayerNorm", "BatchNorm1d", "BatchNorm2d", "GroupNorm"])
def test_the_reverse_pass_goes_through_mean_variance_and_standardised_values(name: str) -> None:
    quantities = [step.quantity.name for step in CHECKED[name].vjp("z").steps]
    assert {"dl/dz_hat", "dl/dv", "dl/dmu", "dl/dz"} <= set(quantities)
    assert quantities.index("dl/dz_hat") < quantities.index("dl/dv") < quantities.index("dl/dz")


def test_in_a_network_a_bias_before_batch_norm_has_no_effect() -> None:
    net = network("x:n -> Linear(d) -> BatchNorm1d -> ReLU -> Linear(K)", "SoftmaxCrossEntropy", batch="B")
    assert net.gradient("b1").result == 0
    for name in ("W1", "gamma2", "beta2", "W3"):
        assert check(net.gradient(name), points=2).ok


def test_layers_over_a_batch_need_one() -> None:
    with pytest.raises(NetworkError, match="BatchNorm1d acts on a whole batch: give its size"):
        network("x:n -> BatchNorm1d -> Linear(K)", "MSE")
    with pytest.raises(NetworkError, match=r"BatchNorm2d takes samples with 3 axes, got 1"):
        network("x:n -> BatchNorm2d", "MSE", batch="B")
