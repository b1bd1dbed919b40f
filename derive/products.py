"""Jacobians times directions, and second derivatives of any value, by deriving twice; no Jacobian is made.

With a fixed vector u beside the value y, the gradient of u · y is Jᵀu, which is linear in u: the derivative of its
inner product with a direction v by u is J v. The Hessian is the Jacobian of the gradient.

Source: J. Townsend, A new trick for calculating Jacobian vector products, 2017.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import Expr

from derive.calculus.second_order import direction_name, gradient_name, with_gradient, with_product
from derive.derivation import Derivation
from derive.errors import NetworkError, nearest
from derive.expression import symbols, walks
from derive.forward import Forward, Row, Tensor
from derive.network import Network

PRODUCT, ALONG = "gu", "gv"
"""The inner product of a value with a fixed vector, and that of a gradient with a direction."""


def covector_name(name: str) -> str:
    """The fixed vector that a value is multiplied with."""
    return f"u_{name}"


def vector_jacobian_product(network: Network, top: str, name: str) -> Derivation:
    """Jᵀu for the Jacobian of ``top`` by ``name``: the gradient by ``name`` of the inner product of u and ``top``.

    Raises:
        NetworkError: the network has no such value.
    """
    return _derived(network, _with_inner_product(network, top, (name,)), PRODUCT, name)


def jacobian_vector_product(network: Network, top: str, names: Iterable[str]) -> Derivation:
    """J v: how ``top`` changes when the tensors are moved in the directions ``v_...``.

    Raises:
        NetworkError: the network has no such value, or it depends on none of the tensors.
    """
    wanted = tuple(names)
    extended = with_product(_with_inner_product(network, top, wanted), wanted, loss=PRODUCT)
    return _derived(network, extended, ALONG, covector_name(top))


def second_derivative(network: Network, name: str, other: str, top: str = "l") -> Derivation:
    """The second derivatives of ``top``, a number, by two tensors.

    Raises:
        NetworkError: the network has no such value.
    """
    _require(network, (top, name, other))
    return _derived(network, with_gradient(network.forward, name, top), gradient_name(name), other)


def second_along(network: Network, name: str, along: Iterable[str], top: str = "l") -> Derivation:
    """The part for ``name`` of the Hessian of ``top`` times a direction in which the tensors ``along`` are moved.

    Raises:
        NetworkError: the network has no such value.
    """
    names = tuple(along)
    _require(network, (top, name, *names))
    if network.layout == "numerator":
        # Gradients that are kept would be columns here, and rows on the page: they are written out.
        seen = [tensor.name for tensor in network.forward.tensors.values() if tensor.role != "hidden"]
        within = (*seen, *(direction_name(each) for each in names))
        return _derived(network, with_product(network.forward, names, loss=top), ALONG, name, within)
    if top == "l":
        return network.hessian_vector_product(name, names)
    return _derived(network, with_product(network.forward, names, loss=top), ALONG, name)


def _derived(
    network: Network, forward: Forward, top: str, name: str, within: Iterable[str] | None = None
) -> Derivation:
    return replace(network, forward=forward, general=None).jacobian(top, name, within)


def _require(network: Network, names: Iterable[str]) -> None:
    for name in names:
        if name not in network.forward.tensors:
            visible = [tensor.name for tensor in network.forward.tensors.values() if tensor.role != "hidden"]
            raise NetworkError(f"there is no {name} in this network; {nearest(name, visible)}")


def _with_inner_product(network: Network, top: str, names: Iterable[str]) -> Forward:
    """The forward definition with a fixed vector, and its inner product with a value."""
    _require(network, (top, *names))
    forward = network.forward
    tensor = forward.tensors[top]
    fixed = Tensor(covector_name(top), tensor.shape, "buffer")
    row = Row(Tensor(PRODUCT, (), "loss"), (), _inner_product(tensor, fixed))
    return replace(forward, given=(*forward.given, fixed), rows=(*forward.rows, row))


def _inner_product(tensor: Tensor, fixed: Tensor) -> Expr:
    taken = {size.name for size in symbols.sizes_in(tensor.shape)}
    letters = symbols.fresh_indices(len(tensor.shape), taken)
    product = symbols.element(tensor.name, letters) * symbols.element(fixed.name, letters)
    return walks.total(product, [(letter, 0, length - 1) for letter, length in zip(letters, tensor.shape, strict=True)])
