"""Recurrent cells: one step in time, from the input and the state before it to the state after it.

Parameters are laid out as in PyTorch's RNNCell, LSTMCell and GRUCell: the gates stand one below the other
in ``weight_ih``, ``weight_hh`` and both biases, in the orders i, f, g, o and r, u, n.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr

from derive.layers.definition import LayerDefinition

STACKED = {"weight_ih": "W", "weight_hh": "U", "bias_ih": "b", "bias_hh": "c"}
"""The parameters of a cell, and what a network calls them."""

TURNED = {"weight_ih": (1, 0), "weight_hh": (1, 0)}
"""The order of the axes of its weights where inputs come first."""


def elman(hidden: Expr, bias: bool = True) -> LayerDefinition:
    """The simple recurrent cell with tanh.

    Source: J. Elman, Finding Structure in Time, 1990.
    """
    return LayerDefinition(
        name="RNNCell",
        equations=f"h[j] = tanh({_affine('j', bias)})",
        axes=("D",),
        outputs=("h",),
        states={"h_prev": "h"},
        inputs=("h_prev",),
        sizes={"H": hidden},
        shapes={"h_prev": ("H",), "h": ("H",), **_parameters("H", bias)},
        parameters=_named(bias),
        weights=TURNED,
    )


def lstm(hidden: Expr, bias: bool = True) -> LayerDefinition:
    """The long short-term memory: input gate i, forget gate f, candidate g, output gate o, memory c.

    ``a`` holds the arguments of the four gates, one gate below the other.

    Source: S. Hochreiter, J. Schmidhuber, Long Short-Term Memory, 1997; with the forget gate of
    F. Gers, J. Schmidhuber, F. Cummins, Learning to Forget, 2000.
    """
    return LayerDefinition(
        name="LSTMCell",
        equations=f"""
            a[m] = {_affine("m", bias)}
            i[j] = sigma(a[j])
            f[j] = sigma(a[H + j])
            g[j] = tanh(a[2*H + j])
            o[j] = sigma(a[3*H + j])
            c[j] = f[j]*c_prev[j] + i[j]*g[j]
            h[j] = o[j]*tanh(c[j])
        """,
        axes=("D",),
        outputs=("h", "c"),
        states={"h_prev": "h", "c_prev": "c"},
        inputs=("h_prev", "c_prev"),
        sizes={"H": hidden},
        shapes={
            **dict.fromkeys(("h_prev", "c_prev", "i", "f", "g", "o", "c", "h"), ("H",)),
            "a": ("4*H",),
            **_parameters("4*H", bias),
        },
        parameters=_named(bias),
        weights=TURNED,
        values=("a", "i", "f", "g", "o"),
    )


def gru(hidden: Expr, bias: bool = True) -> LayerDefinition:
    """The gated recurrent unit: reset gate r, update gate u, candidate n.

    ``a`` holds what the input contributes to the three gates, ``v`` what the state before contributes.
    The reset gate acts behind the matrix of the state, as in PyTorch, and not before it.

    Source: K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014.
    """
    return LayerDefinition(
        name="GRUCell",
        equations=f"""
            a[m] = {_affine_input("m", bias)}
            v[m] = {_affine_state("m", bias)}
            r[j] = sigma(a[j] + v[j])
            u[j] = sigma(a[H + j] + v[H + j])
            n[j] = tanh(a[2*H + j] + r[j]*v[2*H + j])
            h[j] = (1 - u[j])*n[j] + u[j]*h_prev[j]
        """,
        axes=("D",),
        outputs=("h",),
        states={"h_prev": "h"},
        inputs=("h_prev",),
        sizes={"H": hidden},
        shapes={
            **dict.fromkeys(("h_prev", "r", "u", "n", "h"), ("H",)),
            **dict.fromkeys(("a", "v"), ("3*H",)),
            **_parameters("3*H", bias),
        },
        parameters=_named(bias),
        weights=TURNED,
        values=("a", "v", "r", "u", "n"),
    )


def _affine(letter: str, bias: bool) -> str:
    """What the input and the state before contribute together."""
    return f"{_affine_input(letter, bias)} + {_affine_state(letter, bias)}"


def _affine_input(letter: str, bias: bool) -> str:
    return f"sum[k] weight_ih[{letter},k]*z[k]" + (f" + bias_ih[{letter}]" if bias else "")


def _affine_state(letter: str, bias: bool) -> str:
    return f"sum[k] weight_hh[{letter},k]*h_prev[k]" + (f" + bias_hh[{letter}]" if bias else "")


def _parameters(rows: str, bias: bool) -> dict[str, tuple[str, ...]]:
    """The shapes of the parameters, with ``rows`` rows for all gates together."""
    weights: dict[str, tuple[str, ...]] = {"weight_ih": (rows, "D"), "weight_hh": (rows, "H")}
    return {**weights, **({"bias_ih": (rows,), "bias_hh": (rows,)} if bias else {})}


def _named(bias: bool) -> dict[str, str]:
    return {name: prefix for name, prefix in STACKED.items() if bias or name.startswith("weight")}


LAYERS: dict[str, Callable[..., LayerDefinition]] = {
    "RNNCell": elman,
    "LSTMCell": lstm,
    "GRUCell": gru,
}
