"""The arguments of a loss in an objective: what it reads, what it compares that with, its options and constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sympy import Expr

from derive.building.language import Argument, Stage
from derive.errors import NetworkError, nearest
from derive.expression.identifiers import word
from derive.forward import Tensor
from derive.layers import LossDefinition

OPTIONS = ("mean", "sum", "class", "one_hot")


@dataclass(frozen=True)
class Asked:
    """What a term of an objective asks for; ``prediction`` and ``target`` are empty where no name is given."""

    prediction: str
    target: str
    options: frozenset[str]
    constants: tuple[tuple[str, str], ...]
    inputs: Mapping[str, str]
    axis: int | None


def asked_of(stage: Stage, definition: LossDefinition, tensors: Mapping[str, Tensor]) -> Asked:
    """The arguments of a loss: options, then what it reads, its target and further inputs by name, then constants.

    A name in the first place is what the loss reads if the network has a tensor of that name, else a constant.

    Raises:
        NetworkError: there is no such argument.
    """
    values = dict(definition.constants)
    named = dict(stage.named)
    reading: dict[str, str] = {
        key: _name(definition, key, named.pop(key)) for key in ("output", "target") if key in named
    }
    options, rest = _split(stage.positional)
    inputs: dict[str, str] = {}
    if rest and "output" not in reading and rest[0] in tensors:
        reading["output"] = str(rest.pop(0))
        if rest and definition.target is not None and "target" not in reading and isinstance(rest[0], str):
            reading["target"] = str(rest.pop(0))
        inputs = _inputs(definition, rest, named, tensors)
    free = [name for name in values if name not in named]
    for argument in rest:
        if not free:
            known = ", ".join((*definition.inputs, *definition.constants, *OPTIONS))
            raise NetworkError(f"{stage.name} takes {known}; got {argument}{_near_tensor(argument, tensors)}")
        values[free.pop(0)] = str(argument)
    axis = _axis(definition, named.pop("axis")) if "axis" in named else None
    inputs |= {key: _name(definition, key, named.pop(key)) for key in definition.inputs if key in named}
    for key, value in named.items():
        if key not in values:
            raise NetworkError(f"{stage.name} has no {key}; {_keys(key, definition)}")
        values[key] = str(value)
    _require_known(definition, reading, tensors)
    if "class" in options and not definition.class_equations:
        raise NetworkError(f"{stage.name} takes no class number as a target; these do: {_with_class()}")
    return Asked(
        reading.get("output", ""), reading.get("target", ""), frozenset(options), tuple(values.items()), inputs, axis
    )


def _inputs(
    definition: LossDefinition, rest: list[Argument], named: Mapping[str, Argument], tensors: Mapping[str, Tensor]
) -> dict[str, str]:
    """The values of the network that stand behind what a loss reads, taken as its further inputs in their order."""
    found: dict[str, str] = {}
    for key in definition.inputs:
        if key not in named and rest and isinstance(rest[0], str) and rest[0] in tensors:
            found[key] = str(rest.pop(0))
    return found


def _require_known(definition: LossDefinition, reading: Mapping[str, str], tensors: Mapping[str, Tensor]) -> None:
    if "target" in reading and definition.target is None:
        raise NetworkError(f"{definition.name} has no target, so that there is none to name")
    output = reading.get("output")
    if output is not None and output not in tensors:
        raise NetworkError(
            f"{definition.name} reads {output}, which is not in this network; {nearest(output, tensors)}"
        )


def _split(positional: tuple[Argument, ...]) -> tuple[list[str], list[Argument]]:
    options = [str(argument) for argument in positional if str(argument) in OPTIONS]
    return options, [argument for argument in positional if str(argument) not in OPTIONS]


def _keys(key: str, definition: LossDefinition) -> str:
    """What may stand before an equals sign, and what is near."""
    known = (*definition.constants, *definition.inputs)
    return nearest(key, known) if known else "it takes no named argument"


def _near_tensor(argument: Argument, tensors: Mapping[str, Tensor]) -> str:
    if not isinstance(argument, str):
        return ""
    return "" if argument in tensors else f", which is not in this network ({nearest(argument, tensors)})"


def _with_class() -> str:
    from derive.layers import LOSS

    return ", ".join(name for name, loss in LOSS.items() if loss.class_equations)


def _name(definition: LossDefinition, key: str, value: Argument) -> str:
    if not isinstance(value, str):
        raise NetworkError(f"{definition.name}: {key} is the name of a tensor, not {value}")
    return word(value, "a tensor", NetworkError)


def _axis(definition: LossDefinition, value: Argument) -> int:
    if not (isinstance(value, Expr) and value.is_Integer):
        raise NetworkError(
            f"{definition.name}: axis is a whole number, 0 for the first one, -1 for the last; not {value}"
        )
    return int(value)


def names_of(stage: Stage) -> Iterator[str]:
    """The names that a term gives as its arguments, without keys.

    Raises:
        NetworkError: an argument is none.
    """
    if stage.named:
        raise NetworkError(f"{stage.name} has no {stage.named[0][0]}; it takes names of tensors")
    for argument in stage.positional:
        if not isinstance(argument, str):
            raise NetworkError(f"{stage.name} takes names of tensors, such as {stage.name}(W1); got {argument}")
        yield argument
