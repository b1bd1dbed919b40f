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
from derive.derivation import Derivation
from derive.expression import symbols
from derive.forward import Forward
from derive.layers import LOSS, Activation
from derive.network import Network
from numeric import compile, evaluate
from numeric.expression.magnitude import magnitude
from numeric.measuring.point import Point as EvaluatedPoint
from numeric.sampling.points import sample, sample_sizes
from tests.numeric.codegen.subjects import compiled_for_numpy
from tests.numeric.codegen.test_every_layer import FIRST, TOGETHER, on_a_batch
from tests.numeric.precise_rows import Rows
from tests.sweeps import layer_kind, loss_kind, sweep

pytestmark = TOGETHER

TYPES = (numpy.float64, numpy.float32)
DIGITS = 1000
FEW_ELEMENTS = 12
FEW_DIGITS = 150
"""Where rows have no exponentials, these do."""
OPERATIONS = 100
"""How many roundings of the sizes of its terms an element may be off by: each passes some dozens of operations."""
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


LONG = ("MultiHeadAttention", "SelfAttention", "LSTMCell")
"""Layers that are made of what others are made of, too, and take seconds in a thousand digits."""
BY_NAME = {one.name: one for one in OWN}
QUICK = [pytest.param(text, marks=pytest.mark.slow) if text.startswith(LONG) else text for text in FIRST]


def own_kind(text: str) -> tuple[bool, ...]:
    """What makes floating point overflow in a definition of our own."""
    one = BY_NAME.get(text)
    formula = one.formula if isinstance(one, Activation) else one.equations if one else ""
    return tuple(sign in formula for sign in ("exp", "log", "sqrt", "[z")) if one else ()


@sweep(lambda text: own_kind(text) or layer_kind(text))
@pytest.mark.parametrize("text", [*QUICK, *(one.name for one in OWN)])
def test_layers(text: str) -> None:
    one = layer(BY_NAME[text], batch="B") if text in BY_NAME else on_a_batch(text)
    compiled = compiled_for_numpy(one)
    plan = compiled.plan
    for point in points(one.network, {f"d{name}" for name in one.outputs}):
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
                point.require_gradient(one.vjp(name), gradients[name])
                point.require_gradient(one.vjp(name), evaluate(one.vjp(name), whole))


def losses() -> Iterator[str]:
    """Every loss, with a class for its target too where it takes one."""
    for name, one in LOSS.items():
        if "(" not in name:
            yield name
            if one.class_equations:
                yield f"{name}(class)"


@sweep(lambda loss: loss_kind(loss))
@pytest.mark.parametrize("loss", list(losses()))
def test_losses(loss: str) -> None:
    before = BEFORE[LOSS[loss.removesuffix("(class)")].prediction]
    net = network(f"x:K -> {before}", loss, batch="B")
    compiled = compile(net, by=["x"])
    for point in points(net, set()):
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
            point.require_gradient(net.gradient("x"), gradients["x"])
            point.require_gradient(net.gradient("x"), evaluate(net.gradient("x"), given))


def points(net: Network, moderate: set[str]) -> Iterator[Point]:
    """Sampled points whose real inputs are ±1000: with either sign and small ones between, and all -1000.

    All numbers are such that both types hold them.
    """
    model = net.forward
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
        yield Point(net, {**given, **real}, sizes)


@dataclass
class Point:
    """What is given at a point, and what is right there, by its name."""

    network: Network
    given: Mapping[str, Any]
    sizes: Mapping[Any, int]
    right: dict[str, Any] = field(default_factory=dict)
    known: dict[tuple[str, bool, bool], Any] = field(default_factory=dict)

    @property
    def model(self) -> Forward:
        return self.network.forward

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

    @cached_property
    def _digits(self) -> int:
        """In how many digits nothing of the rows is lost."""
        grows = any(row.expression.has(AppliedUndef, sympy.exp, sympy.log) for row in self.model.rows)
        return DIGITS if grows else FEW_DIGITS

    def _row(self, name: str, given: Mapping[str, Any]) -> Any:
        """A row in far more digits than the types have."""
        if not self._is_polynomial:
            with mpmath.workdps(DIGITS):
                return Rows(self.model, given, self.sizes).array(name).astype(float)
        return self._long(name, given).astype(float)

    def _long(self, name: str, given: Mapping[str, Any]) -> Any:
        row = self.model.row[name]
        return self._long_array(row.expression, row.indices, row.tensor.shape, given)

    def _long_array(self, expression: Any, indices: Any, shape: Any, given: Mapping[str, Any]) -> Any:
        long = {
            one: array.astype(numpy.longdouble) if array.dtype.kind == "f" else array for one, array in given.items()
        }
        point = EvaluatedPoint(self.model, long, self.sizes, dtype=numpy.longdouble)
        return numpy.asarray(point.expression(expression, indices, shape))

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

    def require_gradient(self, derivation: Derivation, found: Any) -> None:
        """See that every element of a gradient is right to the type, beside the numbers that are added up in it."""
        right, added = self._gradient(derivation)
        assert found.shape == right.shape
        assert not numpy.isnan(found).any(), f"{derivation.quantity.name}: {found}"
        unit = float(numpy.finfo(found.dtype).eps)
        with numpy.errstate(over="ignore"):
            expected = right.astype(found.dtype)
        least = float(numpy.finfo(found.dtype).tiny)
        allowed = OPERATIONS * (unit * added + least)
        if _are_within(found, expected, allowed):
            return
        allowed += OPERATIONS * self._moved_by_rounding(derivation, right, unit)
        assert _are_within(found, expected, allowed), f"{derivation.quantity.name} is {found}, not {right} ± {allowed}"

    def _gradient(self, derivation: Derivation) -> tuple[Any, Any]:
        """The gradient in many digits, which has the slope of the loss, and the size of what is added up in it."""
        name = derivation.quantity.name
        if name not in self.right and self._digits == FEW_DIGITS:
            self.right[name] = self._in_a_long_type(derivation)
        if name not in self.right:
            of = name.removeprefix("dl/d")
            with mpmath.workdps(self._digits):
                gradient = self._exactly(derivation, self.given)
                direction = numpy.random.default_rng(2).normal(size=gradient.shape)
                unknown = numpy.isnan(_floats(gradient))
                self._require_slope(of, numpy.where(unknown, 0.0, direction), numpy.where(unknown, 0, gradient))
                sizes = self._exactly(derivation, self.given, sizes=True)
            self.right[name] = _floats(gradient), _floats(sizes)
        return self.right[name]

    @property
    def _is_linear(self) -> bool:
        """Whether the loss is linear in each tensor, so that differences over long steps are exact."""
        return self._is_polynomial and not any(row.expression.has(sympy.Pow) for row in self.model.rows)

    def _in_a_long_type(self, derivation: Derivation) -> tuple[Any, Any]:
        """The gradient, which has the slope of the loss, and the sizes of its terms, in a longer type."""
        name, quantity = derivation.quantity.name.removeprefix("dl/d"), derivation.quantity
        right, sizes = (
            self._long_array(one, quantity.indices, quantity.shape, self.given)
            for one in (derivation.result, magnitude(derivation.result))
        )
        direction = numpy.random.default_rng(2).normal(size=right.shape)
        slope, noise = self._long_slope(name, direction) if self._is_linear else (self._slope(name, direction), 0.0)
        assert abs(slope - (right * direction).sum()) <= 1e-12 * (sizes * abs(direction)).sum() + noise, name
        return right.astype(float), sizes.astype(float)

    def _long_slope(self, name: str, direction: Any) -> tuple[Any, Any]:
        """The slope of a loss that is linear in a tensor, by differences in a longer type, and what rounding leaves."""
        step = numpy.longdouble(2) ** -6
        above, below = (
            self._long("l", {**self.given, name: self.given[name] + side * step * direction}) for side in (1, -1)
        )
        noise = 100 * numpy.finfo(numpy.longdouble).eps * (abs(above) + abs(below)) / step
        return (above - below) / (2 * step), noise

    def _slope(self, name: str, direction: Any) -> float:
        """The slope of the loss along a direction, by differences in many digits."""
        with mpmath.workdps(self._digits):
            return float(self._difference(name, direction))

    def _difference(self, name: str, direction: Any) -> Any:
        array, step = self.given[name], mpmath.mpf(10) ** -(mpmath.mp.dps // 5)
        above, below = (
            Rows(self.model, {**self.given, name: moved(array, side * direction, step)}, self.sizes).element("l", ())
            for side in (1, -1)
        )
        return (above - below) / (2 * step)

    def _exactly(
        self, derivation: Derivation, given: Mapping[str, Any], *, sizes: bool = False, some: bool = True
    ) -> Any:
        """Elements of a gradient in numbers of many digits, or the sizes of their terms added up; others are NaN."""
        key = derivation.quantity.name, sizes, some
        if given is self.given and key in self.known:
            return self.known[key]
        rows = Rows(self.model, self._with_gradients(derivation, given, sizes), self.sizes)
        quantity = derivation.quantity
        made = numpy.empty([int(rows.value(length, {})) for length in quantity.shape], object)
        found = rows.size if sizes else rows.value
        made[...] = mpmath.nan
        for place in _some(made.shape) if some else numpy.ndindex(*made.shape):
            made[place] = found(derivation.result, dict(zip(quantity.indices, place, strict=True)))
        if given is self.given:
            self.known[key] = made
        return made

    def _with_gradients(self, derivation: Derivation, given: Mapping[str, Any], sizes: bool) -> dict[str, Any]:
        """What is given, and the gradients that a gradient is written in, or the sizes of their terms."""
        whole = dict(given)
        for name in sorted({symbols.name_of(access) for access in symbols.accesses(derivation.result)}):
            if name.startswith("dl/d") and name not in whole:
                whole[name] = self._exactly(
                    self.network.gradient(name.removeprefix("dl/d")), given, sizes=sizes, some=False
                )
        return whole

    def _require_slope(self, name: str, direction: Any, gradient: Any) -> None:
        """See that a gradient in many digits is the slope of the loss, by differences in as many."""
        terms = [mpmath.mpf(float(one)) * part for one, part in zip(direction.flat, gradient.flat, strict=True)]
        size = mpmath.fsum(map(abs, terms)) + mpmath.mpf(10) ** -100
        assert abs(self._difference(name, direction) - mpmath.fsum(terms)) <= size * mpmath.mpf(10) ** -25, name

    def _moved_by_rounding(self, derivation: Derivation, right: Any, unit: float) -> Any:
        """How far each element moves where all that is given is moved by its rounding: the condition of the problem."""
        generator = numpy.random.default_rng(3)
        moves = []
        with mpmath.workdps(self._digits):
            for _ in range(3):
                given = {one: rounded(array, unit, generator) for one, array in self.given.items()}
                beside = _floats(self._exactly(derivation, given))
                moves.append(numpy.abs(beside - right))
        return numpy.max(moves, axis=0)

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


def _some(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Places of an array: all of a small one, a few at random of others, since each takes long in many digits."""
    places = list(numpy.ndindex(*shape))
    chosen = numpy.random.default_rng(4).permutation(len(places))[:FEW_ELEMENTS]
    return [places[number] for number in sorted(chosen)]


def _floats(numbers: Any) -> Any:
    with numpy.errstate(invalid="ignore"):
        return numpy.array([float(one) for one in numbers.flat]).reshape(numbers.shape)


def _are_within(found: Any, expected: Any, allowed: Any) -> bool:
    """Whether each number is as near as is allowed; what the type does not hold is infinite in both."""
    with numpy.errstate(invalid="ignore"):
        return bool(
            (numpy.isnan(expected) | (found == expected) | (numpy.abs(found.astype(float) - expected) <= allowed)).all()
        )


def on_simplex(array: Any) -> Any:
    """Probabilities that both types hold, and that add up to 1 in them."""
    kept = numpy.floor(numpy.asarray(array)[..., 1:] * 4096) / 4096
    return numpy.concatenate([1 - kept.sum(axis=-1, keepdims=True), kept], axis=-1)


def moved(array: Any, direction: Any, step: Any) -> Any:
    """The array a small step along a direction, in numbers of mpmath."""
    exact = numpy.vectorize(lambda one, by: mpmath.mpf(float(one)) + mpmath.mpf(float(by)) * step, otypes=[object])
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
