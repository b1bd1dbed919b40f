"""Names behind layers: of their parameters, and of layers that are used again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from derive.building.language import Stage
from derive.errors import NetworkError

SHORT = re.compile(r"[A-Z](_?[0-9]+|_[a-z])?")
"""A capital, with a number or a letter below it: the name of a value, as no layer is called so."""


@dataclass(frozen=True)
class Shared:
    """A layer that a name stands for: how it was written, its number, and what its parameters are called."""

    stage: Stage
    number: int
    parameters: Mapping[str, str]


def named_parameters(stage: Stage, parameters: tuple[str, ...], weights: tuple[str, ...]) -> dict[str, str]:
    """The parameters that the names behind a stage are for.

    Raises:
        NetworkError: there are several names, and not as many as parameters.
    """
    names = stage.names
    if len(names) > 1 and len(names) != len(parameters):
        listing = f"the parameters {', '.join(parameters)}" if parameters else "no parameters"
        raise NetworkError(f"{stage.name} has {listing}; {len(names)} names stand behind it: {', '.join(names)}")
    of_weight = len(weights) == 1 and weights == parameters[:1] and SHORT.fullmatch("".join(names)) is not None
    if len(names) == 1 and len(parameters) > 1 and not of_weight:
        return {}
    return dict(zip(parameters, names, strict=False))
