"""Kinds of wrong answers that single layers and the ways between layers have, each planted in a right derivation."""

from __future__ import annotations

import sympy
from sympy import And, Eq, Integer, KroneckerDelta, Mod, Ne, Sum

from derive.expression.functions import Bracket
from derive.expression.symbols import index
from tests.planted.kind import Kind
from tests.planted.spoiling import (
    at,
    doubled,
    doubled_for,
    dropped_term,
    elements_of,
    limits,
    moved,
    place,
    renamed,
    size,
    swapped,
    wrong,
)

D, H, N, V, W = (size(name) for name in "dHnVW")
WORD, TOKEN, OTHER = (index(name) for name in "ptj")


def _counted_once(result: sympy.Expr) -> sympy.Expr:
    """The gradient of a table to which a word that stands twice in a text adds once."""
    seen = Sum(KroneckerDelta(WORD, at("z", OTHER)), (OTHER, 0, TOKEN))
    return Sum(result.function * Bracket(Eq(seen, 1)), *result.limits)


WINDOWS = {
    "rows of the kernel for its columns": Kind(
        "conv 2d z", elements_of("weight", lambda j, k, row, column: at("weight", j, k, column, row))
    ),
    "wrong only with a remainder of rows": Kind("conv 2d z", doubled_for(Ne(Mod(H - 1, 2), 0))),
    "wrong only in one corner": Kind(
        "conv 2d z", doubled(lambda right: And(Eq(place(right, 1), H - 1), Eq(place(right, 2), W - 1)))
    ),
    "wrong only for square images": Kind("conv 2d z", doubled_for(Eq(H, W))),
    "kernel of a transposed convolution turned round": Kind(
        "transposed conv z", elements_of("weight", lambda k, j, m: at("weight", k, j, 2 - m))
    ),
    "place in a row for that in a column": Kind("max-pool 2d z", renamed("n_star", "m_star")),
}

LAYERS = {
    "layer norm without a share": Kind("layer norm z", dropped_term(0)),
    "n - 1 for n in a layer norm": Kind("layer norm z", swapped(N, N - 1)),
    "variance of the first group": Kind("group norm z", elements_of("v", lambda group: at("v", Integer(0)))),
    "height for width in a count": Kind("group norm z", wrong(lambda e: e * H / W)),
    "a word that stands twice counts once": Kind("embedding weight", wrong(_counted_once)),
    "first word of the text lost": Kind("embedding weight", limits(lambda low, high: (low + 1, high))),
    "wrong only for the last word of the table": Kind(
        "embedding weight", doubled(lambda right: Eq(place(right, 0), V - 1))
    ),
    "what dropout keeps not made larger": Kind("b1 dropout", wrong(lambda e: e / 2)),
    "attention transposed": Kind("W_V1 attention", elements_of("A_z1", lambda t, s: at("A_z1", s, t))),
    "labels that are not smoothed": Kind("b1 smoothed", renamed("q", "y")),
}

WAYS = {
    "the way beside a layer lost": Kind("x residual", dropped_term(0)),
    "the way beside a layer counted twice": Kind("x residual", wrong(lambda e: e + sympy.Add.make_args(e)[0])),
    "first part of what is joined for the second": Kind("b2 joined", moved("W3", 1, -D)),
    "input gate for the forget gate": Kind("lstm g", renamed("i", "f")),
    "cell before the first step lost": Kind("lstm f", wrong(lambda e: e * Bracket(index("t") > 0))),
}

KINDS_OF_LAYERS = {**WINDOWS, **LAYERS, **WAYS}
