"""Gates, maxout, masks, tables and forms of two vectors: against PyTorch and by number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from derive import layer
from tests.derive.layers.comparing import Array, agrees, checked, torch
from tests.examples import examples

functional = torch.nn.functional
SIZE = st.integers(2, 4)
SEED = st.integers(0, 2**32 - 1)


def draw(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


@given(seed=SEED, before=st.lists(SIZE, max_size=2), half=SIZE)
@examples(8)
def test_glu(seed: int, before: list[int], half: int) -> None:
    agrees(layer("GLU", rank=len(before) + 1), {"z": draw(seed, *before, 2 * half)}, functional_glu)


def functional_glu(z: object) -> object:
    return functional.glu(z, dim=-1)


@given(seed=SEED, n=SIZE, width=SIZE, rows=SIZE)
@examples(6)
def test_swiglu(seed: int, n: int, width: int, rows: int) -> None:
    arrays = {"z": draw(seed, rows, n), "weight": draw(seed + 1, width, n), "gate": draw(seed + 2, width, n)}
    agrees(layer("SwiGLU", width, rank=2), arrays, lambda z, weight, gate: z @ weight.T * functional.silu(z @ gate.T))


@given(seed=SEED, n=SIZE, m=SIZE, outputs=SIZE)
@examples(6)
def test_bilinear(seed: int, n: int, m: int, outputs: int) -> None:
    arrays = {
        "x1": draw(seed, 3, n),
        "x2": draw(seed + 1, 3, m),
        "weight": draw(seed + 2, outputs, n, m),
        "bias": draw(seed + 3, outputs),
    }
    agrees(layer("Bilinear", outputs, m, batch="B"), arrays, _bilinear)


def _bilinear(x1: object, x2: object, weight: object, bias: object) -> object:
    return functional.bilinear(x1, x2, weight, bias)


@given(seed=SEED, n=SIZE, outputs=SIZE, pieces=SIZE)
@examples(6)
def test_maxout(seed: int, n: int, outputs: int, pieces: int) -> None:
    arrays = {"z": draw(seed, n), "weight": draw(seed + 1, outputs, pieces, n), "bias": draw(seed + 2, outputs, pieces)}
    agrees(layer("Maxout", outputs, pieces), arrays, lambda z, weight, bias: (weight @ z + bias).max(dim=1).values)


def test_of_equal_pieces_the_first_counts() -> None:
    arrays = {"z": np.ones(2), "weight": np.ones((1, 3, 2)), "bias": np.zeros((1, 3))}
    agrees(layer("Maxout", 1, 3), arrays, lambda z, weight, bias: (weight @ z + bias).max(dim=1).values)


@given(seed=SEED, n=SIZE)
@examples(6)
def test_cosine_similarity(seed: int, n: int) -> None:
    arrays = {"x1": draw(seed, n), "x2": draw(seed + 1, n)}
    agrees(layer("CosineSimilarity"), arrays, lambda x1, x2: functional.cosine_similarity(x1, x2, dim=0))


@given(seed=SEED, before=st.lists(SIZE, max_size=1), n=SIZE)
@examples(6)
def test_dropout_with_a_given_mask(seed: int, before: list[int], n: int) -> None:
    mask = (draw(seed + 1, *before, n) > 0).astype(np.float64)
    agrees(
        layer("Dropout", 0.25, rank=len(before) + 1),
        {"z": draw(seed, *before, n), "mask": mask},
        lambda z, mask: z * mask.detach() / 0.75,
    )


@given(seed=SEED, length=SIZE, rows=SIZE, width=SIZE)
@examples(6)
def test_embedding(seed: int, length: int, rows: int, width: int) -> None:
    places = np.random.default_rng(seed).integers(rows, size=length)
    arrays: dict[str, NDArray[Any]] = {"z": places, "weight": draw(seed, rows, width)}
    agrees(
        layer("Embedding", rows, width),
        arrays,
        lambda z, weight: functional.embedding(z, weight),
    )


def test_the_mean_of_rows_and_the_distance_of_two_vectors() -> None:
    bag: dict[str, NDArray[Any]] = {"z": np.array([1, 4, 1, 0]), "weight": draw(0, 5, 3)}
    agrees(layer("EmbeddingBag", 5, 3), bag, lambda z, weight: weight[z].mean(0))
    pair: dict[str, NDArray[Any]] = {"x1": draw(1, 4), "x2": draw(2, 4), "eps": np.array(0.01)}
    agrees(
        layer("PairwiseDistance"),
        pair,
        lambda x1, x2, eps: functional.pairwise_distance(x1, x2, eps=float(eps.detach())),
    )


CHECKED = {
    "Bilinear": layer("Bilinear", "K"),
    "Maxout": layer("Maxout", "K", "P"),
    "GLU": layer("GLU"),
    "SwiGLU": layer("SwiGLU", "d"),
    "CosineSimilarity": layer("CosineSimilarity"),
    "Dropout": layer("Dropout", batch="B"),
    "Embedding": layer("Embedding", "V", "d"),
    "EmbeddingBag": layer("EmbeddingBag", "V", "d"),
    "PairwiseDistance": layer("PairwiseDistance"),
}


@pytest.mark.parametrize("name", CHECKED)
def test_every_step_is_right_by_number(name: str) -> None:
    checked(CHECKED[name])


def test_forms() -> None:
    cosine = CHECKED["CosineSimilarity"].vjp("x1").unicode("index").split(" = ", 1)[1]
    assert cosine == "dy · (u₂[i] − y · u₁[i])/r₁"
    table = CHECKED["Embedding"].vjp("weight").unicode("index").split(" = ", 1)[1]
    assert table == "Σ_{t=0}^{T−1} dy[t,i] · δ[p,z[t]]"
