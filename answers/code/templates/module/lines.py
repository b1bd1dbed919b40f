"""The lines of ``module.py`` that follow from derivations."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import Expr, Symbol

from answers.code.activations import ActivationLines, written_activation
from answers.code.index_form import (
    WINDOWS,
    added_at,
    added_back,
    formula,
    letters_of,
    row,
    summed,
    terms,
    through_windows,
    whole_number,
)
from answers.code.lines import DerivedLine, Naming, code_of
from derive.conventions import Weights
from derive.expression import symbols
from derive.expression.partials import partial_name
from derive.layer import Layer, layer
from derive.remembering import ONE
from numeric.source import tree

BATCH = "N"
KERNEL, STRIDE, PADDING = ("k_H", "k_W"), ("s_H", "s_W"), ("p_H", "p_W")

PLACES = {
    "windows": "self.windows",
    "z": "self.z",
    **{partial_name("l", name): f'self.grads["{name}"]' for name in ("weight", "bias")},
}
"""What ``_forward`` keeps for ``_backward``, and where the gradients by the parameters go."""

OWN = Naming(gradient="d{}", slope="d", places=PLACES)
PLAIN = replace(OWN, places={})


@dataclass(frozen=True)
class Slices:
    """What is added to the padded input at one place within all windows: the slice of each spatial axis, the terms."""

    comment: str
    slices: tuple[ast.expr, ...]
    target: ast.expr
    value: ast.expr


@dataclass(frozen=True)
class ConvolutionLines:
    """A convolution: its windows and value, the gradients of its parameters, and what is added to that of z.

    The value is computed in several statements, the first an assignment and the others added to it.
    """

    windows: str
    value: DerivedLine
    plus: tuple[ast.expr, ...]
    parameters: tuple[DerivedLine, ...]
    added: Slices


@dataclass(frozen=True)
class PoolingLines:
    """Max-pooling: the place of the largest value in every window, its row and column, and what is added there."""

    place: str
    within: tuple[ast.expr, ...]
    value: str
    subscripts: tuple[ast.expr, ...]
    added: str


@lru_cache(maxsize=ONE)
def convolution() -> ConvolutionLines:
    """The lines of Conv2d."""
    conv = layer("Conv2d", "C_out", KERNEL, stride=STRIDE, padding=PADDING, batch=BATCH)
    value, windows = through_windows(row(conv.network.forward, "y"), "z")
    letters = {**letters_of(row(conv.network.forward, "y")), **letters_of(value)}
    letters |= {partial_name("l", name): letters[name] for name in ("weight", "bias")}
    first, *others = terms(value.expression)
    return ConvolutionLines(
        windows=windows.comment(PLAIN),
        value=DerivedLine(tree.name("y"), summed(first, letters["y"], PLAIN), value.comment(PLAIN)),
        plus=tuple(summed(term, letters["y"], PLAIN) for term in others),
        parameters=tuple(_of_parameter(conv, name, letters) for name in ("bias", "weight")),
        added=_of_input(conv, letters),
    )


def _of_parameter(conv: Layer, name: str, letters: Mapping[str, tuple[Symbol, ...]]) -> DerivedLine:
    whole = formula(conv.vjp(name))
    if any(symbols.name_of(access) == "z" for access in symbols.accesses(whole.expression)):
        whole, _ = through_windows(whole, "z")
    whole = whole.lettered(letters)
    return DerivedLine(OWN.gradient_of(name), summed(whole.expression, letters[name], OWN), whole.comment(OWN))


def _of_input(conv: Layer, letters: Mapping[str, tuple[Symbol, ...]]) -> Slices:
    whole = added_back(formula(conv.vjp("z"))).lettered(letters)
    outer = letters[WINDOWS][:4]
    lengths = dict(zip(outer, ("N", "C", "H_out", "W_out"), strict=True))
    slices = tuple(_slice(one, lengths) for one in whole.subscripts if not isinstance(one, Symbol))
    target = tree.quoted("dz[:, :, rows, columns]")
    return Slices(whole.comment(OWN, "+="), slices, target, summed(whole.expression, outer, PLAIN))


def _slice(subscript: Expr, lengths: Mapping[Symbol, str]) -> ast.expr:
    """All values of ``s h + m - p`` over h, as a slice of the axis with p zeros in front."""
    (outer,) = [letter for letter in lengths if subscript.has(letter)]
    (start,) = [term for term in subscript.as_ordered_terms() if isinstance(term, Symbol) and not term.is_positive]
    stride = tree.name(str(subscript.coeff(outer)))
    parts = {"start": tree.name(str(start)), "stride": stride, "count": tree.name(lengths[outer])}
    return tree.quoted("slice(start, start + stride * count, stride)", parts)


def _place(subscript: Expr, letters: Sequence[Expr]) -> ast.expr:
    """``s h + m*``: a step for each window, and the place within it."""
    (outer,) = [letter for letter in letters if subscript.coeff(letter) != 0]
    stride = subscript.coeff(outer)
    parts = {"stride": stride, "outer": outer, "inner": subscript - stride * outer}
    return tree.quoted("stride * outer + inner", {hole: whole_number(part) for hole, part in parts.items()})


@lru_cache(maxsize=ONE)
def pooling() -> PoolingLines:
    """The lines of MaxPool2d."""
    pool = layer("MaxPool2d", KERNEL, stride=STRIDE, batch=BATCH)
    forward = pool.network.forward
    place, _ = through_windows(row(forward, "place"), "z")
    value = row(forward, "y")
    (read,) = [access for access in symbols.accesses(value.expression) if symbols.name_of(access) == "z"]
    subscripts = symbols.subscripts_of(read)
    spatial = [one for one in subscripts if not isinstance(one, Symbol)]
    added = added_at(formula(pool.vjp("z"))).lettered(letters_of(value) | {"y": value.subscripts})
    return PoolingLines(
        place=place.comment(OWN),
        within=tuple(whole_number(forward.row[name].expression) for name in ("m_star", "n_star")),
        value=value.comment(OWN),
        subscripts=tuple(_place(one, value.subscripts) for one in spatial),
        added=added.comment(OWN, "+="),
    )


def linear(naming: Naming = OWN, weights: Weights = "(out, in)") -> tuple[DerivedLine, ...]:
    """The lines of Linear: its value, the gradients of its parameters, and that of z."""
    dense = layer("Linear", "out", batch=BATCH, conventions={"weights": weights})
    forward = dense.network.forward
    letters = letters_of(row(forward, "y"))
    letters |= {partial_name("l", name): letters[name] for name in ("weight", "bias", "z")}
    given = replace(naming, places={}).of(forward)
    value = code_of(dense.forward()[-1], "numpy", given)
    lines = [DerivedLine(tree.name("y"), value, row(forward, "y").comment(naming))]
    for name in ("weight", "bias", "z"):
        derivation = dense.vjp(name)
        whole = formula(derivation).lettered(letters)
        value = code_of(derivation, "numpy", naming.of(forward))
        lines.append(DerivedLine(naming.gradient_of(name), value, whole.comment(naming)))
    return tuple(lines)


def activation(name: str) -> ActivationLines:
    """The lines of an activation; they hold for each element, whatever the axes are."""
    return written_activation(name, name, "numpy", replace(PLAIN, elementwise=True))
