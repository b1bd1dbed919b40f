"""Objectives: sums of losses, of penalties on parameters and values, and of values that are losses themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Function, Sum

from derive.building.assemble import BATCH
from derive.building.foreign import loss_elsewhere
from derive.building.known import UNKNOWN
from derive.building.language import Stage, parse_objective
from derive.building.lifted import summed
from derive.building.loss import PlacedLoss, Surroundings, place_loss, shown
from derive.building.reader import parse_formula
from derive.building.terms import asked_of, names_of
from derive.errors import NetworkError, nearest
from derive.expression import symbols
from derive.expression.scalar import ScalarFunction
from derive.forward import Domain, Reduction, Row, Tensor
from derive.layers import LOSS, PENALTY, Activation, LayerDefinition, LossDefinition

WEIGHTS, PARAMETERS = "weights", "parameters"
"""What stands for all parameters of two axes or more, and for all parameters."""

NARROW: tuple[Domain, ...] = ("class", "one_hot", "simplex", "binary", "log_simplex", "unit", "positive", "real")
"""What a tensor may hold that several terms read, the narrowest first."""


@dataclass(frozen=True)
class Objective:
    """What an objective adds to a forward definition; the row of ``l`` is the last one."""

    terms: tuple[PlacedLoss, ...]
    given: tuple[Tensor, ...]
    rows: tuple[Row, ...]
    functions: tuple[ScalarFunction, ...]


def losses_of(extra: Sequence[Activation | LayerDefinition | LossDefinition]) -> dict[str, LossDefinition]:
    """The losses that an objective may name, a user's own among them."""
    return {**LOSS, **{one.name: one for one in extra if isinstance(one, LossDefinition)}}


def losses_in(text: str | None, extra: Sequence[Activation | LayerDefinition | LossDefinition]) -> list[LossDefinition]:
    """The losses that the terms of an objective name."""
    known = losses_of(extra)
    return [known[term.name] for term in parse_objective(text) if term.name in known] if text else []


def place_objective(stages: Sequence[Stage], around: Surroundings, reduction: Reduction) -> Objective:
    """The terms of an objective, and the row that adds them up.

    Over a batch, ``reduction`` is the ``mean`` or the ``sum`` of what the samples cost; what depends on parameters
    alone is added once.

    Raises:
        NetworkError: there is no such loss, or it does not fit; or two terms ask for different targets of one name.
    """
    terms: list[PlacedLoss] = []
    given: dict[str, Tensor] = {}
    functions = dict(around.applied)
    several = len({_read(stage, around) for stage in stages if stage.name in around.losses} - {""}) > 1
    for stage in stages:
        made = {row.name: row for term in terms for row in term.rows}
        placed = _placed(stage, replace(around, made=made, several=several))
        placed = _with_own_functions(placed, functions)
        functions |= {function.name: function for function in placed.functions}
        for tensor in placed.given:
            given[tensor.name] = _both(given.get(tensor.name, tensor), tensor, stage.name)
        terms.append(placed)
    rows = [row for term in terms for row in term.rows]
    return Objective(
        tuple(terms), tuple(given.values()), (*rows, *_total(terms, around.batch, reduction)), tuple(functions.values())
    )


def _placed(stage: Stage, around: Surroundings) -> PlacedLoss:
    """One term: a penalty where it names parameters or values, else a loss, or a value of the network."""
    if stage.names:
        raise NetworkError(f"a loss has no name behind it; {', '.join(stage.names)} stands behind {stage.name}")
    if stage.transposed:
        raise NetworkError(f"{stage.name}^T is no loss; a transpose stands behind the name of a layer of the network")
    if stage.name in PENALTY and not _is_loss(stage, around):
        return _penalty(stage, around)
    if stage.name in around.losses:
        return place_loss(stage, around)
    value = around.tensors.get(stage.name)
    if value is not None:
        return _value(stage, value, around)
    if UNKNOWN.fullmatch(stage.name):
        raise NetworkError(
            f"there is no loss {stage.name}: at the end of a chain f, g and h are functions that are left unknown; "
            "call the value otherwise"
        )
    same = stage.name.lower() in {known.lower() for known in around.losses}
    near = nearest(stage.name, around.losses)
    raise NetworkError(f"there is no loss {stage.name}; {near if same else loss_elsewhere(stage.name) or near}")


def _read(stage: Stage, around: Surroundings) -> str:
    """The name of what a loss reads that has a target; empty for one without."""
    if (stage.name in PENALTY and not _is_loss(stage, around)) or around.losses[stage.name].target is None:
        return ""
    return asked_of(stage, around.losses[stage.name], around.tensors).prediction or around.prediction.name


def _is_loss(stage: Stage, around: Surroundings) -> bool:
    """Whether a name that a loss and a penalty have is that of the loss: it reads an output, or has a target."""
    if stage.name not in around.losses:
        return False
    named = [argument for argument in stage.positional if isinstance(argument, str)]
    known = [name for name in named if name in around.tensors]
    if {WEIGHTS, PARAMETERS} & set(named):
        return False
    return not known or len(named) > len(known) or known[0] in around.outputs or len(known) == 2


def _penalty(stage: Stage, around: Surroundings) -> PlacedLoss:
    """The sum of a function of the elements of tensors, over all of them."""
    tensors = list(_tensors(stage, around))
    formula = PENALTY[stage.name].formula
    lifts = {around.lift_of(tensor) for tensor in tensors}
    if len(lifts) > 1:
        raise NetworkError(f"{stage.name} is of parameters or of values of one sample: write a term for each")
    (lift,) = lifts
    total = []
    for tensor in tensors:
        own = tensor.shape[len(lift.axes) :]
        taken = {BATCH.name, *(size.name for size in symbols.sizes_in(own))}
        letters = symbols.fresh_indices(len(own), taken)
        element = symbols.element(tensor.name, lift.subscripts(letters))
        body = parse_formula(formula, constants={"z": element})
        total.append(summed(body, tuple(zip(letters, own, strict=True))))
    return PlacedLoss(around.factor(stage.scale) * sympy.Add(*total), bool(lift.axes), tensors[0].name)


def _tensors(stage: Stage, around: Surroundings) -> Iterator[Tensor]:
    """The tensors that a penalty names, the output of the network if it names none."""
    names = list(names_of(stage))
    learnt = [tensor for tensor in around.tensors.values() if tensor.role == "parameter"]
    if not names:
        if stage.name != "Sum":
            raise NetworkError(f"{stage.name} takes tensors: {stage.name}(W1), or all of them: {stage.name}({WEIGHTS})")
        yield around.prediction
    for name in names:
        if name in (WEIGHTS, PARAMETERS) and name not in around.tensors:
            found = [tensor for tensor in learnt if name == PARAMETERS or len(tensor.shape) > 1]
            if not found:
                raise NetworkError(f"{stage.name}({name}): the network has no {name}")
            yield from found
        elif name in around.tensors:
            yield around.tensors[name]
        else:
            near = nearest(name, [*around.tensors, WEIGHTS, PARAMETERS])
            raise NetworkError(f"{stage.name} reads {name}, which is not in this network; {near}")


def _value(stage: Stage, value: Tensor, around: Surroundings) -> PlacedLoss:
    """A value of the network that is a loss itself."""
    lift = around.lift_of(value)
    if stage.positional or stage.named:
        raise NetworkError(f"{value.name} is a value of the network and takes no arguments")
    if value.shape[len(lift.axes) :]:
        raise NetworkError(
            f"{value.name} has shape {shown(value.shape)}, and a loss is one number: Sum({value.name}) adds it up"
        )
    own = symbols.element(value.name, lift.subscripts(()))
    return PlacedLoss(around.factor(stage.scale) * own, bool(lift.axes), value.name)


def _with_own_functions(placed: PlacedLoss, known: Mapping[str, ScalarFunction]) -> PlacedLoss:
    """The term with other names for functions that are called as another one of the network or of an earlier term."""
    renaming: dict[str, str] = {}
    for function in placed.functions:
        number = 2
        while known.get(renaming.get(function.name, function.name), function).formula != function.formula:
            renaming[function.name] = f"{function.name}_{number}"
            number += 1

    def called(expression: Expr) -> Expr:
        for old, new in renaming.items():
            expression = expression.replace(Function(old), Function(new))
        return expression

    return replace(
        placed,
        value=called(placed.value),
        rows=tuple(replace(row, expression=called(row.expression)) for row in placed.rows),
        functions=tuple(replace(one, name=renaming.get(one.name, one.name)) for one in placed.functions),
    )


def _both(one: Tensor, other: Tensor, loss: str) -> Tensor:
    """What two terms are given under one name: the narrower one of what each expects."""
    apart = "class" in (one.domain, other.domain) and one.domain != other.domain
    if one.shape != other.shape or one.role != other.role or apart:
        raise NetworkError(
            f"{loss} would be given {other.name} of shape {shown(other.shape)}, another term has it of shape "
            f"{shown(one.shape)}: name the target of one of them, such as {loss}(o, t)"
        )
    return one if NARROW.index(one.domain) <= NARROW.index(other.domain) else other


def _total(terms: Sequence[PlacedLoss], batch: Expr | None, reduction: Reduction) -> Iterator[Row]:
    """The row of the loss; over a batch before it that of each sample, which is reduced."""
    shared = sympy.Add(*(term.value for term in terms if not term.per_sample))
    of_sample = sympy.Add(*(term.value for term in terms if term.per_sample))
    if batch is None or of_sample == 0:
        yield Row(Tensor("l", (), "loss"), (), shared + of_sample)
        return
    yield Row(Tensor("l_sample", (batch,), "hidden"), (BATCH,), of_sample)
    total = Sum(symbols.element("l_sample", [BATCH]), (BATCH, 0, batch - 1))
    yield Row(Tensor("l", (), "loss"), (), (total if reduction == "sum" else total / batch) + shared)
