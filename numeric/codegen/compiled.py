"""Compiled networks and layers: the generated functions, behind checks of the arrays that they are given."""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from derive.building.assemble import BATCH
from derive.errors import NetworkError, nearest
from derive.forward import Tensor
from derive.layer import Layer
from derive.network import Network, network
from numeric.arrays.axes import Array
from numeric.codegen.arguments import ARRAYS, Arguments, Arrays, is_traced
from numeric.codegen.beyond import Beyond, Kept, overflowed
from numeric.codegen.writing import FUNCTIONS, Module
from numeric.enclosed.ladder import watched
from numeric.errors import ArrayError, CompileError
from numeric.lowering.lines import Plan
from numeric.lowering.plan import plan
from numeric.source import SourceError
from numeric.source.naming import python_name
from numeric.source.plain import one_line, require_plain
from numeric.source.program import Program
from numeric.targets import TargetError, translated


@dataclass(frozen=True)
class Compiled:
    """The functions of a network or a layer on a batch, for NumPy or another array library.

    ``functions`` holds the generated functions as they stand in ``source``; the methods of the same names
    check their arrays first. All arrays of real numbers are of one type, float32 or float64, and so are the
    results. Parameters and gradients are dictionaries by the names of the derivations: ``W1``, ``b1``. What a
    layer holds as a number by name, ``eps``, is given among the parameters, as a Python number for example, and so
    is a size that no array shows, such as a stride ``s``.
    """

    module: Module
    arguments: Arguments
    functions: Mapping[str, Callable[..., Any]]
    target: str = "numpy"

    @property
    def plan(self) -> Plan:
        """What the functions compute."""
        return self.module.plan

    @property
    def labels(self) -> Mapping[str, str]:
        """For each parameter the layer that it belongs to."""
        return self.arguments.labels

    @cached_property
    def source(self) -> str:
        """The module as a person would keep it, each line under the formula that it computes."""
        return self.program.text

    @cached_property
    def program(self) -> Program:
        """The module as a value."""
        return _translated(self.module.program(), self.target)

    def on(self, target: str) -> Compiled:
        """The same functions for the arrays of another library: ``numpy``, ``torch``, ``jax`` or ``array_api``.

        Raises:
            CompileError: there is no such target, it is not installed, or it lacks a function that is needed.
        """
        functions = _functions(self.module, target)
        return Compiled(self.module, replace(self.arguments, target=target, _valid={}), functions, target)

    def forward(self, params: Arrays, *inputs: Any) -> Any:
        """The outputs, and the cache of values that ``backward`` needs.

        Raises:
            ArrayError: an array is missing, has a wrong shape or type, or holds NaN.
        """
        self.arguments.check("forward", params, inputs, self.plan.inputs)
        if self.target == "numpy":
            *outputs, cache = self._forward(params, inputs)
        else:
            *outputs, cache = self.functions["forward"](params, *inputs)
        self.arguments.explain_nan(outputs, {**params, **_named(self.plan.inputs, inputs)})
        return *outputs, cache

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
        self.arguments.explain_nan(gradients.values(), {**params, **_named(self.plan.beside, targets)})
        return gradients

    def loss_and_gradients(self, params: Arrays, *inputs_and_targets: Any) -> tuple[Any, dict[str, Array]]:
        """The loss of a batch and its gradients by the parameters.

        Raises:
            CompileError: there is no loss.
            ArrayError: an array is missing, has a wrong shape or type, or holds NaN.
        """
        self._require("loss_and_gradients")
        tensors = (*self.plan.inputs, *self.plan.beside)
        self.arguments.check("loss_and_gradients", params, inputs_and_targets, tensors)
        with watched() as flags:
            loss, gradients = self.functions["loss_and_gradients"](params, *inputs_and_targets)
        if self.target == "numpy" and flags.need([loss, *gradients.values()]):
            inputs, targets = _parted(inputs_and_targets, len(self.plan.inputs))
            cache = Kept({}, inputs, overflowed=True)
            gradients = self._beyond.backward(params, cache, targets, gradients)
            loss = self._beyond.loss(params, cache, targets, loss)
        if not is_traced(loss) and loss != loss:
            self.arguments.find_nan({**params, **_named(tensors, inputs_and_targets)})
        return loss, gradients

    def _behind(self, name: str, params: Arrays, cache: dict[str, Any], targets: tuple[Any, ...]) -> Any:
        self._require(name)
        inputs = tuple(cache[python_name(t.name)] for t in self.plan.inputs if python_name(t.name) in cache)
        tensors = tuple(tensor for tensor in self.plan.inputs if python_name(tensor.name) in cache)
        self.arguments.check(name, params, (*inputs, *targets), (*tensors, *self.plan.beside))
        if self.target != "numpy":
            return self.functions[name](params, cache, *targets)
        with watched() as flags:
            found = self.functions[name](params, cache, *targets)
        results = list(found.values()) if isinstance(found, dict) else [found]
        if flags.need(results) or overflowed(cache):
            found = getattr(self._beyond, name)(params, cache, targets, found)
        return found

    def _forward(self, params: Arrays, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The forward pass; where its arithmetic leaves the range of its type, in numbers that have none."""
        with watched() as flags:
            *outputs, cache = self.functions["forward"](params, *inputs)
        left = flags.need([*outputs, *cache.values()])
        if left:
            *outputs, cache = self._beyond.forward(params, inputs, outputs, cache)
        return *outputs, Kept(cache, inputs, left)

    @cached_property
    def _beyond(self) -> Beyond:
        return Beyond(self.plan, _plain(self.module.program(formulas=False).text))

    def _require(self, name: str) -> None:
        if name not in self.functions:
            raise CompileError(f"{self.plan.title} has no {name}: it was made without a loss")


def _parted(arrays: tuple[Any, ...], count: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    return arrays[:count], arrays[count:]


def _named(tensors: Iterable[Tensor], arrays: Iterable[Any]) -> dict[str, Any]:
    return {tensor.name: array for tensor, array in zip(tensors, arrays, strict=True)}


def compile(subject: Network | Layer, *, target: str = "numpy", by: Iterable[str] = ()) -> Compiled:
    """Functions for a network with its loss, or for a layer with its upstream gradient, on a batch.

    A network of one sample is taken over a batch, with the mean of the samples' losses unless its ``reduction``
    is ``sum``; a layer is made with ``layer(..., batch="B")``.

    Args:
        target: the library of the arrays: ``numpy``, ``torch``, ``jax``, or ``array_api`` for one source that
            takes the arrays of each of them, by the Array API standard.
        by: the names of the tensors whose gradients are computed; all parameters, and a layer's inputs, if left out.

    Raises:
        CompileError: something in it has no generated code yet, there is no batch, or the target does not exist
            or is not installed.
    """
    whole = over_batch(subject)
    inner = whole.network if isinstance(whole, Layer) else whole
    wanted = tuple(by)
    for name in wanted:
        if name not in inner.forward.tensors:
            raise CompileError(f"there is no tensor {name}; {nearest(name, inner.forward.tensors)}")
    made = plan(whole, wanted)
    labels: dict[str, str] = {}
    for block in inner.blocks:
        # A layer by itself is called as the user called it, without the number that it has in a network.
        label = subject.name if isinstance(subject, Layer) and len(inner.blocks) == 2 else block.label
        labels |= dict.fromkeys(_parameters_of(inner.forward.row[block.value].expression, made), label)
    module = Module(made)
    settings = {name: module.sizes.known[name] for name in module.settings}
    return Compiled(module, Arguments(made, labels, settings, target), _functions(module, target), target)


def _functions(module: Module, target: str) -> dict[str, Callable[..., Any]]:
    """The functions of the module for a target, ready to be called."""
    namespace: dict[str, Any] = {}
    code = _translated(module.program(formulas=False), target).text
    try:
        exec(builtins.compile(_plain(code), f"<{one_line(module.plan.title)}>", "exec"), namespace)
        importlib.import_module(ARRAYS[target][0])
    except ModuleNotFoundError as error:
        extra = target.replace("_", "-")
        raise CompileError(
            f"the target {target} needs the package {error.name}, which is not installed; "
            f'pip install "gradsheet[{extra}]"'
        ) from error
    return {name: namespace[name] for name in FUNCTIONS if name in namespace}


def _plain(source: str) -> str:
    try:
        return require_plain(source)
    except SourceError as error:
        raise CompileError(str(error)) from error


def _translated(program: Program, target: str) -> Program:
    try:
        return translated(program, target)
    except TargetError as error:
        raise CompileError(str(error)) from error


def _parameters_of(expression: Any, made: Plan) -> list[str]:
    read = {str(symbol) for symbol in expression.free_symbols}
    return [tensor.name for tensor in (*made.parameters, *made.inputs) if tensor.name in read]


def over_batch(subject: Network | Layer) -> Network | Layer:
    """The subject over a batch: a network of one sample is made anew, its losses reduced as it says.

    Raises:
        CompileError: it cannot be made from its description, or is a layer.
    """
    inner = subject.network if isinstance(subject, Layer) else subject
    if any(BATCH in row.indices for row in inner.forward.rows):
        return subject
    if isinstance(subject, Layer):
        raise CompileError(f"{subject.name} is of one sample; compile layer(..., batch='B')")
    try:
        reduction, usual = inner.forward.reduction, inner.conventions
        return network(
            subject.description, subject.loss, batch="B", reduction=reduction, conventions=usual, extra=inner.extra
        )
    except NetworkError as error:
        raise CompileError(f"{subject.description} is of one sample; compile network(..., batch='B')") from error
