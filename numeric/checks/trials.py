"""What a check compares at one point: each step, each form and the result with what is measured there."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache, partial
from math import inf

import numpy
from sympy import Expr

from derive.convolution import ConvolutionForm
from derive.derivation import Derivation
from derive.expression.partials import partial_named
from derive.expression.symbols import accesses, element, name_of, names_in, subscripts_of
from derive.matrix.nodes import Node
from derive.remembering import EXPRESSIONS
from derive.step_rules import StepRule
from derive.steps import Quantity, Step
from numeric.arrays.axes import Array
from numeric.arrays.layout import as_matrix
from numeric.checks.comparison import Comparison, error_beside_rounding, floor_of, nearer, relative_error
from numeric.checks.curvature import is_second_derivative, is_short, second_difference_error
from numeric.checks.outside import reads_outside
from numeric.checks.tolerances import DIFFERENCES, DOUBLE
from numeric.errors import ArrayError, ExpressionError
from numeric.expression.forward import program
from numeric.measuring.differences import EPSILON, Measured, Method
from numeric.measuring.point import Point
from numeric.sampling.points import breaks_ties
from numeric.values.convolution import convolution_at
from numeric.values.matrix import matrix_at, over_times

Numbered = tuple[int, Step]
"""A step and which one of its derivation it is."""

KEPT = 65_536
"""Arrays of so many elements or fewer are kept for other derivations."""


@dataclass(frozen=True)
class Trial:
    """A comparison that was made; None where there is nothing to compare with.

    ``array`` is what was compared, where it is adopted for the partial that it was found to be.
    """

    comparison: Comparison | None
    array: Array | None = None


class Tried:
    """What comparisons found at one place, by all that they depend on: equations that several derivations share are
    compared once."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[int, Trial]] = {}

    def of(self, key: Hashable, compare: Callable[[], Trial]) -> tuple[int, Trial]:
        """What was found and its number, by which arrays tell where they come from."""
        if key not in self._found:
            self._found[key] = len(self._found), compare()
        return self._found[key]


@dataclass(frozen=True)
class Place:
    """A point, and whether conditions are exactly at their boundaries there.

    ``tried`` is what comparisons found there. What is adopted at the point is a derivation's own, so that nothing that
    is found depends on what was checked before: see :meth:`for_derivation`.
    """

    point: Point
    kink: bool = False
    tried: Tried = field(default_factory=Tried, compare=False, repr=False)

    def for_derivation(self) -> Place:
        """The same place, at which nothing is adopted yet."""
        return Place(self.point.fork(), self.kink, self.tried)


@dataclass(frozen=True)
class _Shared:
    """What a comparison depends on, beside the place: a key, and the names that are read.

    ``value``, once it is found to be right, is ``adopted_as`` the partial of that name where measuring that takes long;
    ``rounding`` is about what rounding does to it.
    """

    key: tuple[Hashable, ...]
    reads: frozenset[str]
    value: Callable[[], Array]
    adopted_as: str = ""
    rounding: Callable[[], Array] | None = None


class _NoDerivative(Exception):
    """There is no finite derivative at the kink to compare with."""


@dataclass(frozen=True)
class Trials:
    """The comparisons of one derivation, whose ``steps`` are :func:`numbered`, at one point."""

    derivation: Derivation
    steps: Sequence[Numbered]
    place: Place
    _values: dict[Hashable, Array] = field(default_factory=dict, compare=False, repr=False)

    @property
    def point(self) -> Point:
        return self.place.point

    def items(self) -> Iterator[Comparison]:
        """Every comparison: rows that were derived, the steps, then the result."""
        for row, name in self.derivation.forward.gradients:
            yield from self._row(row, name)
        before: dict[str, Step] = {}
        for number, step in self.steps:
            what = f"step {number}, {step.quantity.name} ({step.rule})"
            yield from self._forms(what, step.quantity, step.expression, step.matrix, self._said(step))
            if (earlier := before.get(step.quantity.name)) is not None:
                yield from self._between(f"{what}: against the step before", step, earlier)
            before[step.quantity.name] = step
        quantity, result = self.derivation.quantity, self.derivation.result
        what = f"result, {quantity.name}"
        yield from self._forms(what, quantity, result, self.derivation.matrix, self._outside, told=True)
        form = self.derivation.convolution
        if form is not None:
            compare = partial(self._of_convolution, quantity, result, form)
            yield from self._tried(f"{what}: convolution form", DOUBLE, compare)
        if quantity.partial is not None and not self.place.kink:
            yield from self._differences(what, quantity, result)

    def _differences(self, what: str, quantity: Quantity, result: Expr) -> Iterator[Comparison]:
        """The result against differences: those of the forward rows, of a second derivative those of gradients too."""
        coarse = f"{what}: against central differences"
        if self.breaks_ties:
            yield Comparison.untried("a step tells equal candidates of a maximum apart at every point", coarse)
            return
        yield from self._tried(coarse, DIFFERENCES, partial(self._error, quantity, result, "central", None))
        if is_second_derivative(self.point.model, quantity):
            fine = f"{what}: against differences of measured gradients"
            if is_short(self.point, quantity):
                yield from self._tried(fine, DIFFERENCES, partial(self._second, quantity, result))
            else:
                yield Comparison.untried("the gradient has too many elements at every point", fine)

    @property
    def _outside(self) -> frozenset[str] | None:
        """What the result may read outside its range. Times before the first and after the last are explained."""
        return None if self.derivation.forward.initial else self.derivation.outside

    def _said(self, step: Step) -> frozenset[str] | None:
        """What a step may read outside its range: only the result says what it is."""
        exact = step.rule is StepRule.RANGES and step.expression == self.derivation.result
        return self._outside if exact else None

    def _row(self, row: str, name: str) -> Iterator[Comparison]:
        """A row that was derived, against the partial that it is, measured on the rows before it."""
        quantity = Quantity(name, (), self.derivation.forward.tensors[row].shape)
        shared = _Shared(("row", quantity, row), frozenset((row,)), partial(self.point.value, row), name)
        yield from self._tried(f"row {row}", DOUBLE, partial(self._of_row, row, quantity), shared)

    def _forms(
        self,
        what: str,
        quantity: Quantity,
        expression: Expr,
        matrix: Node | None,
        outside: frozenset[str] | None,
        *,
        told: bool = False,
    ) -> Iterator[Comparison]:
        """An expression against its quantity, and its matrix form, if there is one, against the expression.

        Where there is nothing to compare with is ``told``, or not.
        """
        truth = "the complex step" if quantity.partial else "the forward definition"
        reads = _read_by(expression)
        value = partial(self._value, quantity, expression)
        rounding = partial(self.point.rounding, expression, quantity.indices, quantity.shape)
        shared = _Shared(("elements", quantity, expression, outside), reads, value, quantity.name, rounding)
        compare = partial(self._error, quantity, expression, "complex", outside)
        found = list(self._tried(f"{what}: against {truth}", DOUBLE, compare, shared))
        yield from found
        if told and not found:
            yield Comparison.untried("there is no finite derivative", f"{what}: against {truth}")
        if matrix is not None:
            layout = self.derivation.layout
            shared = _Shared(("matrix", quantity, expression, matrix, layout), reads | _read_by(matrix), value)
            compare = partial(self._of_matrix, quantity, expression, matrix)
            yield from self._tried(f"{what}: matrix form", DOUBLE, compare, shared)

    def _between(self, what: str, step: Step, earlier: Step) -> Iterator[Comparison]:
        """A step against the one before it of the same quantity."""
        reads = _read_by(step.expression) | _read_by(earlier.expression)
        value = partial(self._value, step.quantity, step.expression)
        shared = _Shared(("between", step.quantity, step.expression, earlier.expression), reads, value)
        yield from self._tried(what, DOUBLE, partial(self._of_steps, step, earlier), shared)

    @property
    def breaks_ties(self) -> bool:
        """Whether the denominator moves candidates of a maximum apart that are tied here: on both sides is another."""
        return tells_apart(self.point, self.derivation.quantity.name)

    def _tried(
        self, what: str, tolerance: float, compare: Callable[[], float], shared: _Shared | None = None
    ) -> Iterator[Comparison]:
        """The comparison; nothing at a kink where there is nothing to compare with."""
        if shared is None:
            found = self._compared(tolerance, compare).comparison
        else:
            key = (*shared.key, self.point.sources(shared.reads))
            number, trial = self.place.tried.of(key, partial(self._compared, tolerance, compare, shared))
            found = trial.comparison
            if found is not None and self._is_adopted(found, shared):
                array = shared.value() if trial.array is None else trial.array
                self.point.adopt(shared.adopted_as, array, number, shared.rounding)
        if found is not None:
            yield found.of(what)

    def _compared(self, tolerance: float, compare: Callable[[], float], shared: _Shared | None = None) -> Trial:
        """What a comparison finds."""
        try:
            error, note = compare(), ""
        except _NoDerivative:
            return Trial(None)
        except (ArrayError, ExpressionError) as reason:
            error, note = inf, str(reason)
        if self.place.kink and error > tolerance:
            note = note or "differs where a condition is at its boundary"
        found = Comparison(error, tolerance, note=note)
        if shared is None or not self._is_adopted(found, shared):
            return Trial(found)
        array = shared.value()
        return Trial(found, array if array.size <= KEPT else None)

    def _is_adopted(self, found: Comparison, shared: _Shared) -> bool:
        """Whether an array was found to be the large derivative that it is said to be."""
        return shared.adopted_as != "" and found.ok and self._is_large(shared.adopted_as)

    def _error(self, quantity: Quantity, expression: Expr, method: Method, outside: frozenset[str] | None) -> float:
        compiled = program(self.derivation.forward).compiled(expression, quantity.indices, shares=True)
        if quantity.name in compiled.reads and not self._may_read_itself(expression, quantity):
            raise ExpressionError(f"the expression reads {quantity.name} itself")
        if outside is not None:
            self._require_inside(quantity, expression, outside)
        value = self._value(quantity, expression)
        tolerance = DIFFERENCES if method == "central" else DOUBLE
        rounding = partial(self.point.rounding, expression, quantity.indices, quantity.shape)
        if self._is_large(quantity.name):
            return self._along(quantity, value, method, rounding)

        def rounded() -> Array:
            return rounding() + self.point.noise(quantity.name, method)

        truth = self._truth(quantity, method)
        if self.place.kink and not numpy.isfinite(truth.value).all():
            raise _NoDerivative
        error = error_beside_rounding(value, truth.value, floor_of(truth, tolerance), tolerance, rounded)
        if method == "central" and error > tolerance:
            # Rounding is more than the loss alone shows where much cancels on the way to it: a longer step sees less.
            truth = nearer(value, truth, self._truth(quantity, "wide"))
            error = error_beside_rounding(value, truth.value, floor_of(truth, tolerance), tolerance, rounded)
        return error

    def _require_inside(self, quantity: Quantity, expression: Expr, outside: frozenset[str]) -> None:
        """Raise an ``ExpressionError`` if a tensor is read outside of its range that does not count as 0 there."""
        for name, count in reads_outside(self.derivation.forward, expression, quantity, outside):
            if self._value(quantity, count).any():
                raise ExpressionError(f"it reads {name} outside of its range, and does not say that it is 0 there")

    def _is_large(self, name: str) -> bool:
        """Whether a derivative is measured along directions, as it takes long for each element."""
        return self.point.is_large(name)

    def _along(self, quantity: Quantity, value: Array, method: Method, rounding: Callable[[], Array]) -> float:
        """The error of a large derivative times directions."""
        shape = self.point.shape(quantity.shape)
        if value.shape != shape:
            raise ArrayError(f"shape {value.shape}, expected {shape}")
        tolerance = DIFFERENCES if method == "central" else DOUBLE
        directions = self.point.directions(quantity.name)
        axes = directions.ndim - 1
        products = numpy.tensordot(value, directions, axes)
        truth = self.point.along(quantity.name, method)
        if self.place.kink and not numpy.isfinite(truth.value).all():
            raise _NoDerivative
        # A sum of many random terms is about as large as the root of the sum of their squares.
        scale = numpy.sqrt(numpy.tensordot(value**2, directions**2, axes))
        noise = floor_of(Measured(truth.value, truth.noise), tolerance)
        floor = numpy.maximum(scale, numpy.broadcast_to(noise, scale.shape))

        def rounded() -> Array:
            added = numpy.sqrt(numpy.tensordot(rounding() ** 2, directions**2, axes))
            return numpy.asarray(added + self.point.noise(quantity.name, method))

        error = error_beside_rounding(products, truth.value, floor, tolerance, rounded)
        if method == "central" and error > tolerance:
            truth = nearer(products, truth, self.point.along(quantity.name, "wide"))
            error = error_beside_rounding(products, truth.value, floor, tolerance, rounded)
        return error

    def _may_read_itself(self, expression: Expr, quantity: Quantity) -> bool:
        """Whether a value is named rather than computed, as the input of a layer is in a forward table; or is
        computed from what it is at other times, in a recurrence."""
        if expression == element(quantity.name, quantity.indices):
            return quantity.partial is None
        read = [access for access in accesses(expression) if name_of(access) == quantity.name]
        recurrent = bool(self.derivation.forward.cycle)
        return recurrent and all(subscripts_of(access)[:1] != quantity.indices[:1] for access in read)

    def _of_steps(self, step: Step, earlier: Step) -> float:
        quantity = step.quantity
        value, other = self._value(quantity, step.expression), self._value(quantity, earlier.expression)
        if self.place.kink and not numpy.isfinite(other).all():
            raise _NoDerivative

        def rounding() -> Array:
            one, two = (
                self.point.rounding(entry.expression, quantity.indices, quantity.shape) for entry in (step, earlier)
            )
            return numpy.maximum(one, two)

        return error_beside_rounding(value, other, self._floor(other), DOUBLE, rounding)

    def _of_matrix(self, quantity: Quantity, expression: Expr, matrix: Node) -> float:
        value = self._value(quantity, expression)
        if self.place.kink and not numpy.isfinite(value).all():
            raise _NoDerivative
        rounding = partial(self.point.rounding, expression, quantity.indices, quantity.shape)
        if quantity.at:
            return error_beside_rounding(
                over_times(matrix, quantity, self.point), value, self._floor(value), DOUBLE, rounding
            )
        model, layout = self.derivation.forward, self.derivation.layout

        def laid_out(array: Array) -> Array:
            return as_matrix(array, quantity.name, model, layout)

        found = matrix_at(matrix, self.point, layout)
        return error_beside_rounding(
            found, laid_out(value), laid_out(self._floor(value)), DOUBLE, lambda: laid_out(rounding())
        )

    def _of_convolution(self, quantity: Quantity, expression: Expr, form: ConvolutionForm) -> float:
        value = self._value(quantity, expression)
        counts = value.shape[: len(form.indices)]
        floor = self._floor(value)
        return max(relative_error(array, value, floor) for array in convolution_at(form, counts, self.point))

    def _of_row(self, row: str, quantity: Quantity) -> float:
        value = self.point.value(row)
        if self._is_large(quantity.name):
            return self._along(quantity, value, "complex", lambda: EPSILON * numpy.abs(value))
        truth = self.point.partial(quantity.name)
        if self.place.kink and not numpy.isfinite(truth.value).all():
            raise _NoDerivative
        return relative_error(value, truth.value, floor_of(truth, DOUBLE))

    def _second(self, quantity: Quantity, expression: Expr) -> float:
        rounding = partial(self.point.rounding, expression, quantity.indices, quantity.shape)
        return second_difference_error(self.point, quantity, self._value(quantity, expression), rounding)

    def _floor(self, value: Array) -> Array:
        """The scale of an array of which nothing is measured."""
        floor = floor_of(Measured(value, EPSILON * numpy.abs(value)), DOUBLE)
        return numpy.array(numpy.broadcast_to(floor, value.shape))

    def _value(self, quantity: Quantity, expression: Expr) -> Array:
        key = quantity, expression
        if key not in self._values:
            self._values[key] = self.point.expression(expression, quantity.indices, quantity.shape)
        return self._values[key]

    def _truth(self, quantity: Quantity, method: Method) -> Measured:
        if quantity.partial is not None:
            return self.point.partial(quantity.name, method)
        if quantity.name not in self.derivation.forward.tensors:
            raise ArrayError(f"{quantity.name} is neither a tensor of the forward definition nor a partial of two")
        value = self.point.value(quantity.name)
        return Measured(value, EPSILON * numpy.abs(value))


def tells_apart(point: Point, name: str) -> bool:
    """Whether the denominator of a partial moves candidates of a maximum apart that are equal at a point."""
    partial, model = partial_named(name), point.model
    if partial is None or partial.bottom not in model.row:
        return False
    values = {tensor: point.value(tensor)[..., None] for tensor in model.tensors}
    return breaks_ties(model, values, point.sizes, partial.bottom, numpy.random.default_rng(0))


def numbered(steps: Sequence[Step]) -> tuple[Numbered, ...]:
    """The steps with their numbers, those first that read no derivative which another of them is about.

    These are derivatives of one row: what is found to be right is used in the chain rule, where all elements of one
    would take long to measure.
    """
    about = {step.quantity.name for step in steps}
    chained = {step.quantity.name for step in steps if about & (_read_by(step.expression) - {step.quantity.name})}
    counted = enumerate(steps, start=1)
    return tuple(sorted(counted, key=lambda entry: entry[1].quantity.name in chained))


@lru_cache(maxsize=EXPRESSIONS)
def _read_by(form: Expr | Node) -> frozenset[str]:
    """Every name that an expression or a matrix form may read, and some that it does not."""
    if isinstance(form, Expr):
        return frozenset(names_in(form))
    found: set[str] = set()
    for part in (getattr(form, entry.name) for entry in fields(form)):
        for value in part if isinstance(part, tuple) else (part,):
            if isinstance(value, Node | Expr):
                found |= _read_by(value)
            elif isinstance(value, str):
                found.add(value)
    return frozenset(found)
