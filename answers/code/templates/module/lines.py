"""The lines of ``module.py`` that follow from derivations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from sympy import Expr, Symbol

from answers.code.activations import ActivationLines, written_activation
from answers.code.index_form import (
    WINDOWS,
    Formula,
    added_at,
    added_back,
    contraction,
    formula,
    letters_of,
    row,
    terms,
    through_windows,
    whole_number,
)
from answers.code.lines import DerivedLine, source_of
from derive.expression import symbols
from derive.layer import Layer, layer
from numeric.source import Names

BATCH = "N"
KERNEL, STRIDE, PADDING = ("k_H", "k_W"), ("s_H", "s_W"), ("p_H", "p_W")

OWN = {"windows": "self.windows", "z": "self.z"}
"""What ``_forward`` keeps for ``_backward``."""


@dataclass(frozen=True)
class Slices:
    """What is added to the padded input at one place within all windows: the slice of each spatial axis, the terms."""

    comment: str
    slices: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class ConvolutionLines:
    """A convolution: its windows and value, the gradients of its parameters, and what is added to that of z.

    The value is computed in several statements, the first an assignment and the others added to it.
    """

    windows: str
    value: DerivedLine
    plus: tuple[str, ...]
    parameters: tuple[DerivedLine, ...]
    added: Slices


@dataclass(frozen=True)
class PoolingLines:
    """Max-pooling: the place of the largest value in every window, its row and column, and what is added there."""

    place: str
    within: tuple[DerivedLine, ...]
    value: str
    subscripts: tuple[DerivedLine, ...]
    added: str


@cache
def convolution() -> ConvolutionLines:
    """The lines of Conv2d."""
    conv = layer("Conv2d", "C_out", KERNEL, stride=STRIDE, padding=PADDING, batch=BATCH)
    value, windows = through_windows(row(conv.network.forward, "y"), "z")
    letters = {**letters_of(row(conv.network.forward, "y")), **letters_of(value)}
    letters |= {f"d{name}": letters[name] for name in ("weight", "bias")}
    summed, *others = terms(value.expression)
    return ConvolutionLines(
        windows=windows.comment(),
        value=DerivedLine("y", contraction(summed, letters["y"], {}), value.comment()),
        plus=tuple(_spread(term, letters["y"]) for term in others),
        parameters=tuple(_of_parameter(conv, name, letters) for name in ("bias", "weight")),
        added=_of_input(conv, letters),
    )


def _spread(access: Expr, axes: tuple[Symbol, ...]) -> str:
    """An array with some of the axes, which broadcasts against all of them."""
    (letter,) = symbols.subscripts_of(access)
    behind = len(axes) - 1 - axes.index(letter)
    return f"{symbols.name_of(access)}[{', '.join([':', *['None'] * behind])}]"


def _of_parameter(conv: Layer, name: str, letters: Mapping[str, tuple[Symbol, ...]]) -> DerivedLine:
    whole = _gradient(formula(conv.vjp(name)), name)
    if any(symbols.name_of(access) == "z" for access in symbols.accesses(whole.expression)):
        whole, _ = through_windows(whole, "z")
    whole = whole.lettered(letters)
    return DerivedLine(f'self.grads["{name}"]', contraction(whole.expression, letters[name], OWN), whole.comment())


def _of_input(conv: Layer, letters: Mapping[str, tuple[Symbol, ...]]) -> Slices:
    whole = _gradient(added_back(formula(conv.vjp("z"))), "z").lettered(letters)
    outer, inner = letters[WINDOWS][:4], letters[WINDOWS][4:]
    lengths = dict(zip(outer, ("N", "C", "H_out", "W_out"), strict=True))
    slices = tuple(_slice(one, lengths) for one in whole.subscripts if not isinstance(one, Symbol))
    return Slices(whole.comment("+="), slices, contraction(whole.expression, outer, {}, inner))


def _slice(subscript: Expr, lengths: Mapping[Symbol, str]) -> str:
    """All values of ``s h + m - p`` over h, as a slice of the axis with p zeros in front."""
    (outer,) = [letter for letter in lengths if subscript.has(letter)]
    stride = subscript.coeff(outer)
    (start,) = [term for term in subscript.as_ordered_terms() if isinstance(term, Symbol) and not term.is_positive]
    return f"slice({start}, {start} + {stride} * {lengths[outer]}, {stride})"


def _gradient(whole: Formula, name: str) -> Formula:
    """The formula under the name that the file gives the gradient."""
    return replace(whole, name=f"d{name}")


@cache
def pooling() -> PoolingLines:
    """The lines of MaxPool2d."""
    pool = layer("MaxPool2d", KERNEL, stride=STRIDE, batch=BATCH)
    forward = pool.network.forward
    place, _ = through_windows(row(forward, "place"), "z")
    value = row(forward, "y")
    (read,) = [access for access in symbols.accesses(value.expression) if symbols.name_of(access) == "z"]
    subscripts = symbols.subscripts_of(read)
    spatial = [one for one in subscripts if not isinstance(one, Symbol)]
    added = _gradient(added_at(formula(pool.vjp("z"))), "z").lettered(letters_of(value) | {"y": value.subscripts})
    return PoolingLines(
        place=place.comment(),
        within=tuple(
            DerivedLine(name, whole_number(forward.row[name].expression), "") for name in ("m_star", "n_star")
        ),
        value=value.comment(),
        subscripts=tuple(
            DerivedLine(name, whole_number(one), "") for name, one in zip(("row", "column"), spatial, strict=True)
        ),
        added=added.comment("+="),
    )


@cache
def linear() -> tuple[DerivedLine, ...]:
    """The lines of Linear: its value, the gradients of its parameters, and that of z."""
    dense = layer("Linear", "out", batch=BATCH)
    names = Names.of(dense.network.forward)
    letters = letters_of(row(dense.network.forward, "y"))
    letters |= {f"d{name}": letters[name] for name in ("weight", "bias", "z")}
    lines = [
        DerivedLine("y", source_of(dense.forward()[-1], "numpy", names), row(dense.network.forward, "y").comment())
    ]
    for name, target in (("weight", 'self.grads["weight"]'), ("bias", 'self.grads["bias"]'), ("z", "dz")):
        derivation = dense.vjp(name)
        whole = _gradient(formula(derivation), name).lettered(letters)
        source = source_of(derivation, "numpy", replace(names, tensors={"z": "self.z"}))
        lines.append(DerivedLine(target, source, whole.comment()))
    return tuple(lines)


@cache
def activation(name: str) -> ActivationLines:
    """The lines of an activation; they hold for each element, whatever the axes are."""
    lines = written_activation(name, name, "numpy", "dy")
    comments = [text.replace("[b,i]", "").replace("dJ/d", "d") for text in (lines.value_comment, lines.slope_comment)]
    return replace(lines, value_comment=comments[0], slope_comment=comments[1])
