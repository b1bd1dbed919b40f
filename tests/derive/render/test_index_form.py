import pytest
import sympy
from sympy import And, Eq, Expr, Float, Function, KroneckerDelta, Max, Mod, Rational, Sum, exp, log

from derive.errors import DeriveError
from derive.expression.functions import Bracket
from derive.expression.matrices import ProductOver
from derive.expression.symbols import element, scalar, size
from derive.render import cases_latex, cases_unicode, latex, unicode
from tests.derive.render.samples import (
    RANKS,
    H,
    K,
    a,
    d,
    eps,
    h,
    i,
    j,
    k,
    m,
    n,
    p,
    s,
    slope,
    u,
    x,
    y,
    y_hat,
    z1,
)

WINDOW = (a + p - d * m) / s

TEXTBOOK = [
    (y_hat(i) - y(i), r"\hat{y}_i - y_i", "ŷ[i] − y[i]"),
    (1 - y_hat(i), r"1 - \hat{y}_i", "1 − ŷ[i]"),
    (y_hat(i) - 1, r"\hat{y}_i - 1", "ŷ[i] − 1"),
    (2 * (y_hat(i) - y(i)), r"2(\hat{y}_i - y_i)", "2(ŷ[i] − y[i])"),
    (2 * (y_hat(i) - y(i)) / K, r"\frac{2}{K}(\hat{y}_i - y_i)", "(2/K)(ŷ[i] − y[i])"),
    (
        (y_hat(i) - y(i)) / (K * y_hat(i) * (1 - y_hat(i))),
        r"\frac{\hat{y}_i - y_i}{K \, \hat{y}_i(1 - \hat{y}_i)}",
        "(ŷ[i] − y[i])/(K · ŷ[i] · (1 − ŷ[i]))",
    ),
    (
        -y(i) / y_hat(i) - (y(i) - 1) / (1 - y_hat(i)),
        r"\frac{1 - y_i}{1 - \hat{y}_i} - \frac{y_i}{\hat{y}_i}",
        "(1 − y[i])/(1 − ŷ[i]) − y[i]/ŷ[i]",
    ),
    ((y_hat(i) - y(i)) * element("z2", (j,)), r"(\hat{y}_i - y_i) \, z_{2,j}", "(ŷ[i] − y[i]) · z₂[j]"),
    (y_hat(i) * (1 - y_hat(i)), r"\hat{y}_i(1 - \hat{y}_i)", "ŷ[i] · (1 − ŷ[i])"),
    (
        y_hat(i) * (KroneckerDelta(i, j) - y_hat(j)),
        r"\hat{y}_i(\delta_{ij} - \hat{y}_j)",
        "ŷ[i] · (δ[i,j] − ŷ[j])",
    ),
    (
        Sum(element("W2", (k, i)) * element("dl/dz3", (k,)), (k, 0, K - 1)),
        r"\sum_{k=1}^{K} W^{(2)}_{ki} \, \frac{\partial \ell}{\partial z_{3,k}}",
        "Σ_{k=1}^{K} W₂[k,i] · ∂ℓ/∂z₃[k]",
    ),
    (
        Function("f'")(z1(i)) * x(j) * Sum(element("W2", (k, i)) * y(k), (k, 0, K - 1)),
        r"f'(z_{1,i}) \, x_j \, \sum_{k=1}^{K} W^{(2)}_{ki} \, y_k",
        "f′(z₁[i]) · x[j] · Σ_{k=1}^{K} W₂[k,i] · y[k]",
    ),
    (
        element("b1", (i,)) + Sum(element("W1", (i, k)) * x(k), (k, 0, n - 1)),
        r"b^{(1)}_i + \sum_{k=1}^{n} W^{(1)}_{ik} \, x_k",
        "b₁[i] + Σ_{k=1}^{n} W₁[i,k] · x[k]",
    ),
    (exp(z1(i)) / Sum(exp(z1(k)), (k, 0, K - 1)), r"\frac{e^{z_{1,i}}}{\sum_{k=1}^{K} e^{z_{1,k}}}", None),
    (1 / (1 + exp(-z1(i))), r"\frac{1}{1 + e^{-z_{1,i}}}", "1/(1 + exp(−z₁[i]))"),
    (1 - Function("tanh")(z1(i)) ** 2, r"1 - \tanh^{2}(z_{1,i})", "1 − tanh²(z₁[i])"),
    (Function("sigma")(z1(i)) * z1(i), r"z_{1,i} \, \sigma(z_{1,i})", "z₁[i] · σ(z₁[i])"),
    (Function("ReLU")(z1(i)), r"\operatorname{ReLU}(z_{1,i})", "ReLU(z₁[i])"),
    (Max(z1(i), 0), r"\max(0, z_{1,i})", "max(0, z₁[i])"),
    (-Sum(y(i) * log(y_hat(i)), (i, 0, K - 1)), r"-\sum_{i=1}^{K} y_i \, \log(\hat{y}_i)", None),
    (Rational(1, 2) * (scalar("q") - 1) ** 2, r"\tfrac{1}{2}(q - 1)^{2}", "½(q − 1)²"),
    (element("W1", (i, j)) ** 2, r"(W^{(1)}_{ij})^{2}", "W₁[i,j]²"),
    (element("dl/dW1", (i, j)), r"\frac{\partial \ell}{\partial W^{(1)}_{ij}}", "∂ℓ/∂W₁[i,j]"),
    (element("dz2/dz1", (i, j)), r"\frac{\partial z_{2,i}}{\partial z_{1,j}}", "∂z₂[i]/∂z₁[j]"),
    (
        element("dz2/dz1", (k, i)) * element("dl/dz2", (k,)) * x(j),
        r"\frac{\partial \ell}{\partial z_{2,k}} \, \frac{\partial z_{2,k}}{\partial z_{1,i}} \, x_j",
        "∂ℓ/∂z₂[k] · ∂z₂[k]/∂z₁[i] · x[j]",
    ),
    (element("dy", (i, j)), r"\mathrm{d}y_{ij}", "dy[i,j]"),
    ((x(i) - scalar("mu")) / sympy.sqrt(scalar("v") + eps), r"\frac{x_i - \mu}{\sqrt{v + \varepsilon}}", None),
    (Float("0.01") * x(i), r"0.01 \, x_i", "0.01 · x[i]"),
    (Rational(1, 100) * x(i), r"0.01 \, x_i", "0.01 · x[i]"),
    (Rational(44715, 10**6) * x(i), r"0.044715 \, x_i", "0.044715 · x[i]"),
    (Float("1.5e-12") * x(i), r"1.5 \cdot 10^{-12} \, x_i", "1.5·10⁻¹² · x[i]"),
    (y_hat(i) * scalar("e_y_hat"), r"e_{\hat{y}} \, \hat{y}_i", "e_ŷ · ŷ[i]"),
    (5 * Bracket(z1(i) > 0) * KroneckerDelta(i, j), r"5 \cdot \mathbf{1}[z_{1,i} > 0] \, \delta_{ij}", None),
    (
        exp(-((x(i) - scalar("mu")) ** 2) / (2 * scalar("sigma") ** 2)),
        r"e^{-(x_i-\mu)^{2}/(2\sigma^{2})}",
        "exp(−(x[i] − μ)²/(2σ²))",
    ),
    (exp(Sum(x(k), (k, 0, n - 1))), r"\exp\left(\sum_{k=1}^{n} x_k\right)", "exp(Σ_{k=1}^{n} x[k])"),
]


@pytest.mark.parametrize(("expression", "in_latex", "in_unicode"), TEXTBOOK)
def test_a_textbook_would_write_it_so(expression: Expr, in_latex: str, in_unicode: str | None) -> None:
    assert latex(expression, ranks=RANKS) == in_latex
    if in_unicode is not None:
        assert unicode(expression, ranks=RANKS) == in_unicode


def test_indices_count_from_the_base() -> None:
    access = element("z", (k, s * h + d * m - p))
    assert latex(access, ranks=RANKS, index_base=0) == r"z_{k,\,sh+dm-p}"
    assert latex(access, ranks=RANKS, index_base=1) == r"z_{k,\,s(h-1)+d(m-1)-p+1}"
    assert unicode(access, ranks=RANKS, index_base=1) == "z[k,s·(h−1)+d·(m−1)−p+1]"
    assert latex(element("z", (k, h + m)), ranks=RANKS, index_base=1) == r"z_{k,\,h+m-1}"
    assert latex(x(sympy.Integer(0)), ranks=RANKS, index_base=0) == "x_0"
    assert latex(x(sympy.Integer(0)), ranks=RANKS, index_base=1) == "x_1"


def test_an_index_outside_subscripts_is_one_less_when_counting_from_one() -> None:
    assert unicode(i * x(i), ranks=RANKS, index_base=0) == "i · x[i]"
    assert unicode(i * x(i), ranks=RANKS, index_base=1) == "(i − 1) · x[i]"


def test_sums_run_over_the_whole_range_in_both_bases() -> None:
    total = Sum(x(k), (k, 0, n - 1))
    assert latex(total, ranks=RANKS, index_base=0) == r"\sum_{k=0}^{n-1} x_k"
    assert latex(total, ranks=RANKS, index_base=1) == r"\sum_{k=1}^{n} x_k"


def test_a_class_used_as_a_subscript_is_not_shifted() -> None:
    label = scalar("y")
    for base in (0, 1):
        assert latex(element("y_hat", (label,)), ranks={**RANKS, "y": 0}, index_base=base) == r"\hat{y}_y"
        assert latex(KroneckerDelta(i, label), ranks={**RANKS, "y": 0}, index_base=base) == r"\delta_{iy}"
        assert unicode(Bracket(Eq(i, label)), ranks={**RANKS, "y": 0}, index_base=base) == "1[i = y]"
    batch = element("y_hat", (m, element("y", (m,))))
    assert latex(batch, ranks={**RANKS, "y_hat": 2}, index_base=1) == r"\hat{y}_{m,y_m}"


def test_conditions_on_a_window() -> None:
    inside = Bracket(And(WINDOW >= 0, WINDOW < H, Eq(Mod(a + p - d * m, s), 0)))
    assert latex(inside, index_base=0) == r"\mathbf{1}[0 \le (a+p-dm)/s < H,\ s \mid a+p-dm]"
    assert unicode(inside, index_base=0) == "1[0 ≤ (a+p−d·m)/s < H, s | a+p−d·m]"
    assert unicode(inside, index_base=1) == "1[1 ≤ (a+p−d·(m−1)−1)/s+1 ≤ H, s | a+p−d·(m−1)−1]"


def test_rounding_down_and_remainders() -> None:
    out = sympy.floor((H + 2 * p - d * (K - 1) - 1) / s) + 1
    assert latex(out) == r"\lfloor (H+2p-d(K-1)-1)/s \rfloor + 1"
    assert unicode(out) == "⌊(H+2p−d·(K−1)−1)/s⌋ + 1"
    assert unicode(Mod(x(i), 2), ranks=RANKS) == "x[i] mod 2"
    assert latex(Mod(x(i) + y(i), n), ranks=RANKS) == r"(x_i + y_i) \bmod n"


def test_cases() -> None:
    relu = 5 * Bracket(z1(i) > 0) * KroneckerDelta(i, j)
    assert cases_latex(relu, ranks=RANKS) == (
        r"\begin{cases} 5 & \text{if } i = j \text{ and } z_{1,i} > 0 \\ 0 & \text{otherwise} \end{cases}"
    )
    leaky = Bracket(z1(i) > 0) + slope * Bracket(z1(i) <= 0)
    assert cases_unicode(leaky, ranks=RANKS) == "{ 1 if z₁[i] > 0; slope otherwise }"
    assert cases_unicode(leaky * KroneckerDelta(i, j), ranks=RANKS) == (
        "{ 1 if i = j and z₁[i] > 0; slope if i = j and z₁[i] ≤ 0; 0 otherwise }"
    )
    softmax = y_hat(i) * (KroneckerDelta(i, j) - y_hat(j))
    apart = KroneckerDelta(i, j) + 2 * Bracket(sympy.Ne(j, i))
    assert cases_unicode(apart, ranks=RANKS) == "{ 1 if i = j; 2 otherwise }"
    assert cases_unicode(softmax, ranks=RANKS) == "{ ŷ[i] · (1 − ŷ[i]) if i = j; −ŷ[i] · ŷ[j] otherwise }"
    assert cases_unicode(sympy.expand(softmax), ranks=RANKS) == cases_unicode(softmax, ranks=RANKS)


def test_an_expression_without_conditions_has_no_cases() -> None:
    assert cases_latex(y_hat(i) - y(i), ranks=RANKS) == latex(y_hat(i) - y(i), ranks=RANKS)


def test_the_rank_of_a_partial_must_be_known() -> None:
    with pytest.raises(DeriveError, match="need the rank of q or of r"):
        latex(element("dq/dr", (i, j)), ranks=RANKS)


def test_what_is_no_expression_is_refused() -> None:
    with pytest.raises(TypeError, match="expected an index expression"):
        latex(sympy.Interval(0, 1))
    with pytest.raises(TypeError, match="expected an index expression"):
        latex(u + sympy.I)


def test_infinity_keeps_its_sign() -> None:
    assert latex(sympy.oo) == r"\infty"
    assert latex(-sympy.oo) == r"-\infty"


def test_roots_of_numbers_are_drawn_together() -> None:
    two, pi, mu = sympy.sqrt(2), sympy.sqrt(sympy.pi), scalar("mu")
    assert latex(two / pi * mu) == r"\sqrt{\frac{2}{\pi}} \, \mu"
    assert latex(2 * two / pi * mu) == r"2\sqrt{\frac{2}{\pi}} \, \mu"
    assert latex(two / (2 * pi) * mu) == r"\frac{1}{\sqrt{2\pi}} \, \mu"


def test_a_condition_below_a_product_stands_behind_its_whole_range() -> None:
    low = size("n_in")
    others = sympy.Piecewise((element("x", (k,)), sympy.Ne(k, i)), (1, True))
    product = ProductOver(others, (k, low, n - 1))
    assert latex(product, index_base=0) == r"\prod_{k=n_{\mathrm{in}},\, i \neq k}^{n-1} x_k"
    assert unicode(product, index_base=0) == "Π_{k=n_in, i ≠ k}^{n−1} x[k]"
