"""The expressions of ``derive`` as NumPy: their values, and checks of derivations by number."""

from typing import TYPE_CHECKING, Any

from numeric.checks import strategies
from numeric.checks.cases import check, checked, sizes_tried
from numeric.checks.checking import Check
from numeric.checks.comparison import Comparison
from numeric.checks.judge import GradientError
from numeric.checks.second_order import assert_hessian, assert_jvp
from numeric.checks.testing import assert_gradients
from numeric.errors import ArrayError, CheckError, CompileError, ExpressionError
from numeric.values.evaluation import evaluate
from numeric.values.recurrence import gradients

if TYPE_CHECKING:
    from numeric.codegen import Compiled, compile

__all__ = [
    "ArrayError",
    "Check",
    "CheckError",
    "Comparison",
    "CompileError",
    "Compiled",
    "ExpressionError",
    "GradientError",
    "assert_gradients",
    "assert_hessian",
    "assert_jvp",
    "check",
    "checked",
    "compile",
    "evaluate",
    "gradients",
    "sizes_tried",
    "strategies",
]


def __getattr__(name: str) -> Any:
    """``compile`` and what it makes: the rooms that generate code are imported when one of them is first asked for."""
    if name not in ("Compiled", "compile"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from numeric import codegen

    return globals().setdefault(name, getattr(codegen, name))
