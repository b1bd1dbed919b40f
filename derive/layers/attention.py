"""Scaled dot-product attention, of given queries, keys and values or of one sequence with several heads.

Source: A. Vaswani et al., Attention Is All You Need, 2017. Weights are laid out (out, in) as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr

from derive.expression import symbols
from derive.layers.definition import LayerDefinition


def _weighted(head: str, factor: str) -> str:
    """The rows from queries, keys and values to the weighted values ``O``; ``factor`` multiplies exponentials."""
    at = f"{head}," if head else ""
    alone = f"[{at}t]"
    return f"""
        S[{at}t,s] = 1/sqrt(d)*sum[k] Q[{at}t,k]*K[{at}s,k]
        e[{at}t,s] = {factor}exp(S[{at}t,s])
        r{alone} = sum[s] e[{at}t,s]
        A[{at}t,s] = e[{at}t,s]/r{alone}
    """


def _masked(mask: bool, causal: bool, head: str = "") -> str:
    return ("mask[t,s]*" if mask else "") + ("[s <= t]*" if causal else "")


def attention(
    keys: Expr | None = None, values: Expr | None = None, mask: bool = False, causal: bool = False
) -> LayerDefinition:
    """Values weighted by the softmax of queries times keys.

    Queries are (T, d), ``keys`` of them (L, d), their values (L, ``values``). A mask is 1 where a query may
    look and 0 elsewhere; ``causal`` lets every query look at the keys up to its own place.
    """
    return LayerDefinition(
        name="Attention",
        equations=_weighted("", _masked(mask, causal)) + "y[t,j] = sum[s] A[t,s]*V[s,j]",
        axes=("T", "d"),
        source="Q",
        sizes={"L": keys or symbols.size("L"), "d_v": values or symbols.size("d_v")},
        shapes={
            "K": ("L", "d"),
            "V": ("L", "d_v"),
            "e": ("T", "L"),
            **({"mask": ("T", "L")} if mask else {}),
        },
        inputs=("K", "V", *(("mask",) if mask else ())),
        values=("S", "A"),
        domains={"A": "simplex", **({"mask": "binary"} if mask else {})},
    )


def self_attention(width: Expr, mask: bool = False, causal: bool = False) -> LayerDefinition:
    """Attention of a sequence to itself: queries, keys and values of ``width`` are linear in its elements."""
    return LayerDefinition(
        name="SelfAttention",
        equations=f"""
            Q[t,k] = sum[j] W_Q[k,j]*z[t,j]
            K[s,k] = sum[j] W_K[k,j]*z[s,j]
            V[s,k] = sum[j] W_V[k,j]*z[s,j]
            {_weighted("", _masked(mask, causal))}
            y[t,k] = sum[s] A[t,s]*V[s,k]
        """,
        axes=("T", "n"),
        sizes={"d": width},
        shapes={
            **dict.fromkeys(("W_Q", "W_K", "W_V"), ("d", "n")),
            "e": ("T", "T"),
            **({"mask": ("T", "T")} if mask else {}),
        },
        parameters={name: name for name in ("W_Q", "W_K", "W_V")},
        weights=dict.fromkeys(("W_Q", "W_K", "W_V"), (1, 0)),
        inputs=("mask",) if mask else (),
        values=("Q", "K", "V", "S", "A"),
        domains={"A": "simplex", **({"mask": "binary"} if mask else {})},
    )


def multi_head_attention(heads: Expr, mask: bool = False, causal: bool = False) -> LayerDefinition:
    """Self-attention with several heads, each of its own d = n/heads features, and a linear map behind them."""
    return LayerDefinition(
        name="MultiHeadAttention",
        equations=f"""
            Q[h,t,k] = sum[j] W_Q[h,k,j]*z[t,j]
            K[h,s,k] = sum[j] W_K[h,k,j]*z[s,j]
            V[h,s,k] = sum[j] W_V[h,k,j]*z[s,j]
            {_weighted("h", _masked(mask, causal))}
            O[h,t,k] = sum[s] A[h,t,s]*V[h,s,k]
            y[t,i] = sum[h,k] W_O[i,h,k]*O[h,t,k]
        """,
        axes=("T", "n"),
        sizes={"H": heads},
        derived={"d": "n/H"},
        shapes={
            **dict.fromkeys(("W_Q", "W_K", "W_V"), ("H", "d", "n")),
            "W_O": ("n", "H", "d"),
            "e": ("H", "T", "T"),
            **({"mask": ("T", "T")} if mask else {}),
        },
        parameters={name: name for name in ("W_Q", "W_K", "W_V", "W_O")},
        weights={**dict.fromkeys(("W_Q", "W_K", "W_V"), (0, 2, 1)), "W_O": (1, 2, 0)},
        inputs=("mask",) if mask else (),
        values=("Q", "K", "V", "S", "A", "O"),
        domains={"A": "simplex", **({"mask": "binary"} if mask else {})},
    )


def rotary() -> LayerDefinition:
    """Neighbouring features of each time turned as pairs, by given cosines and sines of an angle for each pair.

    Source: J. Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding, 2021.
    """
    return LayerDefinition(
        name="RotaryEmbedding",
        equations=(
            "y[t,i] = z[t,i]*cosine[t,floor(i/2)] "
            "+ ([mod(i,2) == 1] - [mod(i,2) == 0])*z[t, i + 1 - 2*mod(i,2)]*sine[t,floor(i/2)]"
        ),
        axes=("T", "d"),
        derived={"m": "d/2"},
        shapes={"cosine": ("T", "m"), "sine": ("T", "m"), "y": ("T", "d")},
        buffers=("cosine", "sine"),
    )


LAYERS: dict[str, Callable[..., LayerDefinition]] = {
    "Attention": attention,
    "SelfAttention": self_attention,
    "MultiHeadAttention": multi_head_attention,
    "RotaryEmbedding": rotary,
}
