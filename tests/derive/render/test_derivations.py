import shutil
import subprocess
from pathlib import Path

import pytest
import sympy
from sympy import Expr, KroneckerDelta, Sum

from derive.derivation import Derivation
from derive.expression.functions import Bracket
from derive.expression.symbols import element
from derive.forward import Forward, Row, Tensor
from derive.matrix.nodes import Hadamard, Named, Product, Transpose
from derive.render import cases_latex, latex
from derive.render.derivations import (
    BESIDE_WIDTH,
    LATEX_WIDTH,
    break_lines,
    derivation_latex,
    derivation_unicode,
    quantity_latex,
    quantity_unicode,
    result_latex,
    step_lines,
)
from derive.render.printing import LATEX, piece
from derive.render.rows import row_latex, row_unicode
from derive.step_rules import StepRule
from derive.steps import Notation, Quantity, Step
from tests.derive.render.samples import (
    ERROR,
    EXPRESSIONS,
    NODES,
    POSITIVE,
    RANKS,
    W2,
    K,
    X,
    d,
    i,
    j,
    k,
    n,
    x,
    y,
    y_hat,
    z1,
)

GIVEN = tuple(Tensor(name, shape) for name, shape in {"x": (n,), "y": (K,), "W1": (d, n), "W2": (K, d)}.items())
Z1_ROW = Row(Tensor("z1", (d,)), (i,), Sum(element("W1", (i, k)) * x(k), (k, 0, n - 1)))
Y_ROW = Row(Tensor("y_hat", (K,)), (i,), Sum(element("W2", (i, k)) * z1(k) * Bracket(z1(k) > 0), (k, 0, d - 1)))
LOSS_ROW = Row(Tensor("l", ()), (), Sum((y_hat(i) - y(i)) ** 2, (i, 0, K - 1)))
FORWARD = Forward(GIVEN, (Z1_ROW, Y_ROW, LOSS_ROW))

DZ1 = Quantity("dl/dz1", (i,), (d,))
DW1 = Quantity("dl/dW1", (i, j), (d, n))
UPSTREAM = Named("dl/dy_hat", K, sympy.S.One)
BACK = Sum(element("W2", (k, i)) * 2 * (y_hat(k) - y(k)), (k, 0, K - 1)) * Bracket(z1(i) > 0)
DERIVATION = Derivation(
    FORWARD,
    DW1,
    BACK * x(j),
    (
        Step(
            DZ1,
            Sum(element("dl/dy_hat", (k,)) * element("dy_hat/dz1", (k, i)), (k, 0, K - 1)),
            StepRule.CHAIN,
            "{z1} acts on {l} through {y_hat}.",
        ),
        Step(
            DZ1,
            Bracket(z1(i) > 0) * Sum(element("W2", (k, i)) * element("dl/dy_hat", (k,)), (k, 0, K - 1)),
            StepRule.DIFFERENTIATE,
            "Insert the derivatives.",
            Hadamard((Product((Transpose(W2), UPSTREAM)), POSITIVE)),
        ),
        Step(DZ1, BACK, StepRule.INSERT, "Insert {dl/dy_hat}.", Hadamard((Product((Transpose(W2), ERROR)), POSITIVE))),
        Step(
            DW1,
            BACK * x(j),
            StepRule.CHAIN,
            "The input is 100% of {x}.",
            Product((Named("dl/dz1", d, 1), Transpose(X))),
        ),
    ),
    Product((Named("dl/dz1", d, sympy.S.One), Transpose(X))),
)


def test_quantities() -> None:
    assert quantity_latex(DW1, FORWARD) == r"\frac{\partial \ell}{\partial \bm{W}^{(1)}}"
    assert quantity_latex(DW1, FORWARD, whole=False) == r"\frac{\partial \ell}{\partial W^{(1)}_{ij}}"
    assert quantity_unicode(DW1, FORWARD, whole=False) == "∂ℓ/∂W₁[i,j]"
    assert quantity_latex(Quantity("l", (), ()), FORWARD) == r"\ell"


def test_rows() -> None:
    assert row_latex(Z1_ROW, FORWARD) == r"z_{1,i} = \sum_{k=1}^{n} W^{(1)}_{ik} \, x_k"
    assert row_unicode(Z1_ROW, FORWARD, index_base=0) == "z₁[i] = Σ_{k=0}^{n−1} W₁[i,k] · x[k]"


def test_results_in_each_notation() -> None:
    assert result_latex(DERIVATION) == r"\frac{\partial \ell}{\partial \bm{z}_1} \, \bm{x}^{\top}"
    assert derivation_unicode(DERIVATION) == "∂ℓ/∂W₁ = ∂ℓ/∂z₁ xᵀ"
    assert derivation_unicode(DERIVATION, "index") == (
        "∂ℓ/∂W₁[i,j] = 1[z₁[i] > 0] · x[j] · Σ_{k=1}^{K} 2W₂[k,i] · (ŷ[k] − y[k])"
    )
    assert "if z₁[i] > 0" in derivation_unicode(DERIVATION, "cases")


def test_steps_in_unicode() -> None:
    assert derivation_unicode(DERIVATION, steps=True).splitlines() == [
        "z₁ acts on ℓ through ŷ.",
        "    ∂ℓ/∂z₁[i] = Σ_{k=1}^{K} ∂ℓ/∂ŷ[k] · ∂ŷ[k]/∂z₁[i]",
        "Insert the derivatives.",
        "    ∂ℓ/∂z₁ = (W₂ᵀ ∂ℓ/∂ŷ) ⊙ 1[z₁ > 0]",
        "Insert ∂ℓ/∂ŷ.",
        "           = (W₂ᵀ (ŷ − y)) ⊙ 1[z₁ > 0]",
        "The input is 100% of x.",
        "    ∂ℓ/∂W₁ = ∂ℓ/∂z₁ xᵀ",
    ]


def test_steps_in_latex() -> None:
    lines = derivation_latex(DERIVATION, steps=True).split(" \\\\[3pt]\n")
    assert len(lines) == len(DERIVATION.steps)
    assert lines[2].startswith(r" &= (\bm{W}^{(2)\top}(\hat{\bm{y}} - \bm{y})) \odot")
    assert lines[3].endswith(r"The input is 100\% of $\bm{x}$.}")


def test_a_step_that_changes_nothing_is_left_out() -> None:
    repeated = Derivation(FORWARD, DW1, DERIVATION.result, (DERIVATION.steps[3],) * 2, DERIVATION.matrix)
    assert len(step_lines(repeated)) == 1


def _long_sum(terms: int) -> Expr:
    return sympy.Add(*(element("W1", (i, sympy.Integer(t))) * x(sympy.Integer(t)) * y(j) for t in range(terms)))


@pytest.mark.parametrize("room", [30.0, BESIDE_WIDTH, LATEX_WIDTH])
def test_long_lines_are_broken_to_the_room(room: float) -> None:
    whole = piece(LATEX, _long_sum(12), RANKS)
    lines = break_lines(whole, room)
    assert len(lines) > 1
    assert all(line.width <= room + 2 for line in lines)
    assert all(line.text.startswith("+ ") for line in lines[1:])
    assert " ".join(line.text for line in lines) == whole.text


def test_a_product_is_broken_between_its_factors() -> None:
    lines = break_lines(piece(LATEX, BACK * x(j), RANKS), 20)
    assert [line.text.split()[0] for line in lines[1:]] == [r"\cdot"] * (len(lines) - 1)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no TeX on the PATH")
def test_a_page_of_everything_compiles_without_overfull_boxes(tmp_path: Path) -> None:
    formulas = [latex(expression, ranks=RANKS) for expression in EXPRESSIONS]
    formulas += [latex(node, ranks=RANKS) for node in NODES]
    formulas.append(cases_latex(EXPRESSIONS[2] * KroneckerDelta(i, j), ranks=RANKS))
    long = Derivation(FORWARD, DZ1, _long_sum(15), (Step(DZ1, _long_sum(15), StepRule.COLLECT, "A long sum of {x}."),))
    notations: tuple[Notation, ...] = ("matrix", "index", "cases")
    bodies = [derivation_latex(each, notation, True) for each in (DERIVATION, long) for notation in notations]
    source = [
        r"\documentclass[11pt]{article}\usepackage{amsmath,bm}\usepackage[textwidth=16cm]{geometry}\begin{document}",
        *(rf"\[ {formula} \]" for formula in formulas),
        *(rf"\begin{{align*}}{body}\end{{align*}}" for body in bodies),
        r"\end{document}",
    ]
    (tmp_path / "page.tex").write_text("\n".join(source), encoding="ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout[-2000:]
    assert "Overfull" not in run.stdout
