"""Tensors with their axes in another order: the same equations, written in another convention."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from sympy import Expr, Indexed

from derive.conventions import Conventions
from derive.expression import symbols, walks
from derive.forward import Row, Tensor
from derive.layers.definition import LayerDefinition

Order = tuple[int, ...]
"""For every axis, in the order in which they stand now, which axis it was."""

Axis = TypeVar("Axis")


def in_order(axes: tuple[Axis, ...], order: Order | None) -> tuple[Axis, ...]:
    """The axes in an order; as they are where there is none."""
    return axes if order is None else tuple(axes[place] for place in order)


def inverse(order: Order) -> Order:
    """The order that undoes another one."""
    return tuple(order.index(place) for place in range(len(order)))


def last_to(place: int, rank: int) -> Order:
    """The order of an array whose last axis comes to a place."""
    before = tuple(range(rank - 1))
    return (*before[:place], rank - 1, *before[place:])


def to_last(place: int, rank: int) -> Order:
    """The order of an array whose axis at a place comes last."""
    return inverse(last_to(place, rank))


def arranged_tensor(tensor: Tensor, order: Order | None) -> Tensor:
    """The tensor with its axes in an order."""
    if order is None:
        return tensor
    rank = len(tensor.shape)
    along = tensor.along if tensor.domain == "real" else order.index(tensor.along % rank) - rank
    return replace(tensor, shape=in_order(tensor.shape, order), along=along)


def arranged_row(row: Row, orders: Mapping[str, Order]) -> Row:
    """The row with every tensor that has an order read and defined in it."""
    order = orders.get(row.name)
    return Row(arranged_tensor(row.tensor, order), in_order(row.indices, order), arranged(row.expression, orders))


def arranged(expression: Expr, orders: Mapping[str, Order]) -> Expr:
    """The expression with the subscripts of every tensor that has an order in it."""
    if isinstance(expression, Indexed):
        name = symbols.name_of(expression)
        own = tuple(arranged(subscript, orders) for subscript in expression.indices)
        return symbols.element(name, in_order(own, orders.get(name)))
    result: Expr = walks.mapped(expression, lambda part: arranged(part, orders))
    return result


def channels_last(rank: int, conventions: Conventions, batch: int = 0) -> Order | None:
    """The order of an array with channels, behind ``batch`` axes of samples; None where they come first."""
    return to_last(batch, rank) if conventions.channels == "last" else None


def channel_order(definition: LayerDefinition, conventions: Conventions, rank: int, batch: int) -> Order | None:
    """The order of a tensor of a layer whose channels come last, with ``batch`` axes of samples before them.

    Those that have as many axes as the layer's input have channels and space.
    """
    own = len(definition.axes) - (1 if definition.over_batch else 0)
    return channels_last(rank, conventions, batch) if definition.channels and own > 1 and rank == own + batch else None


def weight_orders(definition: LayerDefinition, conventions: Conventions) -> Iterator[tuple[str, Order]]:
    """The orders of the parameters that map inputs to outputs, by their names in the definition."""
    for name, turned in definition.weights.items():
        rank = len(definition.shapes[name])
        order = turned if conventions.weights == "(in, out)" else tuple(range(rank))
        if definition.channels and conventions.channels == "last":
            # Space comes before channels: (H, W, in, out), or between outputs and inputs: (out, H, W, in).
            outer, inner, *space = order
            inputs_last = conventions.weights == "(out, in)"
            order = (outer, *space, inner) if inputs_last else (*space, outer, inner)
        if order != tuple(range(rank)):
            yield name, order


def sample_orders(given: Collection[Tensor], rows: Collection[Row], batched: Collection[str]) -> dict[str, Order]:
    """The orders of all tensors that have an axis of samples, which comes last: given ones that are ``batched``,

    and rows whose first index reads the samples of another.
    """
    tensors = {tensor.name: tensor for tensor in given if tensor.name in batched}
    for row in rows:
        if row.indices and any(
            access.indices[0] == row.indices[0]
            for access in symbols.accesses(row.expression)
            if isinstance(access, Indexed) and symbols.name_of(access) in tensors and access.indices
        ):
            tensors[row.name] = row.tensor
    return {name: to_last(0, len(tensor.shape)) for name, tensor in tensors.items() if len(tensor.shape) > 1}
