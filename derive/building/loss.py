"""A loss behind a network: its equations for one sample, its scale, and its mean over a batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Expr, Integer, Sum

from derive.building.assemble import BATCH, batched, renamed
from derive.building.equations import Equation, Vocabulary, parse_equations, parse_formula
from derive.building.foreign import loss_elsewhere
from derive.building.language import Stage
from derive.errors import NetworkError, nearest
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.forward import Domain, Reduction, Role, Row, Tensor
from derive.layers import CALLED, LOSS, LossDefinition, scalar_function
from derive.layers.ranges import require_in_range

OPTIONS = ("mean", "sum", "class", "one_hot")


@dataclass(frozen=True)
class PlacedLoss:
    """What a loss adds to a forward definition: given tensors, the target first, rows, functions that they apply."""

    given: tuple[Tensor, ...]
    rows: tuple[Row, ...]
    functions: tuple[ScalarFunction, ...]


def place_loss(stage: Stage, prediction: Tensor, batch: Expr | None, reduction: Reduction) -> PlacedLoss:
    """The loss behind ``prediction``: what it is given, and the rows to ``l``.

    ``MSE(mean)`` divides by the number of outputs; ``CrossEntropy(class)`` takes a class number.
    Over a batch, ``reduction`` is the ``mean`` or the ``sum`` of the samples' losses.

    Raises:
        NetworkError: the loss or an option of it does not exist, or the prediction is no vector.
    """
    definition, options, constants = _read(stage)
    shape = prediction.shape if batch is None else prediction.shape[1:]
    if len(shape) != 1:
        raise NetworkError(
            f"{definition.name} takes a vector of outputs, "
            f"but {prediction.name} has shape ({', '.join(map(str, shape))})"
        )
    given = tuple(_given(definition, "class" in options, shape[0]))
    shapes = {name: _shape(lengths, shape[0]) for name, lengths in definition.shapes.items()}
    shapes |= {"y_hat": shape, **{tensor.name: tensor.shape for tensor in given}}
    text = definition.class_equations if "class" in options else definition.equations
    values = {name: parse_formula(value) for name, value in constants}
    for name, value in values.items():
        require_in_range(definition.name, name, value)
    known = frozenset((*CALLED, *definition.functions))
    equations = parse_equations(text, Vocabulary(shapes, {"K": shape[0]}, values, known))
    functions = tuple(scalar_function(name, formula, constants) for name, formula in definition.functions.items())
    factor = stage.scale / (shape[0] if "mean" in options else Integer(1))
    rows = _rows(definition, equations, factor, prediction.name)
    if batch is not None:
        given = tuple(
            tensor if tensor.role == "buffer" else replace(tensor, shape=(batch, *tensor.shape)) for tensor in given
        )
        own = {prediction.name, *(tensor.name for tensor in given if tensor.role != "buffer")}
        rows = _over_batch(rows, own, batch, reduction)
    return PlacedLoss(given, tuple(rows), functions)


def _given(definition: LossDefinition, by_class: bool, outputs: Expr) -> Iterator[Tensor]:
    """The target of one sample, and what else the loss is given."""
    if definition.target is not None:
        yield Tensor("y", () if by_class else (outputs,), "target", "class" if by_class else definition.target)
    kinds: tuple[tuple[Role, tuple[str, ...]], ...] = (("target", definition.inputs), ("buffer", definition.buffers))
    for role, names in kinds:
        for name in names:
            shape = _shape(definition.shapes[name], outputs)
            yield Tensor(name, shape, role, definition.domains.get(name, "real"))


def _shape(lengths: tuple[str, ...], outputs: Expr) -> tuple[Expr, ...]:
    return tuple(outputs if length == "K" else symbols.dimension(length) for length in lengths)


def _read(stage: Stage) -> tuple[LossDefinition, set[str], tuple[tuple[str, str], ...]]:
    definition = LOSS.get(stage.name)
    if definition is None:
        same = stage.name.lower() in {known.lower() for known in LOSS}
        near = nearest(stage.name, LOSS) if same else loss_elsewhere(stage.name) or nearest(stage.name, LOSS)
        raise NetworkError(f"there is no loss {stage.name}; {near}")
    values = dict(definition.constants)
    free = list(values)
    options: set[str] = set()
    for argument in stage.positional:
        text = str(argument)
        if text in OPTIONS:
            options.add(text)
        elif free:
            values[free.pop(0)] = text
        else:
            raise NetworkError(f"{stage.name} takes {', '.join((*definition.constants, *OPTIONS))}; got {text}")
    for key, value in stage.named:
        if key not in values:
            raise NetworkError(
                f"{stage.name} has no {key}; {nearest(key, values) if values else 'it takes no named argument'}"
            )
        values[key] = str(value)
    if "class" in options and not definition.class_equations:
        with_class = ", ".join(name for name, loss in LOSS.items() if loss.class_equations)
        raise NetworkError(f"{stage.name} takes no class number as a target; these do: {with_class}")
    return definition, options, tuple(values.items())


def _rows(
    definition: LossDefinition,
    equations: tuple[Equation, ...],
    factor: Expr,
    prediction: str,
) -> list[Row]:
    """The rows of one sample; names of internal ones get the loss's mark, as layers before it may have the same."""
    inner = [equation.name for equation in equations if equation.name not in ("l", *definition.values)]
    names = {"y_hat": prediction, **{name: f"{name}_p" for name in inner}}
    rows = []
    for equation in equations:
        final = equation.name == "l"
        role: Role = "loss" if final else "value" if equation.name in definition.values else "hidden"
        domain: Domain = "simplex" if equation.name == "p" and definition.layer == "Softmax" else "real"
        expression = renamed(equation.expression, names)
        tensor = Tensor(names.get(equation.name, equation.name), equation.shape, role, domain)
        rows.append(Row(tensor, equation.indices, factor * expression if final else expression))
    return rows


def _over_batch(rows: list[Row], own: set[str], batch: Expr, reduction: Reduction) -> list[Row]:
    *inner, last = rows
    sample = Row(Tensor("l_sample", (), "hidden"), (), last.expression)
    names = {*own, "l_sample", *(row.name for row in inner)}
    total = Sum(symbols.element("l_sample", [BATCH]), (BATCH, 0, batch - 1))
    expression = total if reduction == "sum" else total / batch
    return [*(batched(row, names, batch) for row in (*inner, sample)), Row(Tensor("l", (), "loss"), (), expression)]
