"""One point: values of the given tensors, and every tensor, partial and expression there, on demand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from functools import cached_property
from math import prod
from typing import Any

import numpy
from sympy import Expr, Symbol

from derive.expression.partials import partial_named
from derive.forward import Forward
from derive.recurrent.initial import with_initial
from numeric.arrays.axes import Array, Scope, Value, real_type, stacked
from numeric.arrays.sizes import lengths, sizes_from
from numeric.errors import ArrayError
from numeric.expression.compiled import Compiled, compile_expression
from numeric.expression.forward import Program, program, require
from numeric.expression.magnitude import magnitude
from numeric.measuring.differences import CENTRAL_STEP, EPSILON, Measured, Method, Perturbation, in_proportion

LARGE = 64
"""By tensors of more elements than this a derivative is measured along directions."""
ALONE, TOGETHER = 14, 8
"""In how many directions an element is moved on its own, beside the first and the last, and in how many all are.

The directions in which all are moved see every element; those of one element are for the largest errors' sake."""


class Point:
    """The numbers of a forward definition at one point.

    ``arrays`` hold the given tensors and may hold rows and partials (``dl/dy_hat``), which are then used
    as they are. What is not given is computed when it is first asked for, and kept: rows by the forward
    definition, partials by the complex step. Rows that are ``exact`` decide conditions at their boundaries: rounded
    another way, they would be on the other side.
    """

    def __init__(
        self,
        model: Forward,
        arrays: Mapping[str, Any],
        sizes: Mapping[Symbol, int] | None = None,
        dtype: Any = numpy.float64,
        *,
        exact: frozenset[str] = frozenset(),
    ) -> None:
        self.model = model
        self.exact = exact
        self.sizes = sizes_from(model, arrays, sizes)
        self.real = real_type(dtype)
        self._values = {name: stacked(array, dtype) for name, array in arrays.items()}
        self._perturbations: dict[tuple[str, tuple[str, ...], Method], Perturbation] = {}
        self._partials: dict[tuple[str, Method], Measured] = {}
        self._along: dict[tuple[str, Method], Measured] = {}
        self._large: dict[str, bool] = {}
        self._sources: dict[str, int] = {}
        self._roundings: dict[str, Callable[[], Array]] = {}
        self._alike: dict[object, Array] | None = {}

    @cached_property
    def chart(self) -> Program:
        """The compiled rows of the forward definition."""
        return program(self.model)

    def value(self, name: str) -> Array:
        """The value of a tensor or of a partial by its name.

        Raises:
            ArrayError: it is neither given nor a tensor or partial that can be computed from what is.
        """
        return self._stacked(name)[..., 0]

    def shape(self, dimensions: Sequence[Expr]) -> tuple[int, ...]:
        """A symbolic shape by number."""
        return lengths(dimensions, self.sizes)

    def expression(self, expression: Expr, indices: Sequence[Symbol], shape: Sequence[Expr]) -> Array:
        """The array of an index expression whose free ``indices`` run over ``shape``."""
        compiled = self.chart.compiled(expression, indices, shares=True)
        return compiled(self._scope(compiled, self.shape(shape)))[..., 0]

    def rounding(self, expression: Expr, indices: Sequence[Symbol], shape: Sequence[Expr]) -> Array:
        """About how much rounding may change an index expression: a unit of rounding of what is added up in it.

        A partial that it reads counts with what rounding does to the rows that it is measured on, or to the expression
        that was adopted for it.
        """
        twin = self.fork()
        twin._alike = None
        for name in self.chart.compiled(expression, indices, shares=True).reads:
            noise: Array | float = 0.0
            if name in self._roundings:
                noise = self._noise_adopted(name)
            elif name not in self._sources:
                noise = self.noise(name)
            if numpy.any(noise):
                twin._values[name] = stacked(numpy.abs(self.value(name)) + noise / EPSILON, self.real)
        return EPSILON * twin.expression(magnitude(expression), indices, shape)

    def _noise_adopted(self, name: str) -> Array:
        """What rounding does to the expression that was adopted for a partial.

        In a recurrence that expression reads the partial itself, at another time: its own noise is then left out.
        """
        rounding = self._roundings.pop(name)
        try:
            return rounding()
        finally:
            self._roundings[name] = rounding

    def noise(self, name: str, method: Method = "complex") -> Array:
        """About how much rounding of the rows changes a partial that was measured on them.

        Of one by a large tensor it is what is changed along each of its :meth:`directions`.
        """
        known = self._along if self.is_large(name) else self._partials
        if (name, method) not in known:
            return numpy.asarray(0.0)
        here, there = self._response(name), self._response(name, "rounded")
        changed = numpy.nan_to_num(numpy.abs(there.value - here.value), nan=0.0, posinf=0.0).max(initial=0.0)
        if method == "complex":
            return numpy.asarray(changed)
        moved = float(numpy.nan_to_num(there.noise, nan=0.0, posinf=0.0).max(initial=0.0))
        return changed + self._in_central(name, moved, method)

    def _in_central(self, name: str, moved: float, method: Method) -> Array:
        """What a rounding of the numerator makes of its differences by each element, or along each direction."""
        step = CENTRAL_STEP["wide" if method == "wide" else "central"]
        partial = partial_named(name)
        if partial is None or self.is_large(name):
            return numpy.asarray(moved / step)
        values = numpy.abs(self.value(partial.bottom))
        return numpy.asarray(moved / (step * numpy.where(values == 0, 1.0, values)))

    @property
    def measured_partials(self) -> tuple[str, ...]:
        """The names of the partials that were measured so far."""
        return tuple(name for name, method in self._partials if method == "complex")

    def moved(self, arrays: Mapping[str, Any]) -> Point:
        """The point with other values of given tensors."""
        given = {tensor.name for tensor in self.model.given} | (set(self._values) - set(self.model.tensors))
        kept = {name: self._values[name][..., 0] for name in given & set(self._values) if partial_named(name) is None}
        return Point(self.model, kept | dict(arrays), self.sizes, self.real)

    def fork(self) -> Point:
        """The same point with arrays of its own to adopt; what is measured is shared."""
        twin = copy(self)
        twin._values = dict(self._values)
        twin._sources = dict(self._sources)
        twin._roundings = dict(self._roundings)
        return twin

    def adopt(self, name: str, array: Array, source: int, rounding: Callable[[], Array] | None = None) -> None:
        """Take an array that was found to be right for the value of a partial, so that it need not be measured.

        ``source`` tells it from others that are right for it up to rounding, ``rounding`` is how much that is about.
        """
        if name not in self._values:
            self._values[name] = stacked(array, self.real)
            self._sources[name] = source
            if rounding is not None:
                self._roundings[name] = rounding

    def sources(self, names: Collection[str]) -> frozenset[tuple[str, int]]:
        """Where the values of those of the names come from that are adopted."""
        return frozenset((name, self._sources[name]) for name in names if name in self._sources)

    def formula(self, expression: Expr, variables: Mapping[Symbol, Value] | None = None) -> Value:
        """The value of an expression without free indices, in variables that stand for whole arrays."""
        given = dict(variables or {})
        written = with_initial(expression, self.model) if self.model.initial else expression
        compiled = compile_expression(written, (), self.model.functions, frozenset(given))
        return compiled.value(self._scope(compiled, ()).with_variables(given))

    def apply(self, argument: Array, reads: str, value: str) -> Array:
        """The tensor ``value`` when the tensor ``reads`` is set to ``argument``."""
        known = {name: array for name, array in self._values.items() if not self.chart.depends(name, reads)}
        known[reads] = stacked(argument, argument.dtype)
        rows = self.chart.needed({value}, known)
        self._require(rows, known)
        self.chart.compute(rows, known, self.sizes, self.real)
        return known[value][..., 0]

    def partial(self, name: str, method: Method = "complex") -> Measured:
        """The partial of that name, ``dz2/dz1`` or ``dy/de|s`` with s held, measured by perturbation.

        Raises:
            ArrayError: the name is not that of a partial between tensors of the forward definition.
        """
        key = name, method
        if key not in self._partials:
            partial = partial_named(name)
            for tensor in () if partial is None else partial.tensors:
                if tensor not in self.model.tensors:
                    known = ", ".join(self.model.tensors)
                    raise ArrayError(f"{name} is not given, and {tensor} is not a tensor of the model ({known})")
                self._stacked(tensor)
            if partial is None:
                raise ArrayError(f"{name} is not the name of a partial, such as dl/dW1")
            self._partials[key] = self._perturbation(partial.bottom, partial.held, method).derivative(partial.top)
        return self._partials[key]

    def is_large(self, name: str) -> bool:
        """Whether a partial is by a tensor of so many elements that it is measured along directions only."""
        if name not in self._large:
            partial = partial_named(name)
            known = None if partial is None else self.model.tensors.get(partial.bottom)
            self._large[name] = known is not None and prod(self.shape(known.shape)) > LARGE
        return self._large[name]

    def directions(self, name: str) -> Array:
        """Directions in which the denominator of a partial is moved, counted by the last axis.

        The first and the last element and some between them on their own, then all together by random amounts.
        """
        partial = partial_named(name)
        shape = self._stacked(partial.bottom if partial else name).shape[:-1]
        elements = prod(shape)
        generator = numpy.random.default_rng(elements)
        alone = numpy.unique([0, elements - 1, *generator.integers(elements, size=ALONE)])
        units = numpy.zeros((elements, alone.size))
        units[alone, numpy.arange(alone.size)] = 1.0
        together = generator.normal(size=(elements, TOGETHER))
        steps = in_proportion(self._stacked(partial.bottom if partial else name)[..., 0]).reshape(-1, 1)
        return (numpy.concatenate([units, together], axis=1) * steps).reshape(*shape, -1)

    def along(self, name: str, method: Method = "complex") -> Measured:
        """The partial of that name times its :meth:`directions`, measured by perturbation."""
        partial = partial_named(name)
        if partial is None or not set(partial.tensors) <= set(self.model.tensors):
            raise ArrayError(f"{name} is not the name of a partial between tensors, such as dl/dW1")
        if (name, method) not in self._along:
            for tensor in partial.tensors:
                self._stacked(tensor)
            moved = self._perturbation(partial.bottom, partial.held, method).along(partial.top, self.directions(name))
            self._along[name, method] = moved
        return self._along[name, method]

    def response(self, name: str) -> Measured:
        """The partial, or what is measured of one by a large tensor."""
        return self._response(name)

    def _response(self, name: str, method: Method = "complex") -> Measured:
        return self.along(name, method) if self.is_large(name) else self.partial(name, method)

    def _perturbation(self, denominator: str, held: tuple[str, ...], method: Method) -> Perturbation:
        key = denominator, held, method
        if key not in self._perturbations:
            self._perturbations[key] = Perturbation(
                self.chart, self._values, self.sizes, denominator, held, method, self.exact
            )
        return self._perturbations[key]

    def _scope(self, compiled: Compiled, counts: tuple[int, ...]) -> Scope:
        for name in compiled.reads:
            self._stacked(name)
        return Scope(self._values, self.sizes, counts, real=self.real, alike=self._alike)

    def _stacked(self, name: str) -> Array:
        if name not in self._values:
            if name in self.chart.rows:
                rows = self.chart.needed({name}, self._values)
                self._require(rows, self._values)
                self.chart.compute(rows, self._values, self.sizes, self.real)
            elif partial_named(name) is not None:
                self._values[name] = stacked(self.partial(name).value, self.real)
            else:
                require(self.model, self._values, {name})
                raise ArrayError(f"{name} is needed and not given (given: {', '.join(sorted(self._values)) or 'none'})")
        return self._values[name]

    def _require(self, rows: Sequence[str], known: Mapping[str, Array]) -> None:
        require(self.model, known, set().union(*(self.chart.rows[row].reads for row in rows)))
