from __future__ import annotations

import pytest

from derive.building.formulas import parse_formula_in, setting_of
from derive.errors import DefinitionError
from derive.layers import named_functions
from derive.render.written import definition_latex, formula_latex, formula_unicode

SETTING = setting_of({"z": ("K",), "A": ("m", "n"), "x": ("n",)}, "M = max[k] z[k]\ny[i] = z[i] - M", named_functions())


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1/(1 + exp(-u))*(1 + exp(-u) - 1)/(1 + exp(-u))", "(1/(1 + exp(−u)))((1 + exp(−u) − 1)/(1 + exp(−u)))"),
        ("u - u", "u − u"),
        ("u*v/w", "u · v/w"),
        ("(1 - u)*1/v", "(1 − u)(1/v)"),
        ("a - (b - c)", "a − (b − c)"),
        ("a - -b", "a − (−b)"),
        ("-(a + b)*c", "−(a + b) · c"),
        ("1 - tanh(u)^2", "1 − tanh²(u)"),
        ("sum[j] A[i,j]*x[j]", "Σ_{j=1}^{n} A[i,j] · x[j]"),
        ("sum[j if j != i] z[j]", "Σ_{j=1}^{K} 1[j ≠ i] · z[j]"),
        ("sum[i] sum[j] A[i,j]*x[j]", "Σ_{i=1}^{m} Σ_{j=1}^{n} A[i,j] · x[j]"),
        ("sum[i,j] A[i,j]*x[j]", "Σ_{i=1}^{m} Σ_{j=1}^{n} A[i,j] · x[j]"),
        ("(sum[k] z[k])*c", "(Σ_{k=1}^{K} z[k]) · c"),
        ("max[k] z[k]", "max_{k} z[k]"),
        ("diff(y[i], z[j])", "∂y[i]/∂z[j]"),
        ("diff(a*b, a)", "∂/∂a · (a · b)"),
        ("sigma'(u) + f(u)", "σ′(u) + f(u)"),
        ("sqrt(u + 1)*abs(v)", "√(u + 1) · |v|"),
        ("0.5*u + 2*3", "0.5 · u + 2 · 3"),
        ("u*[u > 0]", "u · 1[u > 0]"),
        ("beta*W1", "β · W₁"),
    ],
)
def test_nothing_is_moved_or_merged(text: str, printed: str) -> None:
    assert formula_unicode(parse_formula_in(text, SETTING)) == printed


def test_indices_count_from_what_is_asked() -> None:
    formula = parse_formula_in("sum[j] A[0,j]", SETTING)
    assert formula_latex(formula, 1) == r"\sum_{j=1}^{n} A_{1,j}"
    assert formula_latex(formula, 0) == r"\sum_{j=0}^{n-1} A_{0,j}"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("sum[m] a[m]*w[m]", "Σ_{i=1}^{m} a[i] · w[i]"),
        ("sum[m,n] A[m,n]", "Σ_{i=1}^{m} Σ_{j=1}^{n} A[i,j]"),
        ("sum[n] sum[m] A[m,n]*x[n]", "Σ_{i=1}^{n} Σ_{j=1}^{m} A[j,i] · x[i]"),
        ("sum[n] A[i,n]*exp(x[n])", "Σ_{j=1}^{n} A[i,j] · exp(x[j])"),
        ("sum[n if n > 0] x[n]", "Σ_{i=1}^{n} 1[i > 1] · x[i]"),
        ("sum[n] max[m] A[m,n]", "Σ_{i=1}^{n} max_{m} A[m,i]"),
        ("sum[m] x[m]", "Σ_{m=1}^{n} x[m]"),
        ("sum[k<m] a[k]", "Σ_{k=1}^{m} a[k]"),
    ],
)
def test_the_letter_of_a_sum_is_not_that_of_its_end(text: str, printed: str) -> None:
    setting = setting_of({"A": ("m", "n"), "x": ("n",), "a": ("m",), "w": ("m",)})
    assert formula_unicode(parse_formula_in(text, setting)) == printed


def test_names_that_look_alike_are_refused() -> None:
    for shapes, definitions in (({"y": ("n",), "y_": ("n",)}, ""), ({"x1": ()}, "x_1 = 2*x1"), ({}, "a = 1\na_ = 2")):
        with pytest.raises(DefinitionError, match="look alike in print; call one of them otherwise"):
            setting_of(shapes, definitions)


def test_fractions_and_exponents() -> None:
    formula = parse_formula_in("exp(-u^2/2)/(1 + exp(u))^2", SETTING)
    assert formula_latex(formula) == r"\frac{e^{-u^{2}/2}}{(1 + e^{u})^{2}}"
    assert formula_latex(parse_formula_in("3/4", SETTING)) == r"\tfrac{3}{4}"
    assert formula_latex(parse_formula_in("exp(max[k] z[k])", SETTING)).startswith(r"\exp\left(")


def test_definitions() -> None:
    first, second = SETTING.definitions
    assert definition_latex(first, SETTING) == r"M = \operatorname*{max}_{k} z_k"
    assert definition_latex(second, SETTING) == "y_i = z_i - M"
