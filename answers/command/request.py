"""What ``gradsheet derive`` derives of a network, of a layer, or of a cell at every time, ``LSTM``, for T steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from answers.command.subjects import CELLS
from answers.derivations.claims import Requirement
from derive.calculus.second_order import gradient_name
from derive.conventions import Conventions
from derive.derivation import Derivation
from derive.errors import NetworkError, nearest
from derive.expression.partials import partial_name
from derive.layer import Layer, upstream_name
from derive.network import Network
from derive.recurrent.recurrence import Recurrence, recurrence
from derive.steps import Grain

Model: TypeAlias = Recurrence | Layer | Network


def recurrence_of(text: str, conventions: Conventions) -> Recurrence:
    """The recurrence that a text names; its states have H elements if nothing else is said.

    Raises:
        NetworkError: it does not take these arguments.
    """
    name, bracket, arguments = text.partition("(")
    return recurrence(f"{CELLS[name.strip()]}({arguments if bracket else 'H)'}", conventions=conventions)


def forward_of(model: Model) -> tuple[Derivation, ...]:
    """The forward equations."""
    if isinstance(model, Recurrence):
        return model.equations()
    if isinstance(model, Layer):
        return model.forward()
    return tuple(model.value(name) for name in model.values)


@dataclass(frozen=True)
class Request:
    """What is asked of a model: by which tensors to differentiate, in which symbols, and in which of several ways."""

    names: tuple[str, ...]
    within: tuple[str, ...] | None
    chained: bool = False
    hessian: bool = False
    jacobian: bool = False
    grain: Grain = "full"

    def of(self, model: Model) -> Iterator[tuple[Requirement, Derivation]]:
        """What is asked, with its derivation, one after the other.

        Raises:
            DeriveError: the model has no tensor of a name, or does not answer what is asked.
        """
        if isinstance(model, Recurrence) or self.chained:
            for derivation in self._chained(model):
                yield Requirement(derivation.quantity.name, internal=True), derivation
            return
        net = model.network if isinstance(model, Layer) else model
        given = model.differentiable if isinstance(model, Layer) else ()
        for name in self.names or given or _parameters(net):
            derivation = self._derived(net, name)
            quantity = partial_name(gradient_name(name), name) if self.hessian else self._quantity(net, name)
            yield Requirement(quantity, derivation.forward, self.within, internal=True), derivation

    def _chained(self, model: Model) -> Iterator[Derivation]:
        """The backward pass, each gradient in those before it; only what is asked for where something is named."""
        outputs: tuple[str, ...] = ()
        if not isinstance(model, Network):
            outputs = model.cell.outputs if isinstance(model, Recurrence) else model.outputs
        found = {derivation.quantity.name: derivation for derivation in self._backward(model)}
        for output in outputs:
            found.pop(f"dl/d{upstream_name(output)}", None)
        wanted = [name if "/" in name else f"dl/d{name}" for name in self.names]
        unknown = [name for name in wanted if name not in found]
        if unknown:
            raise NetworkError(f"the backward pass has no {unknown[0]}; {nearest(unknown[0], found)}")
        for name in wanted or found:
            yield found[name]

    def _backward(self, model: Model) -> tuple[Derivation, ...]:
        return model.backward() if isinstance(model, Recurrence) else model.backward(self.grain)

    def _derived(self, net: Network, name: str) -> Derivation:
        """The gradient by a tensor, or a partial by its name; the Hessian or the output's Jacobian where asked for."""
        if self.hessian:
            return net.hessian(name, within=self.within, grain=self.grain)
        if self.jacobian and "/" not in name:
            return net.jacobian(net.values[-2], name, self.within, self.grain)
        derive = net.partial if "/" in name else net.gradient
        return derive(name, self.within, self.grain)

    def _quantity(self, net: Network, name: str) -> str:
        """The name of the derivative that a name stands for."""
        return name if "/" in name else partial_name(net.values[-2] if self.jacobian else "l", name)


def _parameters(net: Network) -> tuple[str, ...]:
    """What is derived if nothing is named: the gradients of all parameters."""
    if net.loss is None:
        raise NetworkError("there is no loss to differentiate; give --loss, such as MSE, or --wrt dz2/dz1")
    if not net.differentiable:
        raise NetworkError("the network has no parameters; name what to differentiate by, such as --wrt x")
    return net.differentiable
