"""The functions that equations may apply: elementary ones, and those that are left unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import sympy
from sympy import Expr

from derive.expression.functions import largest, smallest
from derive.expression.special import SPELT

ELEMENTARY: Mapping[str, Callable[..., Expr]] = MappingProxyType(
    {
        "exp": sympy.exp,
        "expm1": lambda value: sympy.exp(value) - 1,
        "log": sympy.log,
        "ln": sympy.log,
        "log1p": lambda value: sympy.log(1 + value),
        "log2": lambda value: sympy.log(value) / sympy.log(2),
        "log10": lambda value: sympy.log(value) / sympy.log(10),
        "sqrt": sympy.sqrt,
        "abs": sympy.Abs,
        "sign": sympy.sign,
        "sin": sympy.sin,
        "cos": sympy.cos,
        "tan": sympy.tan,
        "asin": sympy.asin,
        "arcsin": sympy.asin,
        "acos": sympy.acos,
        "arccos": sympy.acos,
        "atan": sympy.atan,
        "arctan": sympy.atan,
        "sinh": sympy.sinh,
        "cosh": sympy.cosh,
        "asinh": sympy.asinh,
        "arcsinh": sympy.asinh,
        "acosh": sympy.acosh,
        "arccosh": sympy.acosh,
        "atanh": sympy.atanh,
        "arctanh": sympy.atanh,
        "atan2": sympy.atan2,
        "erf": sympy.erf,
        **SPELT,
        "floor": sympy.floor,
        "ceil": sympy.ceiling,
        "mod": sympy.Mod,
        "max": largest,
        "min": smallest,
    }
)
"""What a name of an equation stands for. SymPy knows the slopes; where one jumps, ``differentiate`` says what it is."""

ARGUMENTS: Mapping[str, int] = MappingProxyType({"mod": 2, "atan2": 2, "diff": 2})
"""How many arguments a function takes, where it is not one."""

SEVERAL: Mapping[str, str] = MappingProxyType(
    {"max": "the maximum over an index is max[k] z[k]", "min": "the minimum over an index is min[k] z[k]"}
)
"""Functions of two arguments or more, and what was meant where there is one."""

OF_MATRICES = frozenset({"det", "logdet", "inv"})
"""Functions of a whole square matrix: ``det(A)``, ``logdet(A)``, and ``inv(A)[i,j]``."""

UNKNOWN = re.compile(r"[fghFGH](_?\d+)?'*")
"""The name of a function that is left unknown: it has slopes ``f'`` and no numbers."""

OUTSIDE = "_"
"""What the name of a function begins with that stands for all that lies outside of a graph."""

ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "sum": "a sum is over an index, sum[i] z[i]",
        "mean": "a mean is a sum over an index, (sum[i] z[i])/n",
        "softmax": "it is no function of one number: write exp(z[i])/(sum[k] exp(z[k])), or use the layer Softmax",
        "transpose": "a transpose is what its subscripts say, A[j,i]",
        "tr": "a trace is trace(A)",
        "matmul": "a product of matrices is sum[k] A[i,k]*B[k,j]",
        "prod": "a product is over an index, prod[i] z[i]",
        "product": "a product is over an index, prod[i] z[i]",
        "slogdet": "the logarithm of the size of a determinant is log(abs(det(A))), its sign sign(det(A))",
        "logabsdet": "write log(abs(det(A)))",
        "inverse": "write inv(A)[i,j]",
        "pinv": "of a square matrix the inverse is inv(A)[i,j]; others have none here",
        "determinant": "write det(A)",
        "diff": "a derivative stands in a formula, not in an equation that defines something",
        "round": "write floor(z + 1/2)",
        "sinc": "it is sin(z)/z in books and sin(pi*z)/(pi*z) in NumPy: write the one that is meant",
        "heaviside": "write [z > 0], or [z >= 0]: the bracket says what it is at 0",
        "step": "write [z > 0], or [z >= 0]: the bracket says what it is at 0",
        "polygamma": "the derivatives of log(gamma(z)) are digamma(z), trigamma(z), tetragamma(z), pentagamma(z)",
    }
)
"""What to write in the place of functions that people look for under names which equations do not have."""
