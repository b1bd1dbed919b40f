"""The expressions of ``derive`` as NumPy: their values, and checks of derivations by number."""

from numeric.agreement import assert_gradients
from numeric.checking import Check, CheckItem, check
from numeric.compiled import Compiled, CompileError, compile
from numeric.errors import ArrayError, ExpressionError
from numeric.evaluation import evaluate
from numeric.recurrence import gradients

__all__ = [
    "ArrayError",
    "Check",
    "CheckItem",
    "CompileError",
    "Compiled",
    "ExpressionError",
    "assert_gradients",
    "check",
    "compile",
    "evaluate",
    "gradients",
]
