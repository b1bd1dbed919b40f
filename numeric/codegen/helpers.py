"""Functions of one array that a generated module defines itself."""

from __future__ import annotations

import ast
import copy
from functools import lru_cache

import mpmath

from derive.forward import Forward
from derive.remembering import TRIALS
from numeric.codegen.blocks import BLOCKS
from numeric.codegen.gamma import HELPERS
from numeric.source import function_code, tree
from numeric.source.naming import function_name

GATHER = tree.definition('''
def gathered(array, *places):
    """The elements of an array at the places, 0 where they are outside of it."""
    inside, clipped = True, []
    for place, length in zip(places, array.shape):
        inside = inside & (place >= 0) & (place < length)
        clipped.append(np.clip(place, 0, length - 1))
    return np.where(inside, array[tuple(clipped)], 0)
''')

DIGITS = 40
"""How many digits the coefficients are computed with; the argument of erfc goes up to 2500."""


ERROR_FUNCTION = tree.definition('''
def erf(z):
    """The error function: 1 - t·c(2t - 1)·exp(-z²), t = 2/(2 + |z|), with c a Chebyshev series."""
    coefficients = []
    t = 2 / (2 + np.abs(z))
    double = 4 * t - 2
    before, last = 0, 0
    for coefficient in reversed(coefficients[1:]):
        before, last = last, double * last - before + coefficient
    series = double / 2 * last - before + coefficients[0]
    return np.copysign(1 - t * series * np.exp(-z * z), z)
''')

SCALED_TAIL = tree.definition('''
def erfcx(z):
    """exp(z²)·erfc(z) for z >= 0: t·c(2t - 1), t = 2/(2 + z), with c a Chebyshev series."""
    coefficients = []
    t = 2 / (2 + z)
    double = 4 * t - 2
    before, last = 0, 0
    for coefficient in reversed(coefficients[1:]):
        before, last = last, double * last - before + coefficient
    series = double / 2 * last - before + coefficients[0]
    return t * series
''')


def helper(name: str, model: Forward) -> ast.FunctionDef:
    """The definition of a scalar function of the model, or of erf and its like, which NumPy lacks."""
    if name in ("erf", "erfcx"):
        return _with_coefficients(ERROR_FUNCTION if name == "erf" else SCALED_TAIL)
    if name in HELPERS:
        return HELPERS[name]
    if name == "gathered":
        return GATHER
    if name == "blocks":
        return BLOCKS
    function = model.function[name]
    statements, value = function_code(function, "numpy")
    formula = f"{name}(z) = {function.formula}".replace("**", "^")
    body = [*statements, ast.Return(value)]
    return tree.function(function_name(name), ["z"], f"{formula}, without overflow.", body)


@lru_cache(maxsize=TRIALS)
def _coefficients(count: int = 28) -> tuple[float, ...]:
    """Chebyshev coefficients of exp(x²)·erfc(x)/t in 2·t - 1, where t = 2/(2 + x), for x from 0 on."""
    with mpmath.workdps(DIGITS):
        cosines = [mpmath.cospi(mpmath.mpf(number) / (2 * count)) for number in range(4 * count)]
        values = []
        for number in range(count):
            t = (cosines[2 * number + 1] + 1) / 2
            x = 2 / t - 2
            values.append(mpmath.exp(x * x) * mpmath.erfc(x) / t)
        coefficients = []
        for order in range(count):
            total = sum(value * cosines[(2 * k + 1) * order % (4 * count)] for k, value in enumerate(values))
            coefficients.append(float(total * (1 if order == 0 else 2) / count))
    return tuple(coefficients)


def _with_coefficients(definition: ast.FunctionDef) -> ast.FunctionDef:
    made = copy.deepcopy(definition)
    numbers = ast.List(list(map(tree.number, _coefficients())), ast.Load())
    made.body[1] = tree.assigned("coefficients", numbers)
    return made
