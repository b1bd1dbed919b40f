"""The expressions of ``derive`` as NumPy: their values, and checks of derivations by number."""

from numeric.agreement import assert_gradients
from numeric.checking import Check, CheckItem, check, checked
from numeric.compiled import Compiled, CompileError, compile
from numeric.errors import ArrayError, CheckError, ExpressionError
from numeric.evaluation import evaluate
from numeric.recurrence import gradients

__all__ = [
    "ArrayError",
    "Check",
    "CheckError",
    "CheckItem",
    "CompileError",
    "Compiled",
    "ExpressionError",
    "assert_gradients",
    "check",
    "checked",
    "compile",
    "evaluate",
    "gradients",
]
