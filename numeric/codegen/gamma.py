"""The gamma function and its logarithmic derivatives as functions of one array that a generated module defines itself.

Numbers below 1/2 are reflected, ``1 - z``; the recurrence leads 16 steps up, from where Stirling's series has all
digits of double precision.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from math import factorial
from types import MappingProxyType

import sympy

from numeric.source import tree

STEPS = 16
TERMS = 7

HEAD = """
def {name}(z):
    \"\"\"{title}: Stirling's series, {steps} steps of the recurrence before it, reflected for z < 1/2.\"\"\"
    w = np.where(z < 0.5, 1 - z, z)
    wave = np.sin(np.pi * np.where(z < 0.5, z, 0.5))
    turn = np.cos(np.pi * np.where(z < 0.5, z, 0.5))
    total = 0 * w
    for step in range({steps}):
        total = total - {term}
    w = w + {steps}
    value = total + {series}
    return np.where(z < 0.5, {reflected}, {value})
"""


def _series(order: int) -> str:
    """Stirling's series of log Γ, for the order -1, or of a derivative of ψ, in w."""
    sign = (-1) ** order
    terms = []
    if order < 0:
        terms = ["(w - 0.5) * np.log(w)", "-w", f"{float(sympy.log(2 * sympy.pi) / 2)!r}"]
    elif order == 0:
        terms = ["np.log(w)", "-0.5 / w"]
    else:
        terms = [f"{-sign * factorial(order - 1)} / w**{order}", f"{-sign * factorial(order) / 2} / w**{order + 1}"]
    for k in range(1, TERMS + 1):
        scale = sympy.bernoulli(2 * k) * sympy.factorial(2 * k + order - 1) / sympy.factorial(2 * k)
        terms.append(f"{float(-sign * scale)!r} / w**{2 * k + order}")
    return "(" + " + ".join(terms) + ")"


REFLECTED: Mapping[int, str] = MappingProxyType(
    {
        0: "value - np.pi * turn / wave",
        1: "np.pi**2 / wave**2 - value",
        2: "value - 2 * np.pi**3 * turn / wave**3",
        3: "2 * np.pi**4 / wave**2 + 6 * np.pi**4 * turn**2 / wave**4 - value",
    }
)
"""A derivative of ψ below 1/2 by its ``value`` at 1 - z."""


def _definition(name: str, title: str, order: int, reflected: str, value: str = "value") -> ast.FunctionDef:
    term = "np.log(w + step)" if order < 0 else f"{(-1) ** order * factorial(order)} / (w + step) ** {order + 1}"
    text = HEAD.format(
        name=name, title=title, steps=STEPS, term=term, series=_series(order), reflected=reflected, value=value
    )
    if "turn" not in reflected:
        text = "\n".join(line for line in text.split("\n") if not line.strip().startswith("turn ="))
    return tree.definition(text)


HELPERS: Mapping[str, ast.FunctionDef] = MappingProxyType(
    {
        "gamma_function": _definition("gamma_function", "Γ(z)", -1, "np.pi / (wave * np.exp(value))", "np.exp(value)"),
        "lgamma": _definition("lgamma", "log|Γ(z)|", -1, "np.log(np.pi / np.abs(wave)) - value"),
        "digamma": _definition("digamma", "ψ(z)", 0, REFLECTED[0]),
        "trigamma": _definition("trigamma", "ψ'(z)", 1, REFLECTED[1]),
        "tetragamma": _definition("tetragamma", "ψ''(z)", 2, REFLECTED[2]),
        "pentagamma": _definition("pentagamma", "ψ'''(z)", 3, REFLECTED[3]),
    }
)
"""The definitions by the names that generated programs call them."""
