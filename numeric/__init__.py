"""The expressions of ``derive`` as NumPy: their values, and checks of derivations by number."""

from numeric.checks.cases import check, checked, sizes_tried
from numeric.checks.checking import Check
from numeric.checks.comparison import Comparison
from numeric.checks.testing import assert_gradients
from numeric.codegen import Compiled, CompileError, compile
from numeric.errors import ArrayError, CheckError, ExpressionError
from numeric.values.evaluation import evaluate
from numeric.values.recurrence import gradients

__all__ = [
    "ArrayError",
    "Check",
    "CheckError",
    "Comparison",
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
