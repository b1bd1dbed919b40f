"""Networks and layers as plain NumPy that a person would keep: generated from their derivations."""

from numeric.codegen.compiled import Compiled, compile
from numeric.errors import CompileError

__all__ = ["CompileError", "Compiled", "compile"]
