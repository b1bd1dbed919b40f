"""Inputs of ±1000: every layer, activation and loss is right to the type, by evaluate and in generated code.

The truth is the forward rows in arithmetic of thousands of digits, and central differences of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import mpmath
import numpy
import pytest
import sympy
from sympy.core.function import AppliedUndef

from derive import LayerDefinition, layer, network
from derive.expression import symbols
from derive.forward import Forward
from derive.layers import LOSS, Activation
from numeric import compile, evaluate
from numeric.measuring.point import Point as EvaluatedPoint
from numeric.sampling.points import sample, sample_sizes
from tests.numeric.codegen.test_every_layer import TEXTS
from tests.numeric.precise_rows import Rows

TYPES = (numpy.float64, numpy.float32)
DIGITS = 2200
STEP = mpmath.mpf(10) ** -400
BEFORE = {"real": "Identity", "unit": "Sigmoid", "simplex": "Softmax", "log_simplex": "LogSoftmax"}
"""The layer that makes of any scores what a loss takes."""

OWN: tuple[LayerDefinition | Activation, ...] = (
    Activation("LogCosh", "log((exp(z) + exp(-z))/2)", call="lc"),
    Activation("Mish", "z*tanh(log(1 + exp(z)))", call="mish"),
    Activation("Gauss", "exp(-z^2/2)", call="gauss"),
    Activation("Softsign", "z/(1 + abs(z))", call="softsign"),
    Activation("SELU", "1.05*(z*[z > 0] + 1.67*(exp(z) - 1)*[z <= 0])", call="selu"),
    Activation("CELU", "z*[z > 0] + 2*(exp(z/2) - 1)*[z <= 0]", call="celu"),
    Activation("Root", "sqrt(1 + z^2) - 1", call="root"),
    Activation("Cubic", "z^3 - z", call="cubic"),
    Activation("Inverse", "1/(1 + z^2)", call="inverse"),
    Activation("HardSwish", "z*(z + 3)/6*[abs(z) < 3] + z*[z >= 3]", call="hs"),
    Activation("LogSigmoid", "-log(1 + exp(-z))", call="ls"),
    Activation("Bent", "(sqrt(z^2 + 1) - 1)/2 + z", call="bent"),
    LayerDefinition("Tempered", "y[i] = exp(z[i]/3)/(sum[k] exp(z[k]/3))", axes=("n",)),
    LayerDefinition("LogSumExp", "y = log(sum[i] exp(z[i]))", axes=("n",)),
    LayerDefinition("Gated", "g[i] = 1/(1 + exp(-z[i])); y[i] = g[i]*z[i] + (1 - g[i])*sin(z[i])", axes=("n",)),
    LayerDefinition("Norm", "r = sqrt(1 + sum[i] z[i]^2); y[i] = z[i]^2/r", axes=("n",)),
    LayerDefinition("Sparse", "s = sum[k] exp(2*z[k]); y = -(sum[i] exp(2*z[i])/s*log(exp(2*z[i])/s))", axes=("n",)),
)


FIRST = list({text.partition("(")[0]: text for text in reversed(TEXTS)}.values())
"""Every layer and activation once."""


@pytest.mark.parametrize("text", [*FIRST, *(one.name for one in OWN)])
def test_layers(text: str) -> None:
    own = {one.name: one for one in OWN}
    one = layer(own.get(text, text.removesuffix("()")), batch="B")
    compiled = compile(one)
    plan, model = compiled.plan, one.network.forward
    for point in points(model, {f"d{name}" for name in one.outputs}):
        fixed = {name: point.sizes[compiled.module.sizes.known[name]] for name in compiled.module.settings}
        for real in TYPES:
            given = point.typed(real)
            params = {tensor.name: given[tensor.name] for tensor in plan.parameters} | fixed
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                *outputs, cache = compiled.forward(params, *(given[tensor.name] for tensor in plan.inputs))
                gradients = compiled.backward(params, cache, *(given[tensor.name] for tensor in plan.beside))
            whole = {**given, **{size.name: number for size, number in point.sizes.items()}}
            for name, found in zip(one.outputs, outputs, strict=True):
                point.require_value(name, found)
                point.require_value(name, evaluate(one.network.value(name), whole))
            for name in one.differentiable:
                point.require_gradient(name, gradients[name])
                point.require_gradient(name, evaluate(one.vjp(name), whole))


def losses() -> Iterator[str]:
    """Every loss, with a class for its target too where it takes one."""
    for name, one in LOSS.items():
        if "(" not in name:
            yield name
            if one.class_equations:
                yield f"{name}(class)"


@pytest.mark.parametrize("loss", list(losses()))
def test_losses(loss: str) -> None:
    before = BEFORE[LOSS[loss.removesuffix("(class)")].prediction]
    net = network(f"x:K -> {before}", loss, batch="B")
    compiled = compile(net, by=["x"])
    for point in points(net.forward, set()):
        for real in TYPES:
            given = point.typed(real)
            params = {tensor.name: given[tensor.name] for tensor in compiled.plan.parameters}
            beside = [given[tensor.name] for tensor in compiled.plan.beside]
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                _, cache = compiled.forward(params, *(given[tensor.name] for tensor in compiled.plan.inputs))
                value = compiled.loss(params, cache, *beside)
                gradients = compiled.backward(params, cache, *beside)
            point.require_value("l", value)
            point.require_value("l", evaluate(net.value("l"), given))
            point.require_gradient("x", gradients["x"])
            point.require_gradient("x", evaluate(net.gradient("x"), given))


def points(model: Forward, moderate: set[str]) -> Iterator[Point]:
    """Sampled points whose real inputs are ±1000: with either sign and small ones between, and all -1000.

    All numbers are such that both types hold them.
    """
    arrays, sizes = sample(model, seed=1), sample_sizes(model, seed=1)
    generator = numpy.random.default_rng(5)
    for draw in ((1000.0, -1000.0, 0.5), (-1000.0,)):
        given = {}
        for tensor in model.given:
            large = tensor.role == "input" and tensor.domain == "real" and tensor.name not in moderate
            array = generator.choice(draw, arrays[tensor.name].shape) if large else arrays[tensor.name]
            if large and any(row.tensor.domain == "index" for row in model.rows):
                # Of equal ones none is the largest, and differences have no one value.
                array = array + generator.permutation(array.size).reshape(array.shape) / 2
            given[tensor.name] = on_simplex(array) if tensor.domain == "simplex" else numpy.asarray(array)
        given |= {name: numpy.asarray(array) for name, array in arrays.items() if name not in given}
        real = {name: array.astype(numpy.float32) for name, array in given.items() if array.dtype.kind == "f"}
        yield Point(model, {**given, **real}, sizes)


@dataclass
class Point:
    """What is given at a point, and what is right there, by its name."""

    model: Forward
    given: Mapping[str, Any]
    sizes: Mapping[Any, int]
    right: dict[str, Any] = field(default_factory=dict)

    def typed(self, real: Any) -> dict[str, Any]:
        """The arrays of real numbers in a type."""
        return {
            tensor: array.astype(numpy.int64 if self._is_class(tensor) else real)
            for tensor, array in self.given.items()
        }

    def _is_class(self, name: str) -> bool:
        return name in self.model.tensors and self.model.tensors[name].domain == "class"

    @cached_property
    def _is_polynomial(self) -> bool:
        """Whether the rows add, multiply and choose only, so that little is lost in a longer type."""
        rows = [row.expression for row in self.model.rows]
        chosen = any(row.tensor.domain == "index" for row in self.model.rows)
        if chosen and any(tensor.role == "parameter" for tensor in self.model.given):
            return False
        return not any(
            row.atoms(AppliedUndef, sympy.exp, sympy.log, sympy.Abs)
            or any(symbols.accesses(power) and not power.exp.is_Integer for power in row.atoms(sympy.Pow))
            or any(symbols.accesses(power) and power.exp.is_negative for power in row.atoms(sympy.Pow))
            for row in rows
        )

    def _row(self, name: str, given: Mapping[str, Any]) -> Any:
        """A row in far more digits than the types have."""
        if not self._is_polynomial:
            with mpmath.workdps(DIGITS):
                return Rows(self.model, given, self.sizes).array(name).astype(float)
        return self._long(name, given).astype(float)

    def _long(self, name: str, given: Mapping[str, Any]) -> Any:
        long = {
            one: array.astype(numpy.longdouble) if array.dtype.kind == "f" else array for one, array in given.items()
        }
        row = self.model.row[name]
        return numpy.asarray(
            EvaluatedPoint(self.model, long, self.sizes, dtype=numpy.longdouble).expression(
                row.expression, row.indices, row.tensor.shape
            )
        )

    def _slope(self, name: str, direction: Any, given: Mapping[str, Any]) -> Any:
        """The slope of the loss along a direction, by central differences."""
        array = given[name]
        if self._is_polynomial:
            step = numpy.longdouble(2) ** -6
            above, below = (self._long("l", {**given, name: array + side * step * direction}) for side in (1, -1))
            return ((above - below) / (2 * step)).astype(float)
        with mpmath.workdps(DIGITS):
            above, below = (
                Rows(self.model, {**given, name: moved(array, side * direction)}, self.sizes).element("l", ())
                for side in (1, -1)
            )
            return numpy.array(float((above - below) / (2 * STEP)))

    @property
    def _size(self) -> float:
        """The scale of a loss, in which scores of 1000 may cancel."""
        return 1000.0 if self._of_loss else 0.0

    @property
    def _of_loss(self) -> bool:
        return not any(map(self._is_upstream, self.given))

    def _is_upstream(self, name: str) -> bool:
        return name.startswith("d") and name.removeprefix("d") in self.model.row

    def require_value(self, name: str, found: Any) -> None:
        """See that an array has the values of the row."""
        if name not in self.right:
            self.right[name] = self._row(name, self.given)
        self._require_close(
            name, numpy.asarray(found), self.right[name], lambda given: self._row(name, given), self._size
        )

    def require_gradient(self, name: str, found: Any) -> None:
        """See that every element is finite and that the array has the slope of the loss along a direction."""
        array = self.given[name]
        assert found.shape == array.shape
        assert numpy.isfinite(found).all(), f"dl/d{name}: {found}"
        direction = numpy.random.default_rng(2).choice([-1.0, 1.0, 2.0, 3.0], array.shape)
        if f"dl/d{name}" not in self.right:
            self.right[f"dl/d{name}"] = self._slope(name, direction, self.given)
        along = (found.astype(numpy.longdouble) * direction).sum()
        scale = float(numpy.abs(found).max(initial=0))
        # What cancels is small on the scale of its terms: products of what comes from above and of what is read.
        above = [one for key, one in self.given.items() if self._is_upstream(key)] or [numpy.ones(())]
        floor = max(float(numpy.abs(one).max(initial=0)) for one in above)
        beside = [tensor for tensor in self.model.given if not self._is_upstream(tensor.name)]
        scale = max(
            scale, floor * (1000.0**3 if len(beside) > 1 and not self._is_polynomial and not self._of_loss else 1)
        )
        right = self.right[f"dl/d{name}"]
        self._require_close(
            f"dl/d{name}", along.astype(found.dtype), right, lambda given: self._slope(name, direction, given), scale
        )

    def _require_close(
        self, name: str, found: Any, right: Any, truth: Callable[[Mapping[str, Any]], Any], scale: float
    ) -> None:
        """The numbers agree to the type, or are no farther apart than rounding what is given moves what is right."""
        if is_close(found, right, scale):
            return
        generator = numpy.random.default_rng(3)
        step = float(numpy.finfo(found.dtype).eps)
        moves = [
            numpy.abs(truth({one: rounded(array, step, generator) for one, array in self.given.items()}) - right)
            for _ in range(3)
        ]
        allowed = 50 * numpy.max(moves)
        assert numpy.abs(found - right).max() <= allowed, f"{name} is {found}, not {right} (by rounding: {allowed})"


def on_simplex(array: Any) -> Any:
    """Probabilities that both types hold, and that add up to 1 in them."""
    kept = numpy.floor(numpy.asarray(array)[..., 1:] * 4096) / 4096
    return numpy.concatenate([1 - kept.sum(axis=-1, keepdims=True), kept], axis=-1)


def moved(array: Any, direction: Any) -> Any:
    """The array a small step along a direction, in numbers of mpmath."""
    exact = numpy.vectorize(lambda one, step: mpmath.mpf(float(one)) + mpmath.mpf(float(step)) * STEP, otypes=[object])
    return exact(array, direction)


def rounded(array: Any, step: float, generator: numpy.random.Generator) -> Any:
    """The array with real numbers moved by no more than their rounding."""
    if array.dtype.kind != "f":
        return array
    return array.astype(numpy.float64) * (1 + step * generator.uniform(-1, 1, array.shape))


def is_close(found: Any, right: Any, scale: float) -> bool:
    """Whether numbers agree to the type's precision on the scale of the largest; what it cannot hold is infinite."""
    assert not numpy.isnan(found).any(), f"NaN in {found}, not {right}"
    with numpy.errstate(over="ignore"):
        expected = right.astype(found.dtype)
    scale = max(scale, float(numpy.abs(expected[numpy.isfinite(expected)]).max(initial=0)))
    tolerance = 200 * float(numpy.finfo(found.dtype).eps)
    return numpy.allclose(found, expected, rtol=tolerance, atol=tolerance * scale)


POWERS = [("z^2", "2*z"), ("z^2/2 + z", "z + 1"), ("z^3", "3*z^2"), ("1/z^2", "-2/z^3")]


@pytest.mark.parametrize(("formula", "slope"), POWERS)
def test_powers_beyond_the_range_of_the_type(formula: str, slope: str) -> None:
    """They are infinite and never NaN, and their slopes are right where the type holds them."""
    own = Activation("Own", formula, call="own")
    z = numpy.array([1e200, -1e200, 1e-120, -1e-100, 3.0])
    with mpmath.workdps(50):
        slopes = [eval(slope.replace("^", "**"), {"z": mpmath.mpf(float(one))}) for one in z]
    with numpy.errstate(all="ignore"):
        compiled = compile(layer(own, batch="B"))
        y, cache = compiled.forward({}, z[None])
        assert not numpy.isnan(y).any()
        right = numpy.array([float(one) for one in slopes])
        for found in (
            compiled.backward({}, cache, numpy.ones((1, len(z))))["z"][0],
            evaluate(layer(own).vjp("z"), {"z": z, "dy": numpy.ones(len(z))}),
        ):
            numpy.testing.assert_allclose(found, right, rtol=1e-12, atol=0)
