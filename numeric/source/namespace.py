"""The array libraries for which source is written: what their functions are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from derive.errors import nearest
from numeric.errors import SourceError

COMMON = ("exp", "log", "sqrt", "tanh", "sin", "cos", "tan", "sinh", "cosh", "sign", "floor", "ceil", "abs")
"""Functions of one argument that every array library calls by these names."""
INVERSE = ("arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh")
"""Those that NumPy calls by these names, and the others by shorter ones: see ``standard``."""
POLYGAMMA = ("trigamma", "tetragamma", "pentagamma")
"""The derivatives of digamma, by their order from 1 on."""
PAIRWISE = ("maximum", "minimum")
"""Functions of two arguments that every array library calls by these names; SymPy's are ``Max`` and ``Min``."""


def standard(name: str) -> str:
    """What PyTorch and the Array API standard call a function of NumPy, as SymPy does: ``asin`` for ``arcsin``."""
    return name.replace("arc", "a") if name in INVERSE else name


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


def _functions(alias: str, spelt: Callable[[str], str]) -> dict[str, str]:
    """The patterns of a library's functions by SymPy's names, from what it calls those of NumPy."""
    alone = {standard(name): f"{alias}.{spelt(name)}(a)" for name in (*COMMON, *INVERSE)}
    alone["atan2"] = f"{alias}.{'arctan2' if spelt('arctan') == 'arctan' else 'atan2'}(a, b)"
    return alone | {name[:3].capitalize(): f"{alias}.{spelt(name)}(a, b)" for name in PAIRWISE}


TORCH = Namespace(
    package="torch",
    alias="torch",
    axis="dim",
    functions=MappingProxyType(
        {
            **_functions("torch", standard),
            **{name: f"torch.{name}(a)" for name in ("erf", "lgamma", "digamma")},
            **{name: f"torch.polygamma({order}, a)" for order, name in enumerate(POLYGAMMA, 1)},
        }
    ),
    vectors=MappingProxyType({"softmax": "torch.softmax(a, dim=-1)", "logsoftmax": "torch.log_softmax(a, dim=-1)"}),
    lifted="torch.as_tensor(a)",
)

NUMPY = Namespace(
    package="numpy",
    alias="np",
    axis="axis",
    functions=MappingProxyType(_functions("np", str)),
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
