"""Layers put into a network: local names become global ones, and a batch adds an axis to every activation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, Indexed, Sum, Symbol

from derive import symbols
from derive.equations import Equation, Vocabulary, parse_equations, parse_formula
from derive.errors import NetworkError
from derive.forward import Role, Row, Tensor
from derive.layers import LayerDefinition

BATCH = symbols.index("b")


@dataclass(frozen=True)
class Instance:
    """A layer in its place: the rows it adds, and the parameters it brings."""

    parameters: tuple[Tensor, ...]
    rows: tuple[Row, ...]
    output: Tensor


def place(definition: LayerDefinition, source: Tensor, output: str, number: int, batch: Expr | None) -> Instance:
    """The rows of ``definition`` reading ``source`` and writing ``output``.

    Parameters get ``number`` behind their prefix (``W1``), internal rows get the output's name in front.

    Raises:
        NetworkError: the input has another number of axes than the layer takes.
    """
    incoming = source.shape[1:] if batch is not None else source.shape
    if len(incoming) != len(definition.axes):
        raise NetworkError(
            f"{definition.name} takes an input with {len(definition.axes)} axes ({', '.join(definition.axes)}), "
            f"but {source.name} has shape ({', '.join(map(str, incoming))})"
        )
    sizes = {**dict(zip(definition.axes, incoming, strict=True)), **definition.sizes}
    shapes = {
        name: tuple(parse_formula(text, constants=sizes) for text in shape) for name, shape in definition.shapes.items()
    }
    shapes["z"] = incoming
    equations = parse_equations(definition.equations, Vocabulary(shapes, sizes, definition.constants))
    local = {"z": source.name, "y": output}
    for name, prefix in definition.parameters.items():
        local[name] = f"{prefix}{number}"
    parameters = tuple(
        Tensor(local[name], shapes[name], "parameter", definition.domains.get(name, "real"))
        for name in definition.parameters
    )
    return _rows(definition, equations, shapes, local, parameters, batch)


def _rows(
    definition: LayerDefinition,
    equations: tuple[Equation, ...],
    shapes: Mapping[str, tuple[Expr, ...]],
    local: dict[str, str],
    parameters: tuple[Tensor, ...],
    batch: Expr | None,
) -> Instance:
    for equation in equations:
        local.setdefault(equation.name, f"{equation.name}_{local['y']}")
    rows = []
    known = dict(shapes)
    for equation in equations:
        shape = known[equation.name] = row_shape(equation, known)
        role: Role = "value" if equation.name == "y" else "hidden"
        tensor = Tensor(local[equation.name], shape, role, definition.domains.get(equation.name, "real"))
        rows.append(Row(tensor, equation.indices, renamed(equation.expression, local)))
    if batch is not None:
        names = {local["z"], *(row.name for row in rows)}
        rows = [batched(row, names, batch) for row in rows]
    return Instance(parameters, tuple(rows), rows[-1].tensor)


def row_shape(equation: Equation, shapes: Mapping[str, tuple[Expr, ...]]) -> tuple[Expr, ...]:
    """The shape of the tensor that an equation defines: declared, or read off what its indices range over."""
    if equation.name in shapes:
        return shapes[equation.name]
    found = []
    for letter in equation.indices:
        lengths = [
            shapes[symbols.name_of(access)][axis]
            for access in sorted(equation.expression.atoms(Indexed), key=str)
            for axis, subscript in enumerate(access.indices)
            if subscript == letter
        ]
        found.append(lengths[0])
    return tuple(found)


def renamed(expression: Expr, names: Mapping[str, str]) -> Expr:
    """The expression with tensors renamed."""
    if isinstance(expression, Indexed):
        name = symbols.name_of(expression)
        return symbols.element(names.get(name, name), [renamed(subscript, names) for subscript in expression.indices])
    if isinstance(expression, Symbol):
        return (
            symbols.scalar(names[expression.name])
            if expression.name in names and not expression.is_integer
            else expression
        )
    if not expression.args:
        return expression
    if isinstance(expression, Sum):
        return Sum(renamed(expression.function, names), *expression.limits)
    result: Expr = expression.func(*(renamed(argument, names) for argument in expression.args))
    return result


def batched(row: Row, names: set[str], batch: Expr) -> Row:
    """The row for a batch: the tensors in ``names`` get a first axis, what samples share does not."""
    tensor = Tensor(row.name, (batch, *row.tensor.shape), row.tensor.role, row.tensor.domain)
    return Row(tensor, (BATCH, *row.indices), _with_batch(row.expression, names))


def _with_batch(expression: Expr, names: set[str]) -> Expr:
    if isinstance(expression, Indexed):
        name = symbols.name_of(expression)
        subscripts = [_with_batch(subscript, names) for subscript in expression.indices]
        return symbols.element(name, [BATCH, *subscripts] if name in names else subscripts)
    if isinstance(expression, Symbol):
        return (
            symbols.element(expression.name, [BATCH])
            if expression.name in names and not expression.is_integer
            else expression
        )
    if not expression.args:
        return expression
    if isinstance(expression, Sum):
        return Sum(_with_batch(expression.function, names), *expression.limits)
    result: Expr = expression.func(*(_with_batch(argument, names) for argument in expression.args))
    return result
