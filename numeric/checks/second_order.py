"""Second derivatives and forward mode of a user's function against what was derived and what is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from types import MappingProxyType
from typing import Any

import numpy

from derive.calculus.second_order import direction_name
from derive.derivation import Derivation
from derive.errors import nearest
from derive.layer import Layer, upstream_name
from derive.network import Network
from numeric.arrays.axes import Array
from numeric.checks.callables.adapted import Mode
from numeric.checks.callables.differentiation import ForwardMode, SecondDerivatives
from numeric.checks.callables.naming import Template
from numeric.checks.callables.tangents import directions_named
from numeric.checks.curvature import second_difference_error
from numeric.checks.oracle import Oracle, Subject, subject_of
from numeric.checks.seeding import seed_of
from numeric.checks.testing import Points, judged, prepared
from numeric.checks.tolerances import QUOTIENT
from numeric.errors import ArrayError, CheckError
from numeric.measuring.point import Point

STEP = 1e-5
"""How far tensors are moved along their directions, both ways."""


@dataclass(frozen=True)
class HessianOracle(Oracle):
    """The derivatives of one gradient by one tensor; the function may return them as a matrix."""

    def expected(self, names: Sequence[str], arrays: Mapping[str, Any], *, smooth: bool = True) -> dict[str, Array]:
        """The Hessian, which agrees with differences of measured gradients."""
        found = super().expected(names, arrays)
        for name, array in found.items() if smooth else ():
            derivation = self.derived(name)
            point = Point(derivation.forward, arrays)
            rounding = partial(self._rounding, derivation, point)
            _require_measured(derivation, second_difference_error(point, derivation.quantity, array, rounding))
        return found

    def _rounding(self, derivation: Derivation, point: Point) -> Array:
        quantity = derivation.quantity
        return point.rounding(derivation.result, quantity.indices, quantity.shape)

    def unfolded(self, name: str, found: Array, shape: tuple[int, ...]) -> Array:
        """A square matrix as the array of its four or more axes."""
        half = prod(shape[: len(shape) // 2])
        square = found.ndim == 2 and found.shape == (half, prod(shape) // max(half, 1))
        return found.reshape(shape) if square and found.shape != shape else found


@dataclass(frozen=True)
class ProductOracle(Oracle):
    """A derivative along directions: a Hessian, or a Jacobian, times a vector, without the matrix itself.

    ``along`` are the tensors that move; ``measured`` is what changes, by its value at a point.
    """

    along: tuple[str, ...]
    measured: Callable[[Point, str], Array]
    written: str

    def expected(self, names: Sequence[str], arrays: Mapping[str, Any], *, smooth: bool = True) -> dict[str, Array]:
        """The product, which agrees with differences along the directions."""
        found = super().expected(names, arrays)
        point = Point(self.network.forward, arrays)
        for name, array in found.items() if smooth else ():
            ends = [self.measured(self._moved(point, side * STEP), name) for side in (1.0, -1.0)]
            differs = float(numpy.abs((ends[0] - ends[1]) / (2 * STEP) - array).max(initial=0.0))
            scale = max(float(numpy.abs(part).max(initial=0.0)) for part in (array, *ends))
            _require_measured(self.derived(name), differs / max(scale, 1e-9))
        return found

    def returned(self, found: Any) -> Any:
        """Of outputs with their tangents behind them the tangents."""
        paired = isinstance(found, tuple | list) and len(found) == 2 * len(self.order)
        return found[len(self.order) :] if paired else found

    def _moved(self, point: Point, step: float) -> Point:
        values = {name: point.value(name) + step * point.value(direction_name(name)) for name in self.along}
        return point.moved(values)

    def formula(self, name: str) -> str:
        """The product as it was derived."""
        return f"{self.written.format(name)} = {self.derived(name).unicode().partition(' = ')[2]}"


def _require_measured(derivation: Derivation, off: float) -> None:
    """See that a derivation is what differences of the forward definition say.

    Raises:
        CheckError: it is not.
    """
    if not off <= QUOTIENT:
        raise CheckError(f"{derivation.quantity.name} is not what differences of the forward definition say: {off:.1e}")


def assert_hessian(
    function: Any,
    subject: Subject,
    *,
    of: str = "",
    by: str = "",
    along: Sequence[str] = (),
    points: Points = 1,
    seed: int | None = None,
    tolerance: float | None = None,
    dtype: str = "float64",
    convert: Callable[[Array], Any] | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
    shapes: Mapping[str, Template] = MappingProxyType({}),
    sizes: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Compare second derivatives of a loss, or a Hessian times a vector, with what is derived.

    What is derived is itself compared with differences of measured gradients, at each point.

    Args:
        function: what computes outputs or the loss by PyTorch or JAX, of which the library takes second derivatives, so
            that a backward pass of one's own is differentiated too; or a function called by name, as by
            ``assert_gradients``, that returns the Hessian, an array of the axes of ``of`` and then ``by``, or a matrix.
        subject: as of ``assert_gradients``; the loss of a layer is the sum of its outputs times ``dy``.
        of: by which tensor the gradient is taken; the first one of the subject if left out.
        by: by which tensor it is differentiated again; ``of`` if left out.
        along: instead of a Hessian the product with directions of these tensors: ``v_x`` is that of x. A function of
            one's own takes them by these names, or calls the only one ``v``.
        points, seed, tolerance, dtype, convert, names, shapes, sizes: as of ``assert_gradients``.

    Raises:
        GradientError: a second derivative is wrong; the message says which, where and by what factor.
        ArrayError: the function cannot be called with what there is.
        CheckError: what was derived is not what is measured.
    """
    __tracebackhide__ = True
    net, outputs = _parts(subject, function, names)
    first = of or net.differentiable[0] if not outputs else of or _layer_names(net, outputs)[0]
    second = by or first
    known = {tensor.name for tensor in net.forward.given}
    for name in (first, second, *along):
        if name not in known:
            raise ArrayError(f"there is no tensor {name} that is given; {nearest(name, known)}")
    oracle = (
        _product_oracle(net, outputs, first, tuple(along)) if along else _hessian_oracle(net, outputs, first, second)
    )
    mode = Mode(SecondDerivatives(first, second, bool(along)), dtype, tuple(along))
    named = directions_named(function, tuple(along), names, oracle)
    judge, fixed = prepared(function, oracle, mode, tolerance, dtype, convert, named, shapes, sizes)
    judged(judge, points, seed_of(seed), fixed)


def _hessian_oracle(net: Network, outputs: tuple[str, ...], first: str, second: str) -> Oracle:
    hessian = net.hessian(first, second)
    title = f"the Hessian of {first}" if first == second else f"the Hessian of {first} and {second}"
    return HessianOracle(net, outputs, (first,), lambda name: hessian, lambda name: title)


def _product_oracle(net: Network, outputs: tuple[str, ...], first: str, along: tuple[str, ...]) -> Oracle:
    product = net.hessian_vector_product(first, along=along)
    return ProductOracle(
        replace(net, forward=product.forward, general=None),
        outputs,
        (first,),
        lambda name: product,
        lambda name: f"the Hessian-vector product of {name}",
        along,
        lambda point, name: point.partial(f"dl/d{name}").value,
        "∂²ℓ/∂{0}² v",
    )


def assert_jvp(
    function: Any,
    subject: Subject,
    *,
    along: Sequence[str] = (),
    points: Points = 3,
    seed: int | None = None,
    tolerance: float | None = None,
    dtype: str = "float64",
    convert: Callable[[Array], Any] | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
    shapes: Mapping[str, Template] = MappingProxyType({}),
    sizes: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Compare how outputs change along directions, a Jacobian times a vector, with what is derived.

    What is derived is itself compared with differences of the forward definition, at each point.

    Args:
        function: what computes outputs by PyTorch or JAX, whose forward mode is taken: an ``autograd.Function`` with
            ``jvp``, a module, a ``jax.custom_jvp``; or a function called by name that takes directions too, as ``v_x``,
            ``dx``, ``x_dot`` or ``x_tangent`` of x, and returns the tangent of each output, perhaps behind the outputs.
        subject: a layer, a network without a loss, or equations with an output.
        along: the tensors that move; inputs and parameters if left out.
        points, seed, tolerance, dtype, convert, names, shapes, sizes: as of ``assert_gradients``.

    Raises:
        GradientError: a tangent is wrong; the message says which, where and by what factor.
        ArrayError: the function cannot be called with what there is, or the subject has no output.
        CheckError: what was derived is not what is measured.
    """
    __tracebackhide__ = True
    net, outputs = _parts(subject, function, names)
    if not outputs:
        raise ArrayError(f"{net.description} ends in a loss: Jacobian-vector products are those of outputs")
    moved = tuple(along) or _layer_names(net, outputs)
    known = _layer_names(net, outputs)
    for name in moved:
        if name not in known:
            raise ArrayError(f"nothing moves {name}; {nearest(name, known)}")
    products = {name: net.hessian_vector_product(upstream_name(name), along=moved) for name in outputs}
    forward = next(iter(products.values())).forward
    above = {upstream_name(name) for name in outputs}
    oracle = ProductOracle(
        replace(net, forward=forward, general=None),
        outputs,
        outputs,
        products.__getitem__,
        lambda name: f"the Jacobian-vector product of {name}",
        moved,
        lambda point, name: point.value(name),
        "v_{0}",
    )
    mode = Mode(ForwardMode(outputs), dtype, moved)
    named = directions_named(function, moved, names, oracle)
    judge, fixed = prepared(function, oracle, mode, tolerance, dtype, convert, named, shapes, sizes)
    judged(replace(judge, hidden=frozenset(above)), points, seed_of(seed), fixed)


def _parts(subject: Subject, function: Any, names: Mapping[str, str]) -> tuple[Network, tuple[str, ...]]:
    """The network of a subject, and the outputs that have upstream gradients."""
    if isinstance(subject, Derivation):
        raise ArrayError("second derivatives and forward mode are those of a layer, a network or equations")
    whole = subject_of(subject, (), function, names)
    return (whole.network, whole.outputs) if isinstance(whole, Layer) else (whole, ())


def _layer_names(net: Network, outputs: Sequence[str]) -> tuple[str, ...]:
    """The inputs and parameters of a layer."""
    return Layer(net.description, net, tuple(outputs)).differentiable
