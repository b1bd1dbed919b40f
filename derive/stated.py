"""Equations of one's own as a subject: what they read is given, their last row is the output, or the loss."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from derive.building.applied import applied_functions, called
from derive.building.assemble import relettered
from derive.building.blueprint import Block
from derive.building.equations import parse_equations
from derive.building.inferred import Inferred, Length, inferred
from derive.building.reader import Vocabulary
from derive.conventions import FROM_ZERO, Conventions, conventions_of
from derive.errors import DefinitionError, nearest
from derive.expression import symbols
from derive.forward import Domain, Forward, Row, Tensor
from derive.layer import Layer, contraction, upstream_name
from derive.layers import named_functions
from derive.network import STATED, Network
from derive.render.names import require_distinct

LOSS = "l"
"""What the loss is called inside."""


def equations(
    text: str,
    *,
    shapes: Mapping[str, Sequence[Length]] = MappingProxyType({}),
    domains: Mapping[str, Domain] = MappingProxyType({}),
    learnt: Collection[str] = (),
    conventions: Conventions | Mapping[str, Any] = FROM_ZERO,
) -> Layer | Network:
    """A layer by its forward equations alone, ``"y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + eps)*g[i]"``.

    What the equations read and do not define is given; the last row is the output, with an upstream gradient, ``dy``
    of y. If that is one number it is the loss, and what comes is a network. Axes that one index runs along have one
    length. What divides a sum, as n does here, is the number of its terms; a range is written ``sum[m<k]``, on the left
    ``y[i<n]``, or is where a window is inside of what it reads. Other names without subscripts are real numbers.

    Args:
        shapes: of tensors whose lengths the equations leave open, or that are to have names: ``{"x": ("B", "n")}``.
        domains: what tensors hold that are not any real numbers, ``{"p": "unit"}``; what a logarithm or a root is taken
            of is positive, and what is a subscript is a class number.
        learnt: the tensors that are parameters, also names without subscripts that are tensors of one number; what is
            not among them is an input. Only modules and objects that hold arrays tell the two apart.

    Raises:
        DefinitionError: the text cannot be read, or the range of an index is not known.
    """
    functions = called()
    whole = text.strip()
    found = inferred(whole, frozenset(functions), shapes, learnt)
    _require_known(found, domains, learnt)
    read = parse_equations(whole, Vocabulary(found.shapes, found.sizes, {}, frozenset(functions)))
    rows = tuple(
        Row(Tensor(one.name, one.shape, _role(one.name), one.domain), one.indices, one.expression)
        for one in (relettered(equation, found.shapes) for equation in read)
    )
    held = {**found.domains, **domains}
    given = tuple(
        Tensor(name, found.shapes[name], "parameter" if name in learnt else "input", held.get(name, "real"))
        for name in found.given
    )
    output = rows[-1].tensor
    of_loss = not output.shape
    if of_loss:
        rows = (*rows[:-1], replace(rows[-1], tensor=Tensor(LOSS, (), "loss")))
    else:
        given = (*given, Tensor(upstream_name(output.name), output.shape, "input"))
        rows = (*rows, contraction([output]))
    _require_apart(given, rows)
    known = {function.name: function for function in named_functions()}
    applied = applied_functions((row.expression for row in rows), known, functions)
    forward = Forward(given, rows, tuple(applied.values()), found.derived, reduction="sum")
    chosen = conventions_of(conventions, FROM_ZERO)
    first = given[0].name if given else LOSS
    if of_loss:
        return Network(whole, STATED, forward, (Block(STATED, first, LOSS),), chosen)
    blocks = (Block(STATED, first, output.name), Block("Loss", output.name, LOSS))
    return Layer(whole, Network(whole, "Upstream", forward, blocks, chosen), (output.name,))


def is_stated(text: str) -> bool:
    """Whether a text is equations: it begins with a name, perhaps with subscripts, and an equals sign."""
    return re.match(r"\s*\w+'?\s*(\[[^\]=]*\]\s*)?=", text) is not None


def _role(name: str) -> Any:
    """The place of a maximum is a value that answers may name, as all rows are."""
    return "value" if not name.startswith("place") else "hidden"


def _require_known(found: Inferred, domains: Mapping[str, Domain], learnt: Collection[str]) -> None:
    for names, what in ((domains, "domains"), (learnt, "learnt")):
        unknown = next((name for name in names if name not in found.given), None)
        if unknown is not None:
            raise DefinitionError(f"{what} has {unknown}, which no equation reads; {nearest(unknown, found.given)}")


def _require_apart(given: Sequence[Tensor], rows: Sequence[Row]) -> None:
    """Complain of two tensors of one name, which are one that is called as an upstream gradient or the loss is.

    Raises:
        DefinitionError: there are such.
    """
    names = [*(tensor.name for tensor in given), *(row.name for row in rows)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        what = "the loss" if twice == LOSS else "an upstream gradient"
        raise DefinitionError(f"{twice} stands for {what} or has two equations; call it otherwise")
    sizes = {size.name for tensor in given for size in symbols.sizes_in(tensor.shape)}
    clash = next((name for name in names if name in sizes), None)
    if clash is not None:
        raise DefinitionError(f"{clash} is both a tensor and a size; call one of them otherwise")
    require_distinct(names)
