"""The check of a derivation by number: its result, every step, and every matrix form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy
from sympy import Expr

from derive.convolution import ConvolutionForm
from derive.derivation import Derivation, Quantity, Step
from derive.forward import Forward
from derive.matrix.nodes import Node
from derive.symbols import accesses, element, held_in, name_of, split_partial, subscripts_of
from numeric.comparison import COARSE, TIGHT, floor_of, is_zero, relative_error
from numeric.convolution import convolution_at
from numeric.differences import EPSILON, Measured, Method
from numeric.errors import ArrayError, ExpressionError
from numeric.forward import program
from numeric.functions import left_unknown
from numeric.layout import as_matrix
from numeric.matrix import matrix_at, over_times
from numeric.point import Point
from numeric.sample import responsive_sample, sample, sample_sizes
from numeric.scope import Array


@dataclass(frozen=True)
class CheckItem:
    """One comparison, with its worst relative error over all points.

    The error is infinite where the two could not be compared, and ``note`` says why.
    """

    what: str
    error: float
    tolerance: float
    ok: bool
    note: str = ""


@dataclass(frozen=True)
class Check:
    """What was checked of a derivation, at how many points, and the worst relative error.

    ``unknown`` are the functions that are left unknown: the check was made with a smooth function for each.
    """

    ok: bool
    max_error: float
    points: int
    items: tuple[CheckItem, ...]
    unknown: tuple[str, ...] = ()


def check(derivation: Derivation, seed: int = 0, points: int = 3) -> Check:
    """Check a derivation by number at random points away from kinks, in float64.

    The result is compared with central differences of the forward definition and with the complex step;
    every step with its own quantity, measured by the complex step, and with the step before it of the
    same quantity; every matrix form with its index form, in the derivation's layout. An expression that
    reads the very quantity that it defines fails, since comparing the two would say nothing; only a value
    may be given by its name, as the input of a layer is in a forward table.

    An unknown function ``f`` is given a smooth formula, so that formulas in f' are checked too; the result names
    such functions. Where a
    derivative is zero at all points (dead units), a further point is sought at which it is not.

    Raises:
        ArrayError: no point away from kinks was found, or ``points`` is not positive.
        ExpressionError: the forward definition itself holds something that has no number.
    """
    if points < 1:
        raise ArrayError(f"a check needs at least one point, not {points}")
    worst: dict[str, CheckItem] = {}
    chosen = _points(derivation, seed, points)
    for point in chosen:
        for item in _AtPoint(derivation, point).items():
            known = worst.get(item.what)
            if known is None or item.error > known.error:
                worst[item.what] = item
    items = tuple(worst.values())
    return Check(
        all(item.ok for item in items),
        max(item.error for item in items),
        len(chosen),
        items,
        unknown_functions(derivation.forward),
    )


def unknown_functions(model: Forward) -> tuple[str, ...]:
    """The functions that a forward definition leaves unknown."""
    return left_unknown((row.expression for row in model.rows), model.functions)


def _points(derivation: Derivation, seed: int, count: int) -> list[Point]:
    """The points of a check, and one more if the derivative is zero at all of them, but not everywhere."""
    model, name = derivation.forward, derivation.quantity.name
    points = [point_at(model, seed + k) for k in range(count)]
    parts = split_partial(name)
    if parts is None or not {*parts, *held_in(name)} <= set(model.tensors) or not program(model).depends(*parts):
        return points
    if all(is_zero(point.partial(name)) for point in points):
        arrays = responsive_sample(model, seed, name)
        if arrays is not None:
            points.append(Point(model, arrays, sample_sizes(model, seed)))
    return points


@lru_cache(maxsize=64)
def point_at(model: Forward, seed: int) -> Point:
    """The random point of a forward definition for a seed. Derivations of one model share what it measures."""
    return Point(model, sample(model, seed), sample_sizes(model, seed))


@dataclass(frozen=True)
class _AtPoint:
    """The comparisons of one derivation at one point."""

    derivation: Derivation
    point: Point

    def items(self) -> Iterator[CheckItem]:
        """Every comparison: the steps in order, then the result."""
        before: dict[str, Step] = {}
        for number, step in enumerate(self.derivation.steps, start=1):
            what = f"step {number}, {step.quantity.name} ({step.rule})"
            yield from self._forms(what, step.quantity, step.expression, step.matrix)
            if (earlier := before.get(step.quantity.name)) is not None:
                yield _item(f"{what}: against the step before", TIGHT, partial(self._between, step, earlier))
            before[step.quantity.name] = step
        quantity, result = self.derivation.quantity, self.derivation.result
        what = f"result, {quantity.name}"
        yield from self._forms(what, quantity, result, self.derivation.matrix)
        form = self.derivation.convolution
        if form is not None:
            yield _item(f"{what}: convolution form", TIGHT, partial(self._of_convolution, quantity, result, form))
        if split_partial(quantity.name) is not None:
            coarse = partial(self._error, quantity, result, "central")
            yield _item(f"{what}: against central differences", COARSE, coarse)

    def _forms(self, what: str, quantity: Quantity, expression: Expr, matrix: Node | None) -> Iterator[CheckItem]:
        """An expression against its quantity, and its matrix form, if there is one, against the expression."""
        truth = "the complex step" if split_partial(quantity.name) else "the forward definition"
        yield _item(f"{what}: against {truth}", TIGHT, partial(self._error, quantity, expression, "complex"))
        if matrix is not None:
            yield _item(f"{what}: matrix form", TIGHT, partial(self._of_matrix, quantity, expression, matrix))

    def _error(self, quantity: Quantity, expression: Expr, method: Method) -> float:
        compiled = program(self.derivation.forward).compiled(expression, quantity.indices)
        if quantity.name in compiled.reads and not self._may_read_itself(expression, quantity):
            raise ExpressionError(f"the expression reads {quantity.name} itself")
        truth = self._truth(quantity, method)
        floor = floor_of(truth, COARSE if method == "central" else TIGHT)
        return relative_error(self._value(quantity, expression), truth.value, floor)

    def _may_read_itself(self, expression: Expr, quantity: Quantity) -> bool:
        """Whether a value is named rather than computed, as the input of a layer is in a forward table; or is
        computed from what it is at other times, in a recurrence."""
        if expression == element(quantity.name, quantity.indices):
            return split_partial(quantity.name) is None
        read = [access for access in accesses(expression) if name_of(access) == quantity.name]
        recurrent = bool(self.derivation.forward.cycle)
        return recurrent and all(subscripts_of(access)[:1] != quantity.indices[:1] for access in read)

    def _between(self, step: Step, earlier: Step) -> float:
        floor = floor_of(self._truth(step.quantity, "complex"), TIGHT)
        value = self._value(step.quantity, step.expression)
        return relative_error(value, self._value(earlier.quantity, earlier.expression), floor)

    def _of_matrix(self, quantity: Quantity, expression: Expr, matrix: Node) -> float:
        if quantity.at:
            value = self._value(quantity, expression)
            return relative_error(over_times(matrix, quantity, self.point), value, self._floor(quantity))
        model, layout = self.derivation.forward, self.derivation.layout
        floor = as_matrix(self._floor(quantity), quantity.name, model, layout)
        index_form = as_matrix(self._value(quantity, expression), quantity.name, model, layout)
        return relative_error(matrix_at(matrix, self.point, layout), index_form, floor)

    def _of_convolution(self, quantity: Quantity, expression: Expr, form: ConvolutionForm) -> float:
        index_form = self._value(quantity, expression)
        floor = self._floor(quantity)
        counts = index_form.shape[: len(form.indices)]
        return max(relative_error(array, index_form, floor) for array in convolution_at(form, counts, self.point))

    def _floor(self, quantity: Quantity) -> Array:
        truth = self._truth(quantity, "complex")
        return numpy.broadcast_to(floor_of(truth, TIGHT), truth.value.shape)

    def _value(self, quantity: Quantity, expression: Expr) -> Array:
        return self.point.expression(expression, quantity.indices, quantity.shape)

    def _truth(self, quantity: Quantity, method: Method) -> Measured:
        if split_partial(quantity.name) is not None:
            return self.point.partial(quantity.name, method)
        if quantity.name not in self.derivation.forward.tensors:
            raise ArrayError(f"{quantity.name} is neither a tensor of the forward definition nor a partial of two")
        value = self.point.value(quantity.name)
        return Measured(value, EPSILON * numpy.abs(value))


def _item(what: str, tolerance: float, compare: Callable[[], float]) -> CheckItem:
    try:
        error, note = compare(), ""
    except (ArrayError, ExpressionError) as reason:
        error, note = float("inf"), str(reason)
    return CheckItem(what, error, tolerance, error <= tolerance, note)
