import pytest
import sympy
from sympy import Function, Rational, exp

from derive.expression.symbols import scalar
from derive.matrix.nodes import (
    Apply,
    Basis,
    Diagonal,
    DiagonalOf,
    Elementwise,
    Hadamard,
    Identity,
    Named,
    Node,
    Ones,
    Plus,
    Product,
    Scale,
    Transpose,
)
from derive.render import latex, unicode
from tests.derive.render.samples import (
    B1,
    ERROR,
    POSITIVE,
    RANKS,
    W1,
    W2,
    Y_HAT,
    Z1,
    Z2,
    K,
    X,
    Y,
    column,
    d,
    i,
    minus,
    n,
    u,
    v,
)

ONE = sympy.S.One
ONES = Ones(K, ONE)
CHAIN = Product((Named("dl/dy_hat", ONE, K), Named("dy_hat/dz3", K, K), W2))

TEXTBOOK = [
    (ERROR, r"\hat{\bm{y}} - \bm{y}", "ŷ − y"),
    (Scale(2 / K, ERROR), r"\frac{2}{K}(\hat{\bm{y}} - \bm{y})", "(2/K)(ŷ − y)"),
    (Product((ERROR, Transpose(Z2))), r"(\hat{\bm{y}} - \bm{y}) \, \bm{z}_2^{\top}", "(ŷ − y) z₂ᵀ"),
    (Product((Transpose(ERROR), ERROR)), r"\lVert \hat{\bm{y}} - \bm{y} \rVert^{2}", "‖ŷ − y‖²"),
    (
        Hadamard((Product((Transpose(W2), column("dl/dz3", K))), POSITIVE)),
        r"\left(\bm{W}^{(2)\top} \, \frac{\partial \ell}{\partial \bm{z}_3}\right) \odot \mathbf{1}[\bm{z}_1 > 0]",
        "(W₂ᵀ ∂ℓ/∂z₃) ⊙ 1[z₁ > 0]",
    ),
    (
        Product((Hadamard((column("dl/dz2", d), POSITIVE)), Transpose(X))),
        r"\left(\frac{\partial \ell}{\partial \bm{z}_2} \odot \mathbf{1}[\bm{z}_1 > 0]\right) \, \bm{x}^{\top}",
        "(∂ℓ/∂z₂ ⊙ 1[z₁ > 0]) xᵀ",
    ),
    (
        CHAIN,
        r"\frac{\partial \ell}{\partial \hat{\bm{y}}} \, "
        r"\frac{\partial \hat{\bm{y}}}{\partial \bm{z}_3} \, \bm{W}^{(2)}",
        "∂ℓ/∂ŷ ∂ŷ/∂z₃ W₂",
    ),
    (
        Transpose(Named("dz2/dz1", d, d)),
        r"\left(\frac{\partial \bm{z}_2}{\partial \bm{z}_1}\right)^{\top}",
        "(∂z₂/∂z₁)ᵀ",
    ),
    (Transpose(W1), r"\bm{W}^{(1)\top}", "W₁ᵀ"),
    (Transpose(Plus((W1, W1))), r"(\bm{W}^{(1)} + \bm{W}^{(1)})^{\top}", "(W₁ + W₁)ᵀ"),
    (Transpose(Transpose(W1)), r"(\bm{W}^{(1)\top})^{\top}", "(W₁ᵀ)ᵀ"),
    (
        Plus((minus(Product((Y_HAT, Transpose(Y_HAT)))), Diagonal(Y_HAT))),
        r"\operatorname{diag}(\hat{\bm{y}}) - \hat{\bm{y}} \, \hat{\bm{y}}^{\top}",
        "diag(ŷ) − ŷ ŷᵀ",
    ),
    (Scale(sympy.Integer(5), Diagonal(POSITIVE)), r"5\operatorname{diag}(\mathbf{1}[\bm{z}_1 > 0])", None),
    (DiagonalOf(Product((Y, Transpose(Y)))), r"\operatorname{diagonal}(\bm{y} \, \bm{y}^{\top})", "diagonal(y yᵀ)"),
    (Plus((minus(Y_HAT), ONES)), r"\mathbf{1} - \hat{\bm{y}}", "𝟏 − ŷ"),
    (Ones(ONE, K), r"\mathbf{1}^{\top}", "𝟏ᵀ"),
    (Ones(d, n), r"\mathbf{1}_{d \times n}", "𝟏_{d×n}"),
    (Identity(d), r"\bm{I}", "I"),
    (Elementwise(u * (1 - u), (u,), (Y_HAT,)), r"\hat{\bm{y}} \odot (\mathbf{1} - \hat{\bm{y}})", "ŷ ⊙ (𝟏 − ŷ)"),
    (Elementwise(1 - u**2, (u,), (Z2,)), r"\mathbf{1} - \bm{z}_2 \odot \bm{z}_2", "𝟏 − z₂ ⊙ z₂"),
    (Elementwise(u**3, (u,), (Z2,)), r"\bm{z}_2^{\odot 3}", "z₂^{⊙3}"),
    (
        Elementwise((1 - v) / (1 - u) - v / u, (u, v), (Y_HAT, Y)),
        r"(\mathbf{1} - \bm{y}) \oslash (\mathbf{1} - \hat{\bm{y}}) - \bm{y} \oslash \hat{\bm{y}}",
        "(𝟏 − y) ⊘ (𝟏 − ŷ) − y ⊘ ŷ",
    ),
    (Hadamard((Y, Elementwise(1 / u, (u,), (Y_HAT,)))), r"\bm{y} \oslash \hat{\bm{y}}", "y ⊘ ŷ"),
    (
        Scale(1 / K, Hadamard((ERROR, Elementwise(1 / (u * (1 - u)), (u,), (Y_HAT,))))),
        r"\frac{1}{K}(\hat{\bm{y}} - \bm{y}) \oslash (\hat{\bm{y}} \odot (\mathbf{1} - \hat{\bm{y}}))",
        "(1/K)(ŷ − y) ⊘ (ŷ ⊙ (𝟏 − ŷ))",
    ),
    (
        Scale(-1 / K, Plus((Hadamard((Plus((Y, minus(ONES))), Y_HAT)), Y))),
        r"\frac{1}{K}(\hat{\bm{y}} \odot (\mathbf{1} - \bm{y}) - \bm{y})",
        None,
    ),
    (Elementwise(Function("f'")(u), (u,), (Z1,)), r"f'(\bm{z}_1)", "f′(z₁)"),
    (
        Elementwise(Function("sigma")(u), (u,), (Plus((Product((W1, X)), B1)),)),
        r"\sigma(\bm{W}^{(1)} \, \bm{x} + \bm{b}^{(1)})",
        "σ(W₁ x + b₁)",
    ),
    (Elementwise(1 / (1 + exp(-u)), (u,), (Z1,)), r"\mathbf{1} \oslash (\mathbf{1} + \exp(-\bm{z}_1))", None),
    (Elementwise(u**2, (u,), (Named("l", ONE, ONE),)), r"\ell^{2}", "ℓ²"),
    (
        Apply("softmax", Plus((Product((W2, Z2)), column("b2", K))), "z3", "y_hat"),
        r"\operatorname{softmax}(\bm{W}^{(2)} \, \bm{z}_2 + \bm{b}^{(2)})",
        "softmax(W₂ z₂ + b₂)",
    ),
    (Scale(Rational(1, 2), Named("l", ONE, ONE)), r"\tfrac{1}{2} \, \ell", "½ℓ"),
    (Plus((Y_HAT, minus(Basis(K, scalar("y"))))), r"\hat{\bm{y}} - \bm{e}_{y}", "ŷ − e_y"),
    (Basis(K, i + 2), r"\bm{e}_{i+2}", "e_{i+2}"),
    (column("dy", K), r"\bm{\mathrm{d}}\bm{y}", "dy"),
    (column("gamma", K), r"\bm{\gamma}", "γ"),
    (Named("weight", d, n), r"\mathbf{weight}", "weight"),
]


@pytest.mark.parametrize(("node", "in_latex", "in_unicode"), TEXTBOOK)
def test_a_textbook_would_write_it_so(node: Node, in_latex: str, in_unicode: str | None) -> None:
    ranks = {**RANKS, "weight": 2}
    assert latex(node, ranks=ranks) == in_latex
    if in_unicode is not None:
        assert unicode(node, ranks=ranks) == in_unicode


def test_a_basis_vector_counts_from_the_base() -> None:
    assert unicode(Basis(K, sympy.S.Zero), index_base=0) == "e_0"
    assert unicode(Basis(K, sympy.S.Zero), index_base=1) == "e_1"


def test_a_bare_node_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a matrix node"):
        latex(Node())
