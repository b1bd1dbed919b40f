"""Compiled networks and layers: the generated functions, behind checks of the arrays that they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy
import sympy

from derive.building.assemble import BATCH
from derive.errors import NetworkError, nearest
from derive.forward import Tensor
from derive.layer import Layer
from derive.network import Network, network
from numeric.compiled.errors import CompileError
from numeric.compiled.naming import python_name
from numeric.compiled.plan import Plan, plan
from numeric.compiled.writing import Module
from numeric.errors import ArrayError
from numeric.scope import Array
from numeric.sizes import lengths, sizes_from

Arrays = Mapping[str, Any]


@dataclass(frozen=True)
class Compiled:
    """NumPy functions for a network or a layer on a batch.

    ``functions`` holds the generated functions as they stand in ``source``; the methods of the same names
    check their arrays first. All arrays of real numbers are of one type, float32 or float64, and so are the
    results. Parameters and gradients are dictionaries by the names of the derivations: ``W1``, ``b1``. What a
    layer holds as a number by name, ``eps``, is given among the parameters, as a Python number for example.
    """

    module: Module
    labels: Mapping[str, str]
    functions: Mapping[str, Callable[..., Any]]
    _valid: dict[str, tuple[object, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def plan(self) -> Plan:
        """What the functions compute."""
        return self.module.plan

    @cached_property
    def source(self) -> str:
        """The module as a person would keep it, each line under the formula that it computes."""
        return self.module.text()

    def forward(self, params: Arrays, *inputs: Any) -> Any:
        """The outputs, and the cache of values that ``backward`` needs.

        Raises:
            ArrayError: an array is missing, has a wrong shape or type, or holds NaN.
        """
        self._check("forward", params, inputs, self.plan.inputs)
        return self.functions["forward"](params, *inputs)

    def loss(self, params: Arrays, cache: dict[str, Any], *targets: Any) -> Any:
        """The loss from the cache of a forward pass; what ``backward`` needs of it is added to the cache.

        Raises:
            CompileError: there is no loss.
            ArrayError: an array is missing, has a wrong shape or type, or holds NaN.
        """
        return self._behind("loss", params, cache, targets)

    def backward(self, params: Arrays, cache: dict[str, Any], *targets: Any) -> dict[str, Array]:
        """The gradients, from the cache of ``forward`` (and ``loss``) and the targets or a layer's ``dy``.

        Raises:
            CompileError: there is no loss.
            ArrayError: an array is missing, has a wrong shape or type, or holds NaN.
        """
        missing = self.module.cached["loss"] - {
            name for name in self.module.cached["loss"] if python_name(name) in cache
        }
        if missing:
            raise ArrayError(f"the cache lacks {', '.join(sorted(missing))}; call loss before backward")
        gradients: dict[str, Array] = self._behind("backward", params, cache, targets)
        return gradients

    def loss_and_gradients(self, params: Arrays, *inputs_and_targets: Any) -> tuple[Any, dict[str, Array]]:
        """The loss of a batch and its gradients by the parameters.

        Raises:
            CompileError: there is no loss.
            ArrayError: an array is missing, has a wrong shape or type, or holds NaN.
        """
        self._require("loss_and_gradients")
        tensors = (*self.plan.inputs, *self.plan.beside)
        self._check("loss_and_gradients", params, inputs_and_targets, tensors)
        loss, gradients = self.functions["loss_and_gradients"](params, *inputs_and_targets)
        if loss != loss:
            self._find_nan(
                {**params, **dict(zip((tensor.name for tensor in tensors), inputs_and_targets, strict=True))}
            )
        return loss, gradients

    def _behind(self, name: str, params: Arrays, cache: dict[str, Any], targets: tuple[Any, ...]) -> Any:
        self._require(name)
        inputs = tuple(cache[python_name(t.name)] for t in self.plan.inputs if python_name(t.name) in cache)
        tensors = tuple(tensor for tensor in self.plan.inputs if python_name(tensor.name) in cache)
        self._check(name, params, (*inputs, *targets), (*tensors, *self.plan.beside))
        return self.functions[name](params, cache, *targets)

    def _require(self, name: str) -> None:
        if name not in self.functions:
            raise CompileError(f"{self.plan.title} has no {name}: it was made without a loss")

    def _check(self, call: str, params: Arrays, given: tuple[Any, ...], tensors: tuple[Tensor, ...]) -> None:
        """Check the arrays, unless a call with the same shapes and types was right before; labels always."""
        if len(given) == len(tensors):
            try:
                key = tuple([(a.shape, a.dtype) for a in (*given, *[params[n] for n in self._parameters])])
            except (AttributeError, KeyError):
                key = ()
            if key and self._valid.get(call) == key:
                if self._classes:
                    self._check_labels(given, tensors, params)
                return
            self._check_arrays(params, given, tensors)
            self._valid[call] = key
            return
        names = ", ".join(tensor.name for tensor in tensors)
        raise ArrayError(f"{call} takes the arrays {names}; got {len(given)} of them")

    @cached_property
    def _labels(self) -> frozenset[str]:
        """The tensors of class numbers."""
        return frozenset(tensor.name for tensor in self.plan.model.given if tensor.domain == "class")

    @cached_property
    def _parameters(self) -> tuple[str, ...]:
        return tuple(tensor.name for tensor in self.plan.parameters)

    def _check_arrays(self, params: Arrays, given: tuple[Any, ...], tensors: tuple[Tensor, ...]) -> None:
        for tensor in self.plan.parameters:
            if tensor.name not in params:
                near = nearest(tensor.name, params) if params else "none given"
                raise ArrayError(f"the parameter {self._called(tensor.name)} is missing; {near}")
        arrays = {tensor.name: array for tensor, array in zip(tensors, given, strict=True)}
        arrays |= {tensor.name: params[tensor.name] for tensor in self.plan.parameters}
        kinds: dict[str, Any] = {}
        for name, array in arrays.items():
            if name not in self.plan.model.tensors and isinstance(array, int | float):
                continue
            if not isinstance(array, numpy.ndarray | numpy.generic):
                raise ArrayError(f"{self._called(name)} is a {type(array).__name__}, expected a NumPy array")
            integer = name in self._labels
            if integer and array.dtype.kind not in "iu":
                raise ArrayError(f"{self._called(name)} holds class numbers; expected integers, got {array.dtype}")
            if not integer and array.dtype not in (numpy.float32, numpy.float64):
                raise ArrayError(f"{self._called(name)} is of type {array.dtype}, expected float32 or float64")
            if not integer:
                kinds[name] = array.dtype
        other = next((name for name in kinds if kinds[name] != next(iter(kinds.values()))), None)
        if other is not None:
            first = next(iter(kinds))
            raise ArrayError(
                f"{self._called(other)} is {kinds[other]}, but {self._called(first)} is {kinds[first]}; "
                "give all arrays one type"
            )
        try:
            sizes_from(self.plan.model, arrays)
        except ArrayError as error:
            name = str(error).split()[0]
            raise ArrayError(f"{error}{self._place(name)}") from error
        self._check_labels(given, tensors, params)

    def _check_labels(self, given: tuple[Any, ...], tensors: tuple[Tensor, ...], params: Arrays) -> None:
        for tensor, labels in zip(tensors, given, strict=True):
            count = self._classes.get(tensor.name)
            if count is None or not labels.size:
                continue
            known = {**dict(zip((t.name for t in tensors), given, strict=True)), **params}
            (classes,) = lengths((count,), sizes_from(self.plan.model, known))
            low, high = labels.min(), labels.max()
            if low < 0 or high >= classes:
                wrong = low if low < 0 else high
                raise ArrayError(f"{tensor.name} holds the class {wrong}, expected 0 to {classes - 1}")

    @cached_property
    def _classes(self) -> dict[str, Any]:
        """For each tensor of class numbers the size of the axis that it selects from."""
        found: dict[str, Any] = {}
        tensors = self.plan.model.tensors
        for row in self.plan.model.rows:
            for access in row.expression.atoms(sympy.Indexed):
                for place, inner in enumerate(access.indices):
                    if isinstance(inner, sympy.Indexed) and tensors[str(inner.base)].domain == "class":
                        found[str(inner.base)] = tensors[str(access.base)].shape[place]
        return found

    def _find_nan(self, arrays: Arrays) -> None:
        """Raise an error that names the array that holds NaN, if one does."""
        for name, array in arrays.items():
            if numpy.asarray(array).dtype.kind == "f" and numpy.isnan(array).any():
                raise ArrayError(f"{self._called(name)} holds NaN")

    def _called(self, name: str) -> str:
        return name + self._place(name)

    def _place(self, name: str) -> str:
        return f" (of {self.labels[name]})" if name in self.labels else ""


def compile(subject: Network | Layer) -> Compiled:
    """NumPy functions for a network with its loss, or for a layer with its upstream gradient, on a batch.

    A network of one sample is taken over a batch with the mean of the samples' losses; a layer is made with
    ``layer(..., batch="B")``.

    Raises:
        CompileError: something in it has no generated code yet, or there is no batch.
    """
    whole = _over_batch(subject)
    made = plan(whole)
    inner = whole.network if isinstance(whole, Layer) else whole
    labels: dict[str, str] = {}
    for block in inner.blocks:
        labels |= dict.fromkeys(_parameters_of(inner.forward.row[block.value].expression, made), block.label)
    module = Module(made)
    return Compiled(module, labels, module.functions())


def _parameters_of(expression: Any, made: Plan) -> list[str]:
    read = {str(symbol) for symbol in expression.free_symbols}
    return [tensor.name for tensor in (*made.parameters, *made.inputs) if tensor.name in read]


def _over_batch(subject: Network | Layer) -> Network | Layer:
    inner = subject.network if isinstance(subject, Layer) else subject
    if any(BATCH in row.indices for row in inner.forward.rows):
        return subject
    if isinstance(subject, Layer):
        raise CompileError(f"{subject.name} is of one sample; compile layer(..., batch='B')")
    try:
        return network(subject.description, subject.loss, batch="B")
    except NetworkError as error:
        raise CompileError(f"{subject.description} is of one sample; compile network(..., batch='B')") from error
