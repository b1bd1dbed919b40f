"""Networks and layers as files to keep: NumPy, PyTorch and JAX with the derived backward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from derive.errors import nearest
from derive.layer import Layer
from derive.network import Network
from numeric.codegen import CompileError
from numeric.export.subject import Subject, subject_of
from numeric.source import SourceError
from numeric.source.plain import require_plain
from numeric.targets import TargetError

Writer = Callable[[Subject], str]


def _writers() -> Iterator[tuple[str, Writer]]:
    """The modules of this package that write files: each is called as its target and has a function TARGET_file."""
    for module in iter_modules(__path__):
        write: Writer | None = getattr(import_module(f"{__name__}.{module.name}"), f"{module.name}_file", None)
        if write is not None:
            yield module.name, write


FILES: Mapping[str, Writer] = MappingProxyType(dict(_writers()))
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
