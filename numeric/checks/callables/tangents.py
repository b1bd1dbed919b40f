"""What people call the directions in which tensors move."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from derive.calculus.second_order import direction_name
from numeric.checks.oracle import Oracle

FORMS = ("v_{}", "d{}", "d_{}", "{}_dot", "dot_{}", "{}_tangent", "tangent_{}", "t_{}", "{}_t", "{}dot")
"""The direction of a tensor, by its name."""

ALONE = ("v", "vector", "direction", "tangent", "u", "p")
"""The direction of the only tensor that moves."""


def directions_named(function: Any, moved: Sequence[str], names: Mapping[str, str], oracle: Oracle) -> dict[str, str]:
    """What a function's parameters mean, with those that are directions of tensors."""
    found = dict(names)
    try:
        parameters = [*inspect.signature(function).parameters]
    except (TypeError, ValueError):
        return found
    theirs = {meant: own for own, meant in names.items()}
    known = set(oracle.network.forward.tensors)
    for name in moved:
        forms = [form.format(called) for form in FORMS for called in (theirs.get(name, name), name)]
        wanted = [*forms, *(ALONE if len(moved) == 1 else ())]
        own = next((one for one in wanted if one in parameters and one not in found and one not in known), None)
        if own is not None:
            found[own] = direction_name(name)
    return found
