"""How one call of NumPy is written for another library: a template in the names of NumPy's parameters."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from numeric.errors import TargetError
from numeric.source import tree
from numeric.source.namespace import COMMON, INVERSE, POLYGAMMA
from numeric.source.namespace import PAIRWISE as LARGER_OR_SMALLER

ELEMENTWISE = (*COMMON, *INVERSE, "erf", "expm1", "isnan", "log1p", "square", "logical_not")
PAIRWISE = (*LARGER_OR_SMALLER, "arctan2", "copysign", "logical_and", "logical_or")
DEFINED = ("gamma_function", "lgamma", "digamma", *POLYGAMMA)
"""Functions of one array that NumPy lacks and a generated module defines."""

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((*ELEMENTWISE, *DEFINED), ("a", "out")),
    **dict.fromkeys(PAIRWISE, ("a", "b", "out")),
    **dict.fromkeys(("sum", "max", "min", "mean", "prod", "any", "all"), ("a", "axis", "keepdims")),
    **dict.fromkeys(("argmax", "argmin"), ("a", "axis", "keepdims")),
    **dict.fromkeys(("cumsum", "flip"), ("a", "axis")),
    **dict.fromkeys(("concatenate", "stack"), ("arrays", "axis")),
    **dict.fromkeys(("zeros", "ones", "empty"), ("shape", "dtype")),
    **dict.fromkeys(("zeros_like", "ones_like", "empty_like"), ("a",)),
    "arange": ("start", "stop", "step"),
    "astype": ("a", "dtype"),
    "broadcast_to": ("a", "shape"),
    "clip": ("a", "low", "high"),
    "copy": ("a",),
    "einsum": ("places", "*arrays", "optimize"),
    "expand_dims": ("a", "axis"),
    "full": ("shape", "value", "dtype"),
    "lib.stride_tricks.sliding_window_view": ("a", "lengths", "axis"),
    "linalg.det": ("a",),
    "linalg.inv": ("a",),
    "matmul": ("a", "b"),
    "moveaxis": ("a", "source", "destination"),
    "pad": ("a", "widths", "constant_values"),
    "repeat": ("a", "repeats", "axis"),
    "reshape": ("a", "*shape"),
    "squeeze": ("a", "axis"),
    "swapaxes": ("a", "first", "second"),
    "take_along_axis": ("a", "places", "axis"),
    "tensordot": ("a", "b", "axes"),
    "transpose": ("a", "*order"),
    "vdot": ("a", "b"),
    "where": ("condition", "a", "b"),
}
"""The parameters of the functions of NumPy that generated code calls, as functions or as methods."""

METHODS = frozenset(
    "sum max min mean prod any all argmax argmin cumsum astype copy reshape repeat squeeze swapaxes transpose".split()
)

FUNCTIONS_OF_SHAPE = frozenset({"reshape", "transpose"})
"""Methods whose last parameter may come as one tuple or as several numbers."""


@dataclass(frozen=True)
class Call:
    """A call of NumPy: the arguments by the names of the parameters."""

    name: str
    arguments: Mapping[str, ast.expr]

    @classmethod
    def of(cls, node: ast.Call) -> Call | None:
        """The call ``np.f(...)`` or ``array.f(...)``; None if it is neither.

        Raises:
            TargetError: a function of NumPy, or a parameter of it, that no rule knows.
        """
        function = node.func
        if not isinstance(function, ast.Attribute):
            return None
        dotted = dotted_name(function)
        if dotted.startswith("np."):
            return cls._bound(dotted.removeprefix("np."), node.args, node.keywords)
        if function.attr in METHODS:
            return cls._bound(function.attr, [function.value, *node.args], node.keywords)
        return None

    @classmethod
    def _bound(cls, name: str, given: list[ast.expr], keywords: list[ast.keyword]) -> Call:
        if name not in PARAMETERS:
            raise TargetError(f"np.{name} is known in no other array library")
        rest = list(given)
        arguments: dict[str, ast.expr] = {}
        for parameter in PARAMETERS[name]:
            if parameter.startswith("*"):
                single = (
                    name in FUNCTIONS_OF_SHAPE
                    and len(rest) == 1
                    and not isinstance(rest[0], ast.Constant | ast.UnaryOp)
                )
                arguments[parameter[1:]] = rest[0] if single else ast.Tuple(rest, ast.Load())
                rest = []
            elif rest:
                arguments[parameter] = rest.pop(0)
        arguments |= {keyword.arg: keyword.value for keyword in keywords if keyword.arg is not None}
        unknown = set(arguments) - {parameter.removeprefix("*") for parameter in PARAMETERS[name]}
        if rest or unknown:
            raise TargetError(f"this call of np.{name} is known in no other array library")
        return cls(name, arguments)


Rule = str | Callable[[Call], str | ast.expr]
"""A template such as ``torch.sum(a, dim=axis)``, or what chooses one, or makes the expression itself."""


def written(rule: Rule, call: Call, reference: str) -> ast.expr:
    """The call by its rule; keywords of the template whose parameter was not given are left out.

    In a template ``reference`` stands for an array whose device new arrays take.
    """
    template = rule if isinstance(rule, str) else rule(call)
    if not isinstance(template, str):
        return template
    parts: dict[str, ast.expr | None] = dict.fromkeys(
        parameter.removeprefix("*") for parameter in PARAMETERS[call.name]
    )
    return tree.quoted(template, parts | dict(call.arguments), reference=tree.name(reference))


def dotted_name(node: ast.expr) -> str:
    """``np.add.at`` of such a node; nothing of one that is no name with attributes."""
    if isinstance(node, ast.Attribute):
        before = dotted_name(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""
