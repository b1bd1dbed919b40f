"""What a generated module computes, line by line: the forward rows, and the adjoints of the reverse sweep."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr
from sympy.core.function import AppliedUndef

from derive.calculus.dependence import names_read
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.matrices import MatrixFunction, named
from derive.forward import Forward, Row, Tensor
from derive.layer import Layer, upstream_name
from derive.network import Network
from derive.steps import Quantity
from numeric.lowering.adjoints import adjoints
from numeric.lowering.lines import Line, Plan
from numeric.lowering.reads import Viewed, with_views
from numeric.lowering.renamed import renamed


def plan(subject: Network | Layer, by: tuple[str, ...] = ()) -> Plan:
    """The lines for a network or a layer, as they are derived.

    The gradients are those by the tensors named in ``by``, all parameters (of a layer its inputs too) if left out.

    Raises:
        CompileError: a gradient has no elementwise, summed or contracted form.
    """
    network = subject.network if isinstance(subject, Layer) else subject
    defined = renamed(network.forward)
    viewed = with_views(defined)
    model = viewed.model
    network = replace(network, forward=model, general=None)
    outputs = subject.outputs if isinstance(subject, Layer) else (_prediction(network),)
    before = _ancestors(model, outputs)
    rows = [_row_line(network, name, viewed) for name in model.row if name != "l" or not isinstance(subject, Layer)]
    lines = [line for line in rows if line.name in before]
    lines += [replace(line, stage="loss") for line in rows if line.name not in before]
    given = [tensor for tensor in model.given if tensor.role not in ("parameter", "buffer")]
    upstream = {upstream_name(name) for name in outputs} if isinstance(subject, Layer) else set()
    gradients = [tensor.name for tensor in model.given if tensor.role == "parameter"]
    if isinstance(subject, Layer):
        gradients = list(subject.differentiable)
    gradients = list(by) or gradients
    title = subject.name if isinstance(subject, Layer) else network.description
    if network.loss is not None:
        lines += adjoints(network, viewed, tuple(gradients), upstream)
    return Plan(
        defined,
        tuple(lines),
        tuple(tensor for tensor in given if tensor.name in before and tensor.name not in upstream),
        tuple(tensor for tensor in given if tensor.name not in before or tensor.name in upstream),
        (*(tensor for tensor in model.given if tensor.role in ("parameter", "buffer")), *_constants(model)),
        tuple(outputs),
        tuple(gradients) if network.loss is not None else (),
        title if network.loss in (None, "Upstream") else f"{title}, {network.loss}",
    )


def _constants(model: Forward) -> tuple[Tensor, ...]:
    """The real numbers that the rows hold by name, such as eps; they are given beside the parameters."""
    expressions = [row.expression for row in model.rows]
    applied = {str(call.func) for expression in expressions for call in expression.atoms(AppliedUndef)}
    formulas = [function for function in model.functions if function.name in applied]
    found = {symbols.name_of(access) for expression in expressions for access in symbols.accesses(expression)}
    found |= {str(symbol) for function in formulas for symbol in function.formula.free_symbols - {function.variable}}
    return tuple(Tensor(name, (), "buffer") for name in sorted(found - set(model.tensors)))


def _prediction(network: Network) -> str:
    """The value that the loss reads, or the last one where there is no loss."""
    if network.loss is None:
        return network.blocks[-1].value
    return network.prediction


def _ancestors(model: Forward, names: tuple[str, ...]) -> set[str]:
    found = set(names)
    for row in reversed(model.rows):
        if row.name in found:
            found |= names_read(_computed(row), model)
    # What gradients need of a matrix of the forward pass is computed there, if anything needs it.
    return found | {row.name for row in model.rows if _matrix_of(row) in found}


def _computed(row: Row) -> Expr:
    """What a program computes for a row, in the rows that hold determinants."""
    return row.expression if isinstance(row.expression, MatrixFunction) else named(row.expression)


def _matrix_of(row: Row) -> str:
    """The tensor of whose matrices a row holds the determinants or the inverses; "" of any other row."""
    return row.expression.name if isinstance(row.expression, MatrixFunction) else ""


def _row_line(network: Network, name: str, viewed: Viewed) -> Line:
    row = network.forward.row[name]
    quantity = Quantity(name, row.indices, row.tensor.shape)
    windows = viewed.windows.get(name)
    filled = windows is not None and bool(windows.fill)
    said = windows.access if windows is not None else row.expression
    formula = Derivation(network.forward, quantity, said, (), conventions=network.conventions.with_(layout="gradient"))
    note = "outside of what they are windows of stands -∞" if filled else ""
    return Line(name, row.indices, row.tensor.shape, _computed(row), formula, note=note, windows=windows)
