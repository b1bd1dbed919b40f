"""Layers that move values in space: against PyTorch, and without sums over deltas where each value has one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import KroneckerDelta, Sum

from derive import layer
from derive.expression import walks
from tests.derive.layers.comparing import agrees, checked, torch

functional = torch.nn.functional
CASES: list[tuple[str, tuple[int, ...], Callable[[Any], Any]]] = [
    ("ZeroPad1d(2)", (3, 4), lambda z: functional.pad(z, (2, 2))),
    ("ZeroPad2d((1, 2))", (2, 3, 2), lambda z: functional.pad(z, (2, 2, 1, 1))),
    ("ZeroPad3d(1)", (1, 2, 1, 3), lambda z: functional.pad(z, (1, 1, 1, 1, 1, 1))),
    ("CircularPad1d(2)", (2, 4), lambda z: functional.pad(z[None], (2, 2), mode="circular")[0]),
    ("CircularPad2d((1, 2))", (2, 4, 3), lambda z: functional.pad(z[None], (2, 2, 1, 1), mode="circular")[0]),
    ("MaxPool3d(2)", (2, 4, 2, 5), lambda z: functional.max_pool3d(z[None], 2)[0]),
    ("AvgPool3d(2, stride=1)", (2, 3, 2, 3), lambda z: functional.avg_pool3d(z[None], 2, stride=1)[0]),
    ("AdaptiveAvgPool1d(3)", (2, 7), lambda z: functional.adaptive_avg_pool1d(z, 3)),
    ("AdaptiveAvgPool1d(5)", (2, 3), lambda z: functional.adaptive_avg_pool1d(z, 5)),
    ("AdaptiveAvgPool2d((3, 2))", (2, 7, 5), lambda z: functional.adaptive_avg_pool2d(z, (3, 2))),
    ("AdaptiveMaxPool1d(3)", (2, 7), lambda z: functional.adaptive_max_pool1d(z, 3)),
    ("AdaptiveMaxPool2d((2, 3))", (2, 5, 4), lambda z: functional.adaptive_max_pool2d(z, (2, 3))),
    ("GlobalAvgPool3d", (2, 3, 2, 3), lambda z: z.mean((1, 2, 3))),
    ("GlobalMaxPool1d", (2, 3), lambda z: z.amax(1)),
    ("GlobalMaxPool2d", (2, 3, 4), lambda z: z.amax((1, 2))),
    ("Threshold(0.1, 20)", (7,), lambda z: functional.threshold(z, 0.1, 20)),
    ("Upsample1d(3)", (2, 4), lambda z: functional.interpolate(z[None], scale_factor=3)[0]),
    ("Upsample2d", (2, 3, 2), lambda z: functional.interpolate(z[None], scale_factor=2)[0]),
    ("PixelShuffle(2)", (8, 3, 2), lambda z: functional.pixel_shuffle(z, 2)),
    ("PixelUnshuffle(3)", (2, 3, 6), lambda z: functional.pixel_unshuffle(z, 3)),
    ("ChannelShuffle(3)", (6, 2, 2), lambda z: torch.nn.ChannelShuffle(3)(z[None])[0]),
    ("Unfold(2)", (2, 4, 3), lambda z: functional.unfold(z[None], 2)[0]),
    (
        "Unfold((2, 3), stride=(2, 1), padding=1)",
        (2, 4, 5),
        lambda z: functional.unfold(z[None], (2, 3), stride=(2, 1), padding=1)[0],
    ),
    ("LPPool1d(2, 3)", (2, 7), lambda z: functional.lp_pool1d(z[None], 2, 3)[0]),
    ("LPPool2d(4, 2, stride=1)", (2, 3, 4), lambda z: functional.lp_pool2d(z[None], 4, 2, stride=1)[0]),
    ("LocalResponseNorm(3)", (5, 2, 2), lambda z: functional.local_response_norm(z[None], 3)[0]),
    (
        "LocalResponseNorm(4, 0.2, 0.6, 2)",
        (5, 2, 2),
        lambda z: functional.local_response_norm(z[None], 4, alpha=0.2, beta=0.6, k=2.0)[0],
    ),
]


@pytest.mark.parametrize(("name", "shape", "reference"), CASES, ids=[name for name, *_ in CASES])
def test_values_and_gradients_are_those_of_pytorch(
    name: str, shape: tuple[int, ...], reference: Callable[[Any], Any]
) -> None:
    agrees(layer(name), {"z": np.random.default_rng(1).normal(size=shape)}, reference)


@settings(max_examples=6)
@given(factor=st.integers(1, 3), channels=st.integers(1, 3), height=st.integers(1, 3), width=st.integers(1, 3))
def test_shuffles_with_a_letter_as_factor(factor: int, channels: int, height: int, width: int) -> None:
    z = np.random.default_rng(0).normal(size=(channels * factor**2, height, width))
    agrees(layer(f"PixelShuffle({factor})"), {"z": z}, lambda z: functional.pixel_shuffle(z, factor))


ONE_PLACE = [
    "ZeroPad1d(p)",
    "ZeroPad2d(p)",
    "PixelShuffle(r)",
    "PixelUnshuffle(r)",
    "ChannelShuffle(G)",
    "RotaryEmbedding",
]


@pytest.mark.parametrize("name", ONE_PLACE)
def test_a_value_that_goes_to_known_places_is_told_without_sums(name: str) -> None:
    made = layer(name)
    assert not walks.holds(made.vjp("z").result, Sum, KroneckerDelta)
    checked(made)


def test_the_gradient_of_a_shuffle_counts_in_digits() -> None:
    assert layer("ChannelShuffle(G)").vjp("z").unicode("index") == "∂ℓ/∂z[p,h,w] = dy[G·(p mod k)+⌊p/k⌋,h,w]"
    shuffled = layer("PixelShuffle(r)").vjp("z").unicode("index")
    assert shuffled == "∂ℓ/∂z[p,q,s] = dy[⌊p/r²⌋,(⌊p/r⌋ mod r)+r·q,(p mod r)+r·s]"


@pytest.mark.parametrize("name", ["Upsample1d(s)", "Unfold(k, stride=s)", "LPPool1d(q, k)"])
def test_every_step_with_letters_is_right_by_number(name: str) -> None:
    checked(layer(name))


def test_rotary_embeddings_turn_pairs() -> None:
    draw = np.random.default_rng(2)
    z, angle = draw.normal(size=(3, 6)), draw.normal(size=(3, 3))

    def turned(z: Any, cosine: Any, sine: Any) -> Any:
        pairs = torch.view_as_complex(z.reshape(3, 3, 2).contiguous())
        return torch.view_as_real(pairs * torch.complex(cosine, sine)).reshape(3, 6)

    agrees(layer("RotaryEmbedding"), {"z": z, "cosine": np.cos(angle), "sine": np.sin(angle)}, turned)
