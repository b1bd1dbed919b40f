"""Which of the tensors that equations read are parameters: those that a module or an object holds."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from derive.network import Network
from numeric.checks.callables.libraries import is_torch_module
from numeric.checks.callables.objects import held_names


def learnt_in(given: Any, network: Network, scalars: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """The tensors, or numbers without subscripts, that what a user gives holds; none where it holds nothing.

    They are those that have the names of what it holds, else those that are left when its ``forward`` has its
    arguments, in the order of the equations.
    """
    if isinstance(given, type) or not callable(getattr(given, "forward", None)):
        return ()
    held = [name for name, _ in given.named_parameters()] if is_torch_module(given) else held_names(given)
    tensors = [tensor.name for tensor in network.forward.given if tensor.domain not in ("class", "binary")]
    meant = [names.get(name, name) for name in held]
    found = [name for name in meant if name in (*tensors, *scalars)]
    others = len(held) - len(found)
    if not others:
        return tuple(dict.fromkeys(found))
    taken = [names.get(name, name) for name in inspect.signature(given.forward).parameters]
    left = [name for name in tensors if name not in found and name not in taken and not _is_upstream(name, network)]
    needed = len([name for name in taken if name not in tensors])
    return tuple(dict.fromkeys((*found, *left[needed : needed + others])))


def _is_upstream(name: str, network: Network) -> bool:
    return name.startswith("d") and name[1:] in network.forward.row
