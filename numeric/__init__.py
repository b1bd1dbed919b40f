"""The expressions of ``derive`` as NumPy: their values, and checks of derivations by number."""

from numeric.agreement import assert_gradients
from numeric.cases import CaseCheck, check, checked, sizes_tried
from numeric.checking import Check
from numeric.compiled import Compiled, CompileError, compile
from numeric.errors import ArrayError, CheckError, ExpressionError
from numeric.evaluation import evaluate
from numeric.recurrence import gradients
from numeric.trials import CheckItem

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
