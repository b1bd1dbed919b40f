"""What is asked of a network at numbers: the values it computes, and the derivatives that are shown, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from answers.errors import HomeworkContentError
from answers.numbers.given import Given
from derive.derivation import Derivation
from derive.expression.partials import partial_name, partial_named
from derive.forward import Tensor
from derive.layer import upstream_name
from numeric.expression.forward import program


@dataclass(frozen=True)
class Quantities:
    """The values and the derivatives, each with its derivation; every derivative is written in those before it."""

    values: tuple[Derivation, ...]
    gradients: tuple[Derivation, ...]


def quantities(given: Given, of: Iterable[str], *, parameters: bool) -> Quantities:
    """What is shown: all values, and the derivatives ``of``, by their names or by those of what the loss is by.

    If none is named, and there is something to differentiate, they are those by all values and parameters.
    ``parameters`` says that those by the parameters are needed whatever is shown.

    Raises:
        DeriveError: the network has no tensor of a name.
    """
    values = tuple(given.network.value(name) for name in shown_values(given))
    names = tuple(of)
    if given.top not in given.model.tensors:
        return Quantities(values, _partials(given, names))
    whole = tuple(name if "/" in name else partial_name(given.top, name) for name in names) or tuple(_chain(given))
    if parameters:
        whole = (*whole, *(partial_name(given.top, name) for name in given.network.parameters))
    return Quantities(values, _partials(given, whole))


def shown_values(given: Given) -> Iterator[str]:
    """The values whose numbers are shown: those that have names, without the places of maxima."""
    for row in given.model.rows:
        if row.tensor.role == "value" and row.tensor.domain != "index":
            yield row.name
        if row.tensor.role == "loss" and given.upstream is None:
            yield row.name


def _chain(given: Given) -> Iterator[str]:
    """The derivatives of the loss by values and parameters, as they are computed: from the loss to the input."""
    model, chart = given.model, program(given.model)
    inside = {block.value for block in given.network.blocks if block.of_loss} | {given.top}
    readers: dict[str, list[str]] = {}
    for row in model.rows:
        for name in chart.rows[row.name].reads:
            readers.setdefault(name, []).append(row.name)
    for row in reversed(model.rows):
        if row.tensor.role == "value" and row.tensor.domain != "index" and row.name not in inside | {given.upstream}:
            yield partial_name(given.top, row.name)
        for tensor in model.given:
            if tensor.role == "parameter" and readers.get(tensor.name, [""])[0] == row.name:
                yield partial_name(given.top, tensor.name)


def _partials(given: Given, names: Iterable[str]) -> tuple[Derivation, ...]:
    """The derivations of partials, those of the loss written in one another."""
    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        if partial_named(name) is None and given.top not in given.model.tensors:
            above = partial_name(given.top, given.network.values[-1])
            raise HomeworkContentError(
                f"this network has no loss to differentiate by {name}; give it one, such as MSE, "
                f"or the gradient of its output, {above}, among the numbers"
            )
    of_loss = [name for name in wanted if (partial := partial_named(name)) is not None and partial.top == given.top]
    visible = [tensor.name for tensor in given.model.tensors.values() if _may_be_read(tensor, given)]
    found = {}
    for name in _in_order(given, of_loss):
        found[name] = given.network.partial(name, [*visible, *(other for other in _known(given, of_loss, name))])
    for name in wanted:
        if name not in found:
            found[name] = given.network.partial(name)
    return tuple(found.values())


def _known(given: Given, of_loss: Iterable[str], name: str) -> Iterator[str]:
    if given.upstream is not None:
        yield partial_name(given.top, given.upstream)
    yield from (other for other in of_loss if other != name)


def _may_be_read(tensor: Tensor, given: Given) -> bool:
    """Whether answers may name a tensor; the gradient from upstream is written as one."""
    return tensor.role != "hidden" and (given.upstream is None or tensor.name != upstream_name(given.upstream))


def _in_order(given: Given, names: list[str]) -> list[str]:
    """The partials of the loss, those by what is computed last before those by what it is computed from."""
    places = {name: place for place, name in enumerate(_chain(given))}
    return sorted(names, key=lambda name: places.get(name, len(places)))
