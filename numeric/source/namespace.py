"""The array libraries for which source is written: what their functions are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from derive.errors import nearest
from numeric.errors import SourceError

COMMON = ("exp", "log", "sqrt", "tanh", "sin", "cos", "tan", "sinh", "cosh", "sign", "floor", "ceil", "abs")
"""Functions of one argument that both libraries call by these names."""
INVERSE = ("asin", "acos", "atan", "asinh", "acosh", "atanh")
"""Functions of one argument that PyTorch calls by these names, NumPy by longer ones: ``arcsin``."""


@dataclass(frozen=True)
class Namespace:
    """An array library.

    Attributes:
        package: what is imported.
        alias: the name that stands in front of its functions.
        axis: the keyword that names an axis.
        functions: how SymPy's functions are called, each a pattern with ``a`` and ``b`` for its arguments.
        vectors: how functions of a whole vector, such as softmax, are called.
        lifted: how a plain number is made an argument of its functions.
    """

    package: str
    alias: str
    axis: str
    functions: Mapping[str, str]
    vectors: Mapping[str, str]
    lifted: str = "a"

    @property
    def import_line(self) -> str:
        """The statement that imports it."""
        return f"import {self.package}" + (f" as {self.alias}" if self.alias != self.package else "")


def _common(alias: str) -> dict[str, str]:
    return {name: f"{alias}.{name}(a)" for name in COMMON}


TORCH = Namespace(
    package="torch",
    alias="torch",
    axis="dim",
    functions=MappingProxyType(
        {
            **_common("torch"),
            **{name: f"torch.{name}(a)" for name in INVERSE},
            "erf": "torch.erf(a)",
            "Max": "torch.maximum(a, b)",
            "Min": "torch.minimum(a, b)",
        }
    ),
    vectors=MappingProxyType({"softmax": "torch.softmax(a, dim=-1)", "logsoftmax": "torch.log_softmax(a, dim=-1)"}),
    lifted="torch.as_tensor(a)",
)

NUMPY = Namespace(
    package="numpy",
    alias="np",
    axis="axis",
    functions=MappingProxyType(
        {
            **_common("np"),
            **{name: f"np.arc{name[1:]}(a)" for name in INVERSE},
            "Max": "np.maximum(a, b)",
            "Min": "np.minimum(a, b)",
        }
    ),
    vectors=MappingProxyType({}),
)

NAMESPACES: Mapping[str, Namespace] = MappingProxyType({"numpy": NUMPY, "torch": TORCH})


def namespace_of(name: str) -> Namespace:
    """The namespace of a library by its name.

    Raises:
        SourceError: there is none.
    """
    if name not in NAMESPACES:
        raise SourceError(f"no source is written for {name}; {nearest(name, NAMESPACES)}")
    return NAMESPACES[name]
