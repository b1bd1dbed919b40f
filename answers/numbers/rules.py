"""The rule of each parameter of a network: which of them a weight decay shrinks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from answers.errors import HomeworkContentError
from derive.errors import nearest
from derive.network import Network
from derive.updates import UpdateRule


class RuleOf(Protocol):
    """Makes the rule of a parameter."""

    def __call__(self, *, decayed: bool) -> UpdateRule:
        """The rule, with weight decay or without."""


def rules_of(
    network: Network, rule: RuleOf, decayed: Collection[str] | None, of: Sequence[str] = ()
) -> dict[str, UpdateRule]:
    """The rules of the parameters ``of``, all if none is named; ``decayed`` have weight decay, the weights if left out.

    Raises:
        HomeworkContentError: there is no such parameter.
    """
    for key, names in (("of", of), ("decayed", decayed or ())):
        for name in names:
            if name not in network.parameters:
                raise HomeworkContentError(f"{key}: there is no parameter {name}; {nearest(name, network.parameters)}")
    weights = {name for name in network.parameters if network.forward.tensors[name].is_weight}
    shrunk = weights if decayed is None else decayed
    return {name: rule(decayed=name in shrunk) for name in of or network.parameters}
