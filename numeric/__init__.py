"""The expressions of ``derive`` as NumPy: their values, and checks of derivations by number."""

from numeric.checks.cases import CaseCheck, check, checked, sizes_tried
from numeric.checks.checking import Check
from numeric.checks.testing import assert_gradients
from numeric.checks.trials import CheckItem
from numeric.codegen import Compiled, CompileError, compile
from numeric.errors import ArrayError, CheckError, ExpressionError
from numeric.values.evaluation import evaluate
from numeric.values.recurrence import gradients

__all__ = [
    "ArrayError",
    "CaseCheck",
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
    "sizes_tried",
]
