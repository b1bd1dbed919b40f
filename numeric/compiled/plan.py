"""What a generated module computes, line by line: the forward rows, and the adjoints of the reverse sweep."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import sympy
from sympy import Expr, Symbol
from sympy.core.function import AppliedUndef

from derive import symbols
from derive.building.language import parse_stage
from derive.calculus.dependence import names_read
from derive.calculus.express import Speaker, Vocabulary
from derive.calculus.sweep import Sweep
from derive.derivation import Derivation, Quantity
from derive.forward import Forward, Row, Tensor
from derive.functions import ArgMax
from derive.layer import Layer, upstream_name
from derive.layers import LOSS
from derive.network import Network
from numeric.compiled.errors import CompileError
from numeric.compiled.windows import is_windows, with_windows

Stage = Literal["forward", "loss", "backward"]


@dataclass(frozen=True)
class Line:
    """One assignment ``name[indices] = expression``; ``formula`` is the equation to print beside it.

    A line of ``windows`` makes a view of them or, backward, adds their gradients to where they were read.
    A ``column`` is stored with one more axis, of length 1, so that it broadcasts along a row.
    """

    name: str
    indices: tuple[Symbol, ...]
    shape: tuple[Expr, ...]
    expression: Expr
    formula: Derivation | None = None
    stage: Stage = "forward"
    column: bool = False
    note: str = ""
    windows: Row | None = None


@dataclass(frozen=True)
class Plan:
    """The lines of the three functions in order, and the tensors that they take and return."""

    model: Forward
    lines: tuple[Line, ...]
    inputs: tuple[Tensor, ...]
    beside: tuple[Tensor, ...]
    parameters: tuple[Tensor, ...]
    outputs: tuple[str, ...]
    gradients: tuple[str, ...]
    title: str


def plan(subject: Network | Layer, by: tuple[str, ...] = ()) -> Plan:
    """The lines for a network or a layer, as they are derived.

    The gradients are those by the tensors named in ``by``, all parameters (of a layer its inputs too) if left out.

    Raises:
        CompileError: a gradient has no elementwise, summed or contracted form.
    """
    network = subject.network if isinstance(subject, Layer) else subject
    model = with_windows(network.forward)
    network = replace(network, forward=model, _sweeps={})
    outputs = subject.outputs if isinstance(subject, Layer) else (_prediction(network),)
    before = _ancestors(model, outputs)
    rows = [_row_line(network, name) for name in model.row if name != "l" or not isinstance(subject, Layer)]
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
        lines += _adjoints(network, tuple(gradients), upstream)
    return Plan(
        model,
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
    own_layer = bool(LOSS[parse_stage(network.loss).name].layer)
    return network.blocks[-2].reads if own_layer else network.blocks[-1].reads


def _ancestors(model: Forward, names: tuple[str, ...]) -> set[str]:
    found = set(names)
    for row in reversed(model.rows):
        if row.name in found:
            found |= names_read(row.expression, model)
    return found


def _row_line(network: Network, name: str) -> Line:
    row = network.forward.row[name]
    quantity = Quantity(name, row.indices, row.tensor.shape)
    formula = Derivation(network.forward, quantity, row.expression, (), index_base=network.index_base)
    return Line(name, row.indices, row.tensor.shape, row.expression, formula, windows=row if is_windows(row) else None)


def _adjoints(network: Network, wanted: tuple[str, ...], upstream: set[str]) -> tuple[Line, ...]:
    """The adjoints that the wanted gradients need, nearest to the loss first.

    Adjoints of hidden rows are written out, and so are those that divide by a value of the forward pass or
    take its logarithm where the next adjoint can cancel it: softmax with cross-entropy becomes p - y.
    """
    sweep = Sweep(network.forward, "l")
    model = network.forward
    kept = [name for name in sweep.order() if _is_kept(name, sweep, wanted)]
    names = [*model.tensors, *(symbols.partial_name("l", name) for name in kept)]
    speaker = Speaker(sweep, Vocabulary(frozenset(names)))
    known = {upstream_name(name) for name in upstream}
    lines: dict[str, Line] = {}
    missing = list(wanted)
    while missing:
        name = missing.pop()
        if name in lines or upstream_name(name) in upstream:
            continue
        views = [row for row in sweep.readers.get(name, ()) if is_windows(row)]
        if views:
            if len(sweep.readers[name]) > 1:
                raise CompileError(f"there is no generated code yet for {name}: it is read as windows and otherwise")
            (row,) = views
            quantity = sweep.quantity(name)
            upstream_of_view = symbols.element(symbols.partial_name("l", row.name), row.indices)
            lines[name] = Line(
                quantity.name, quantity.indices, quantity.shape, upstream_of_view, stage="backward", windows=row
            )
            missing.append(row.name)
            continue
        if name not in sweep.readers:
            raise CompileError(f"no path leads from {name} to the loss, so it has no gradient to compile")
        expression = speaker.adjoint(name)
        quantity = sweep.quantity(name)
        formula = Derivation(model, quantity, expression, (), index_base=network.index_base)
        lines[name] = Line(quantity.name, quantity.indices, quantity.shape, expression, formula, "backward")
        read = {symbols.split_partial(symbols.name_of(access)) for access in symbols.accesses(expression)}
        missing += [parts[1] for parts in read if parts is not None and parts[1] not in known]
    ordered = [name for name in sweep.order() if name in lines]
    return tuple(lines[name] for name in _parameters_early(ordered, lines))


def _parameters_early(ordered: list[str], lines: dict[str, Line]) -> list[str]:
    """The order in which no gradient stays longer than it is needed: what reads an adjoint follows it at once."""
    result: list[str] = []
    rows = [name for name in ordered if not _is_end(name, lines)]
    ends = [name for name in ordered if _is_end(name, lines)]
    for name in rows:
        result.append(name)
        done = {symbols.partial_name("l", known) for known in result}
        ready = [end for end in ends if end not in result and _partials(lines[end]) <= done]
        result += ready
    return [*result, *(end for end in ends if end not in result)]


def _is_end(name: str, lines: dict[str, Line]) -> bool:
    return not any(lines[name].name in _partials(line) for line in lines.values())


def _partials(line: Line) -> set[str]:
    names = {symbols.name_of(access) for access in symbols.accesses(line.expression)}
    return {name for name in names if symbols.split_partial(name)}


def _is_kept(name: str, sweep: Sweep, wanted: tuple[str, ...]) -> bool:
    """Whether the adjoint is a line of its own."""
    tensor = sweep.forward.tensors[name]
    if name in wanted or tensor.role not in ("value", "hidden"):
        return True
    if tensor.role == "hidden":
        return False
    row = sweep.forward.row[name]
    parents = names_read(row.expression, sweep.forward)
    if any(sweep.forward.tensors[parent].role == "parameter" for parent in parents) or row.expression.has(ArgMax):
        return True
    return not _is_singular(sweep.adjoint(name).expression, sweep.forward)


def _is_singular(expression: Expr, model: Forward) -> bool:
    """Whether the expression divides by a value of the forward pass, or takes its logarithm."""
    parts = [power.base for power in expression.atoms(sympy.Pow) if power.exp.is_negative]
    parts += [logarithm.args[0] for logarithm in expression.atoms(sympy.log)]
    return any(symbols.accesses(part) for part in parts if part.has(sympy.Indexed))
