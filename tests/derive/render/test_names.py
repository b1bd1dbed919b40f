import pytest
import sympy

from derive.expression.symbols import size
from derive.render import sentence_latex, sentence_unicode, shape_latex, shape_unicode
from derive.render.latex_style import escape
from derive.render.printing import symbol_latex, symbol_unicode
from tests.derive.render.samples import RANKS, K, d, n

NAMES = [
    ("W1", r"\bm{W}^{(1)}", "W₁"),
    ("W12", r"\bm{W}^{(12)}", "W₁₂"),
    ("b2", r"\bm{b}^{(2)}", "b₂"),
    ("w3", "w_3", "w₃"),
    ("z1", r"\bm{z}_1", "z₁"),
    ("y_hat", r"\hat{\bm{y}}", "ŷ"),
    ("x_hat", r"\hat{\bm{x}}", "x̂"),
    ("l", r"\ell", "ℓ"),
    ("gamma", r"\bm{\gamma}", "γ"),
    ("eps", r"\varepsilon", "ε"),
    ("weight", r"\mathbf{weight}", "weight"),
    ("slope", r"\operatorname{slope}", "slope"),
    ("dl/dW1", r"\partial \ell/\partial \bm{W}^{(1)}", "∂ℓ/∂W₁"),
    ("dz2/dz1", r"\partial \bm{z}_2/\partial \bm{z}_1", "∂z₂/∂z₁"),
    ("dy", r"\bm{\mathrm{d}}\bm{y}", "dy"),
    ("dweight", r"\bm{\mathrm{d}}\mathbf{weight}", "dweight"),
    ("delta", r"\delta", "δ"),
    ("f'", "f'", "f′"),
    ("f2'", "f'_2", "f₂′"),
    ("ReLU", r"\operatorname{ReLU}", "ReLU"),
    ("x_max", r"x_{\mathrm{max}}", "x_max"),
    ("s_y_hat", r"s_{\hat{y}}", "s_ŷ"),
    ("k_star", "k^{*}", "k*"),
]


@pytest.mark.parametrize(("name", "in_latex", "in_unicode"), NAMES)
def test_names(name: str, in_latex: str, in_unicode: str) -> None:
    ranks = {**RANKS, "W12": 2, "x_hat": 1, "dweight": 4, "dy": 1}
    assert symbol_latex(name, ranks=ranks) == in_latex
    assert symbol_unicode(name, ranks=ranks) == in_unicode


def test_sizes() -> None:
    assert shape_latex((K, d)) == r"K \times d"
    assert shape_unicode((K, d, n)) == "K × d × n"
    assert shape_latex((K - 1, 2 * d)) == r"(K-1) \times 2d"
    assert shape_latex((K - 1,)) == "K-1"
    assert shape_latex(()) == shape_unicode(()) == "1"
    assert shape_latex((size("Cout"), size("kH"), sympy.Integer(3))) == r"C_{\mathrm{out}} \times k_H \times 3"
    assert shape_unicode((size("dk"), size("dv"))) == "dk × dv"


def test_a_size_is_no_upstream_gradient() -> None:
    assert shape_latex((size("dk"),)) == r"\mathrm{dk}"


def test_sentences() -> None:
    text = "Insert {dl/dz1} & 50% of {W1}, as f_1 says."
    assert sentence_unicode(text, ranks=RANKS) == "Insert ∂ℓ/∂z₁ & 50% of W₁, as f_1 says."
    assert sentence_latex(text, ranks=RANKS) == (
        r"Insert $\partial \ell/\partial \bm{z}_1$ \& 50\% of $\bm{W}^{(1)}$, as f\_1 says."
    )


def test_every_special_character_of_latex_is_made_harmless() -> None:
    assert escape(r"a\b{c}~^$#") == r"a\textbackslash{}b\{c\}\textasciitilde{}\textasciicircum{}\$\#"
    assert escape("plain text, with 1 + 1 = 2!") == "plain text, with 1 + 1 = 2!"
