"""What was asked, against what is answered: the quantity, the network it is of, the symbols it may use.

The number of an answer says nothing about this: the gradient of another parameter is right as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.derivation import Derivation
from derive.expression import symbols
from derive.forward import Forward
from derive.matrix.nodes import Apply, Elementwise, Named, Node
from derive.matrix.tree import children


@dataclass(frozen=True)
class Asked:
    """A quantity that is asked for, of a forward definition and in the symbols of ``within``, where they are given.

    ``internal`` says that internal rows may be read too: the page shows their equations.
    """

    quantity: str
    forward: Forward | None = None
    within: tuple[str, ...] | None = None
    internal: bool = False

    def complaints(self, derivation: Derivation) -> Iterator[str]:
        """What the derivation does not do as it was asked to."""
        if derivation.quantity.name != self.quantity:
            yield f"asked for {self.quantity}, answered with {derivation.quantity.name}"
        if self.forward is not None and derivation.forward != self.forward:
            yield f"{derivation.quantity.name} is of another network"
        foreign = sorted(name for name in _symbols(derivation) if not self._allows(name, derivation.forward))
        if foreign:
            yield f"{derivation.quantity.name} is written with {', '.join(foreign)}"

    def _allows(self, name: str, forward: Forward) -> bool:
        if self.within is not None and name != self.quantity:
            return name in self.within
        return self.internal or name not in forward.tensors or forward.tensors[name].role != "hidden"


def _symbols(derivation: Derivation) -> set[str]:
    """The tensors and partials that the result and its matrix form read; hyper-parameters are not among them."""
    read = {symbols.name_of(access) for access in symbols.accesses(derivation.result)}
    if derivation.matrix is not None:
        read |= set(_leaves(derivation.matrix))
    return {name for name in read if name in derivation.forward.tensors or symbols.split_partial(name) is not None}


def _leaves(node: Node) -> Iterator[str]:
    if isinstance(node, Named):
        yield node.name
    if isinstance(node, Elementwise):
        # Its variables stand for the arguments, whatever they are called.
        read = (access for access in symbols.accesses(node.formula) if access not in node.variables)
        yield from (symbols.name_of(access) for access in read)
    for child in (node.argument,) if isinstance(node, Apply) else children(node):
        yield from _leaves(child)
