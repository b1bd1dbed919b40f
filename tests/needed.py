"""What layers of the library need, so that tests of all of them know a new one by itself."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from derive.layers import LAYERS

NOTHING: Mapping[str, Any] = MappingProxyType({})


def needed(name: str, given: Mapping[str, Any] = NOTHING) -> dict[str, Any]:
    """A value for each argument of a layer that has no default: what is ``given`` for arguments of that name, or 2."""
    parameters = inspect.signature(LAYERS[name]).parameters.values()
    return {one.name: given.get(one.name, 2) for one in parameters if one.default is one.empty}
