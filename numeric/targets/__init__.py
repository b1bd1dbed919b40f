"""Programs for NumPy as programs for other array libraries: the Array API standard, PyTorch and JAX."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from derive.errors import nearest
from numeric.errors import TargetError
from numeric.source.program import Program
from numeric.targets.array_api import ARRAY_API
from numeric.targets.jax import JAX
from numeric.targets.target import Target
from numeric.targets.torch import TORCH

TARGETS: Mapping[str, Target] = MappingProxyType({target.name: target for target in (ARRAY_API, TORCH, JAX)})


def translated(program: Program, target: str) -> Program:
    """A program for NumPy as one for another array library; for ``numpy`` as it is.

    Raises:
        TargetError: there is no such target, or something in the module has no equivalent there.
    """
    if target == "numpy":
        return program
    if target not in TARGETS:
        raise TargetError(f"there is no target {target}; {nearest(target, ['numpy', *TARGETS])}")
    return TARGETS[target].translated(program)


__all__ = ["TARGETS", "Target", "TargetError", "translated"]
