"""Networks and layers as files to keep: NumPy, PyTorch and JAX with the derived backward pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from derive.errors import nearest
from derive.layer import Layer
from derive.network import Network
from numeric.codegen import CompileError
from numeric.export.jax import jax_file
from numeric.export.numpy import numpy_file
from numeric.export.subject import Subject, subject_of
from numeric.export.torch import torch_file
from numeric.source import SourceError
from numeric.source.plain import require_plain
from numeric.targets import TargetError

FILES: Mapping[str, Callable[[Subject], str]] = MappingProxyType(
    {"numpy": numpy_file, "torch": torch_file, "jax": jax_file}
)
"""For each target how its file is written."""


def exported(given: Network | Layer, target: str) -> str:
    """The source of a file that computes a network or a layer with its derived backward pass, and needs no Gradsheet.

    Raises:
        CompileError: something in it has no generated code yet, or there is no such target.
    """
    if target not in FILES:
        raise CompileError(f"there is no export to {target}; {nearest(target, FILES)}")
    try:
        return require_plain(FILES[target](subject_of(given, target)))
    except (TargetError, SourceError) as error:
        raise CompileError(str(error)) from error


__all__ = ["FILES", "exported"]
