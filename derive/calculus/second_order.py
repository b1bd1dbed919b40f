"""Second derivatives by deriving twice: the gradient becomes a row of the forward definition, and is differentiated.

The gradient of the loss with respect to T is the tensor ``grad_T`` of the enlarged definition. The Hessian is
the Jacobian of ``grad_T``. A Hessian-vector product needs no Hessian: it is the gradient of ``gv = Σ grad_T v_T``,
and costs about as much as the gradient does.

Source: B. Pearlmutter, Fast Exact Multiplication by the Hessian, Neural Computation 6, 1994.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import Add, Expr, Sum

from derive.building.assemble import renamed
from derive.calculus.express import Speaker, Vocabulary
from derive.calculus.sweep import Sweep
from derive.errors import NetworkError
from derive.expression import symbols
from derive.expression.partials import partial_name
from derive.forward import Forward, Row, Tensor


def gradient_name(name: str) -> str:
    """The tensor that holds the gradient with respect to ``name``."""
    return f"{symbols.GRADIENT}{name}"


def direction_name(name: str) -> str:
    """The tensor that holds the direction in which ``name`` is moved."""
    return f"v_{name}"


def with_gradient(forward: Forward, name: str, loss: str = "l") -> Forward:
    """The forward definition with one more row: the gradient of the loss with respect to ``name``."""
    row = _gradient_row(Sweep(forward, loss), Vocabulary(), name)
    gradient = (gradient_name(name), partial_name(loss, name))
    return replace(forward, rows=(*forward.rows, row), gradients=(*forward.gradients, gradient))


def with_product(
    forward: Forward, names: Iterable[str], loss: str = "l", inside: frozenset[str] = frozenset()
) -> Forward:
    """The forward definition with the backward pass as further rows, then ``gv``: gradients times directions.

    Every gradient is written in those nearer to the loss, so that the rows are no more than the values.
    Values ``inside`` the loss, such as the probabilities of a cross-entropy, get no gradient of their own.

    Raises:
        NetworkError: the loss does not depend on one of the names.
    """
    sweep = Sweep(forward, loss)
    visible = [
        tensor.name for tensor in forward.tensors.values() if tensor.role != "hidden" and tensor.name not in inside
    ]
    partials = [partial_name(loss, name) for name in visible if name != loss]
    vocabulary = Vocabulary(frozenset((*visible, *inside, *partials)))
    wanted = tuple(names)
    unreached = [name for name in wanted if name not in sweep.readers]
    if unreached:
        raise NetworkError(f"the loss does not depend on {unreached[0]}")
    needed = _on_the_way(forward, wanted)
    derived = [name for name in sweep.order() if name in visible and name != loss and name in needed]
    rows = [_gradient_row(sweep, vocabulary, name) for name in derived]
    gradients = tuple((gradient_name(name), partial_name(loss, name)) for name in derived)
    directions = tuple(Tensor(direction_name(name), forward.tensors[name].shape, "buffer") for name in wanted)
    total = Row(Tensor("gv", (), "loss"), (), Add(*(_inner_product(forward.tensors[name]) for name in wanted)))
    return replace(
        forward,
        given=(*forward.given, *directions),
        rows=(*forward.rows, *rows, total),
        gradients=(*forward.gradients, *gradients),
    )


def _gradient_row(sweep: Sweep, vocabulary: Vocabulary, name: str) -> Row:
    """The gradient with respect to ``name`` as a row; gradients that it is written in are read as tensors."""
    quantity = sweep.quantity(name)
    speaker = Speaker(sweep, vocabulary)
    expression = speaker.values(speaker.adjoint(name))
    renaming = {partial_name(sweep.top, other): gradient_name(other) for other in sweep.forward.tensors}
    tensor = Tensor(gradient_name(name), quantity.shape, "value")
    return Row(tensor, quantity.indices, renamed(expression, renaming))


def _on_the_way(forward: Forward, names: Iterable[str]) -> set[str]:
    """The names, and every tensor that is computed from one of them: the ones whose gradients are needed."""
    reached = set(names)
    for row in forward.rows:
        if {symbols.name_of(access) for access in symbols.accesses(row.expression)} & reached:
            reached.add(row.name)
    return reached


def _inner_product(tensor: Tensor) -> Expr:
    letters = symbols.fresh_indices(len(tensor.shape), {size.name for size in symbols.sizes_in(tensor.shape)})
    product = symbols.element(gradient_name(tensor.name), letters) * symbols.element(
        direction_name(tensor.name), letters
    )
    limits = [(letter, 0, length - 1) for letter, length in zip(letters, tensor.shape, strict=True)]
    return Sum(product, *limits) if limits else product
