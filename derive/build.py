"""From a description in the little language to a forward definition with its blocks."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Function, Integer

from derive import symbols
from derive.assemble import BATCH, place
from derive.equations import parse_formula
from derive.errors import NetworkError, nearest
from derive.forward import Forward, Row, Tensor
from derive.language import Argument, Description, Stage
from derive.layers import ACTIVATION, LAYERS, LOSS, Activation, named_functions, scalar_function
from derive.layers.definition import LayerDefinition
from derive.loss import place_loss
from derive.scalar import ScalarFunction


@dataclass(frozen=True)
class Block:
    """One line of a forward table: a layer, what it reads and the tensor it computes.

    ``call`` is how the layer is written when applied to an argument that has no matrix form of its own.
    """

    label: str
    reads: str
    value: str
    call: str = ""


@dataclass(frozen=True)
class Blueprint:
    """A forward definition and its blocks."""

    forward: Forward
    blocks: tuple[Block, ...]


@dataclass
class Builder:
    """Collects tensors and rows while the stages of a network are read in order."""

    batch: Expr | None
    extra: Mapping[str, LayerDefinition | Activation] = field(default_factory=dict)
    given: list[Tensor] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    functions: dict[str, ScalarFunction] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def build(self, description: Description, loss: Stage | None, reduction: str) -> Blueprint:
        """The blueprint of the network, with the loss behind it if there is one."""
        leading = () if self.batch is None else (self.batch,)
        current = Tensor(description.input, (*leading, *description.shape), "input")
        self.given.append(current)
        stages = [stage for stage in description.stages if not self._is_output_name(stage, description)]
        learnt = 0
        for position, stage in enumerate(stages):
            last = position == len(stages) - 1
            output = "y_hat" if last else f"z{position + 1}"
            learnt += self._learns(stage)
            current = self._stage(stage, current, output, learnt)
        if loss is not None:
            target, rows, functions = place_loss(loss, current, self.batch, reduction)
            self.given.append(target)
            self.rows += rows
            self.functions.update({function.name: function for function in functions})
            inner = LOSS[loss.name]
            if inner.layer:
                self.blocks.append(Block(inner.layer, current.name, "p", inner.call))
            self.blocks.append(Block("Loss", "p" if inner.layer else current.name, "l"))
        for function in named_functions():
            self.functions.setdefault(function.name, function)
        ordered = tuple(sorted(self.given, key=lambda tensor: tensor.role == "parameter"))
        return Blueprint(Forward(ordered, tuple(self.rows), tuple(self.functions.values())), tuple(self.blocks))

    def _is_output_name(self, stage: Stage, description: Description) -> bool:
        return stage is description.stages[-1] and stage.name == "y_hat" and not stage.positional

    def _learns(self, stage: Stage) -> bool:
        kind = self._activation(stage.name)
        return (stage.name in LAYERS and stage.name not in ("Softmax", "LogSoftmax")) or bool(kind and kind.learnt)

    def _activation(self, name: str) -> Activation | None:
        own = self.extra.get(name)
        return own if isinstance(own, Activation) else ACTIVATION.get(name)

    def _stage(self, stage: Stage, source: Tensor, output: str, number: int) -> Tensor:
        own = self.extra.get(stage.name)
        if stage.name in LAYERS or isinstance(own, LayerDefinition):
            definition = own if isinstance(own, LayerDefinition) else self._definition(stage)
            return self._layer(stage, definition, source, output, number)
        kind = self._activation(stage.name)
        if kind is not None:
            return self._elementwise(stage, kind, source, output, number)
        if len(stage.name.rstrip("0123456789'")) == 1 and stage.name[0] in "fgh":
            return self._row(source, output, stage, lambda element: Function(stage.name)(element), stage.name)
        raise NetworkError(
            f"there is no layer {stage.name}; {nearest(stage.name, [*LAYERS, *ACTIVATION, *self.extra])}"
        )

    def _definition(self, stage: Stage) -> LayerDefinition:
        factory = LAYERS[stage.name]
        try:
            bound = inspect.signature(factory).bind(
                *map(_as_size, stage.positional), **{key: _as_size(value) for key, value in stage.named}
            )
        except TypeError as error:
            raise NetworkError(f"{stage.name}: {error}; it takes {stage.name}{inspect.signature(factory)}") from error
        return factory(*bound.args, **bound.kwargs)

    def _layer(self, stage: Stage, definition: LayerDefinition, source: Tensor, output: str, number: int) -> Tensor:
        instance = place(definition, source, output, number, self.batch)
        rows = list(instance.rows)
        if stage.scale != 1:
            last = rows[-1]
            rows[-1] = Row(last.tensor, last.indices, stage.scale * last.expression)
        self.given += instance.parameters
        self.rows += rows
        label = f"{stage.name}{number}" if definition.parameters else stage.name
        self.blocks.append(Block(label, source.name, output, definition.call or definition.name))
        return instance.output

    def _elementwise(self, stage: Stage, kind: Activation, source: Tensor, output: str, number: int) -> Tensor:
        given = tuple(str(value) for value in stage.positional)
        names = (*kind.constants, *kind.learnt)
        named = {key: str(value) for key, value in stage.named}
        unknown = [key for key in named if key not in names]
        if unknown or len(given) > len(kind.constants):
            raise NetworkError(
                f"{kind.name} takes {', '.join(names) or 'no arguments'}; got {', '.join((*given, *unknown))}"
            )
        values = {**kind.constants, **dict(zip(kind.constants, given, strict=False)), **named}
        label = _labelled(stage, kind.name)
        if kind.learnt:
            parameters = {name: symbols.scalar(f"{name}{number}") for name in kind.learnt}
            self.given += [Tensor(symbol.name, (), "parameter") for symbol in parameters.values()]
            return self._row(
                source,
                output,
                stage,
                lambda element: parse_formula(kind.formula, constants={**parameters, "z": element}),
                label,
            )
        if not kind.call:
            return self._row(source, output, stage, lambda element: element, label)
        changed = [value for key, value in values.items() if value != kind.constants[key] and not value.isidentifier()]
        function = scalar_function("_".join((kind.call, *changed)), kind.formula, tuple(values.items()))
        self.functions[function.name] = function
        return self._row(source, output, stage, function, label)

    def _row(self, source: Tensor, output: str, stage: Stage, function: object, label: str) -> Tensor:
        if not callable(function):
            raise TypeError(f"{function!r} is no function of an element")
        taken = [] if self.batch is None else [BATCH]
        letters = (*taken, *symbols.fresh_indices(len(source.shape) - len(taken), ()))
        tensor = Tensor(output, source.shape)
        body: Expr = stage.scale * function(symbols.element(source.name, letters))
        self.rows.append(Row(tensor, letters, body))
        self.blocks.append(Block(label, source.name, output))
        return tensor


def _labelled(stage: Stage, name: str) -> str:
    return name if stage.scale == 1 else f"{stage.scale}*{name}"


def _as_size(value: Argument) -> object:
    """Names become sizes, ``True`` and ``False`` truth values, numbers integers where they are."""
    if isinstance(value, tuple):
        return tuple(_as_size(part) for part in value)
    if isinstance(value, str):
        return {"True": True, "False": False}.get(value, symbols.size(value))
    return Integer(value) if value.is_Integer else value
