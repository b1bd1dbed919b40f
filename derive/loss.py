"""A loss behind a network: its equations for one sample, its scale, and its mean over a batch."""

from __future__ import annotations

from sympy import Expr, Integer, Sum

from derive import symbols
from derive.assemble import BATCH, batched, renamed, row_shape
from derive.equations import Equation, Vocabulary, parse_equations
from derive.errors import NetworkError, nearest
from derive.forward import Domain, Role, Row, Tensor
from derive.language import Stage
from derive.layers import LOSS, LossDefinition, scalar_function
from derive.scalar import ScalarFunction

OPTIONS = ("mean", "sum", "class", "one_hot")


def place_loss(
    stage: Stage, prediction: Tensor, batch: Expr | None, reduction: str
) -> tuple[Tensor, list[Row], tuple[ScalarFunction, ...]]:
    """The target, the rows from ``prediction`` to ``l``, and the functions that they apply.

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
    by_class = "class" in options
    target = Tensor("y", () if by_class else shape, "target", "class" if by_class else definition.target)
    shapes = {"y_hat": shape, "y": target.shape}
    text = definition.class_equations if by_class else definition.equations
    equations = parse_equations(text, Vocabulary(shapes, {}, {}))
    functions = tuple(scalar_function(name, formula, constants) for name, formula in definition.functions.items())
    factor = stage.scale / (shape[0] if "mean" in options else Integer(1))
    rows = [_row(equation, shapes, factor, prediction.name) for equation in equations]
    if batch is None:
        return target, rows, functions
    target = Tensor("y", (batch, *target.shape), "target", target.domain)
    return target, _over_batch(rows, prediction.name, batch, reduction), functions


def _read(stage: Stage) -> tuple[LossDefinition, set[str], tuple[tuple[str, str], ...]]:
    definition = LOSS.get(stage.name)
    if definition is None:
        raise NetworkError(f"there is no loss {stage.name}; {nearest(stage.name, LOSS)}")
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


def _row(equation: Equation, shapes: dict[str, tuple[Expr, ...]], factor: Expr, prediction: str) -> Row:
    shape = shapes[equation.name] = row_shape(equation, shapes)
    final = equation.name == "l"
    role: Role = "loss" if final else "value" if equation.name == "p" else "hidden"
    domain: Domain = "simplex" if equation.name == "p" else "real"
    name = equation.name if role != "hidden" else f"{equation.name}_p"
    names = {"y_hat": prediction, "e": "e_p", "s": "s_p"}
    expression = renamed(equation.expression, names)
    if final and factor != 1:
        expression = factor * expression
    return Row(Tensor(name, shape, role, domain), equation.indices, expression)


def _over_batch(rows: list[Row], prediction: str, batch: Expr, reduction: str) -> list[Row]:
    *inner, last = rows
    sample = Row(Tensor("l_sample", (), "hidden"), (), last.expression)
    names = {prediction, "y", "l_sample", *(row.name for row in inner)}
    total = Sum(symbols.element("l_sample", [BATCH]), (BATCH, 0, batch - 1))
    expression = total if reduction == "sum" else total / batch
    return [*(batched(row, names, batch) for row in (*inner, sample)), Row(Tensor("l", (), "loss"), (), expression)]
