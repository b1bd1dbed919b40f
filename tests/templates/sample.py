"""A question sheet and a key made by hand that use every block of the house style."""

from __future__ import annotations

from math import exp, tanh

from answers.latex import code_lines, markdown
from answers.latex.sheet import (
    Answer,
    Axis,
    Certificate,
    CertificateRow,
    Code,
    Column,
    Curve,
    Dot,
    Equation,
    Heading,
    ItemList,
    Part,
    Picture,
    Plot,
    Plots,
    Room,
    Row,
    Rubric,
    RubricRow,
    Section,
    Sheet,
    Step,
    Steps,
    Table,
    Text,
    Tick,
)

UPSTREAM = r"\frac{\partial\ell}{\partial\hat{\bm y}}"
OUTER = r"\frac{\partial\hat{\bm y}}{\partial\bm z_3}"
INNER = r"\frac{\partial\bm z_2}{\partial\bm z_1}"
W1, W2 = r"\bm W^{(1)}", r"\bm W^{(2)}"
B1, B2 = r"\bm b^{(1)}", r"\bm b^{(2)}"

INTRODUCTION = markdown(
    "You are given a network $\\text{Linear}_1 \\to f \\to \\text{Linear}_2 \\to g$ with input $x \\in \\mathbb{R}^n$, "
    "hidden width $d$ and output $\\hat y \\in \\mathbb{R}^K$; here $\\text{Linear}_i(x) = W^{(i)}x + b^{(i)}$.\n\n"
    'Hand in a PDF *and* the file `mlp.py`. Typeset answers with "LaTeX" & keep them short -- '
    "see [the manual](https://www.latex-project.org/help/documentation/#a_b).\n\n"
    "- 100% of the points need the steps;\n- results alone earn half of them."
)

LAYERS = (
    (r"Linear$_1$", r"\bm x", rf"{W1}\bm x + {B1}"),
    (r"$f$", rf"{W1}\bm x + {B1}", rf"\bigl({W1}\bm x + {B1}\bigr)^{{\!+}}"),
    (r"Linear$_2$", rf"\bigl({W1}\bm x + {B1}\bigr)^{{\!+}}", rf"{W2}\bigl({W1}\bm x + {B1}\bigr)^{{\!+}} + {B2}"),
    (
        r"Loss",
        rf"{W2}\bigl({W1}\bm x + {B1}\bigr)^{{\!+}} + {B2},\ \bm y",
        rf"\tfrac12\bigl\lVert {W2}\bigl({W1}\bm x + {B1}\bigr)^{{\!+}} + {B2} - \bm y\bigr\rVert^2",
    ),
)
COLUMNS = (Column("Layer"), Column("Input", "formula", 4), Column("Output", "formula", 5))

GRADIENTS = (
    (W1, rf"\Bigl({UPSTREAM}{OUTER}{W2}{INNER}\Bigr)^{{\!\top}}\bm x^\top", r"d \times n"),
    (B1, rf"\Bigl({UPSTREAM}{OUTER}{W2}{INNER}\Bigr)^{{\!\top}}", r"d"),
)

PROGRAM = '''class MLP:
    """A two-layer network; the loss ℓ is given as ∂ℓ/∂ŷ."""

    def backward(self, dldy):  # one batch
        dz3 = dldy * self.g_prime(self.z3)
        self.grads["W2"] = dz3.T @ self.z2  # a comment that is long enough to have to be broken at the end of the line
        dz1 = (dz3 @ self.parameters["W2"]) * (self.z1 > 0)
        return 'a--b', x_1 ** 2, {"50%": 1 << 3}, ~0
'''


def _grid(low: float, high: float) -> list[float]:
    return [low + (high - low) * i / 80 for i in range(81)]


def _sigmoid_slope(z: float) -> float:
    return exp(-z) / (1 + exp(-z)) ** 2


def _ticks(*values: float) -> tuple[Tick, ...]:
    return tuple(Tick(value, f"${value:g}$") for value in values)


SLOPES = Plot(
    x=Axis(-4, 4, "$z$", _ticks(-4, -2, 0, 2, 4)),
    y=Axis(-0.1, 1.2, "slope", _ticks(0, 0.25, 0.5, 1)),
    curves=(
        Curve((((-4, 0), (0, 0)), ((0, 1), (4, 1))), r"$\mathrm{ReLU}'$"),
        Curve((tuple((z, _sigmoid_slope(z)) for z in _grid(-4, 4)),), r"$\sigma'$"),
        Curve((tuple((z, 1 - tanh(z) ** 2) for z in _grid(-4, 4)),), r"$\tanh'$"),
    ),
    dots=(Dot(0, 0, filled=True), Dot(0, 1, filled=False)),
    title=r"$f'(z)$",
)
PRODUCTS = Plot(
    x=Axis(1, 10, "layers", _ticks(1, 4, 7, 10)),
    y=Axis(-6, 0.5, r"$\log_{10}$ of the product", _ticks(-6, -4, -2, 0)),
    curves=(
        Curve((((1, 0), (10, 0)),), "ReLU"),
        Curve((((1, -0.602), (10, -6.02)),), "sigmoid, at most"),
    ),
    title="the product over depth",
)
GRAPH = r"""\begin{tikzpicture}[value/.style={draw,rounded corners,minimum size=7mm},>={Stealth}]
\node[value] (x) {$x$}; \node[value,right=of x] (z) {$z_1$}; \node[value,right=of z] (y) {$\hat y$};
\draw[->] (x) -- (z); \draw[->] (z) -- node[above,font=\small] {$f$} (y);
\end{tikzpicture}"""

STEPS = Steps(
    (
        Step(
            r"\frac{\partial\ell}{\partial W^{(1)}_{ij}}",
            r"\sum_{k} \frac{\partial\ell}{\partial z_{1,k}}\,\frac{\partial z_{1,k}}{\partial W^{(1)}_{ij}}",
            "chain rule",
            r"The loss depends on $\bm W^{(1)}$ only through $\bm z_1$, so every element of $\bm z_1$ contributes.",
            r"d\times n",
        ),
        Step(
            r"\frac{\partial\ell}{\partial W^{(1)}_{ij}}",
            r"\sum_{k} \frac{\partial\ell}{\partial z_{1,k}}\,[i = k]\,x_j"
            r" = \frac{\partial\ell}{\partial z_{1,i}}\,x_j",
            "delta",
            r"$z_{1,k}$ holds $W^{(1)}_{ij}$ in its row $k = i$ alone.",
            r"d\times n",
        ),
        Step(
            r"\frac{\partial\ell}{\partial \bm W^{(1)}}",
            rf"\Bigl({UPSTREAM}{OUTER}{W2}{INNER}\Bigr)^{{\!\top}}\bm x^\top",
            "matrix form",
            "A product of a column and a row.",
            r"d\times n",
        ),
    )
)

TRAINING = ItemList(
    (
        r"\textbf{Forward.} Compute \inlinecode{y\_hat = model(x)}, that is $\hat{\bm y} = g(\bm z_3)$.",
        r"\textbf{Loss.} Compute \inlinecode{loss = criterion(y\_hat, y)}.",
        r"\textbf{Reset.} Clear the old gradients: \inlinecode{optimizer.zero\_grad()}.",
    ),
    numbered=True,
)


def _table(answered: bool, marks: bool = False) -> Table:
    rows = (
        Row((name, given, made) if answered else (name, "", ""), mark=("changed" if i % 2 else "same") if marks else "")
        for i, (name, given, made) in enumerate(LAYERS)
    )
    return Table(COLUMNS, tuple(rows), blank=not answered)


def _gradients(answered: bool) -> Table:
    columns = (Column("Parameter"), Column("Gradient", "formula"), Column("Shape"))
    rows = (Row((f"${name}$", g if answered else "", f"${shape}$" if answered else "")) for name, g, shape in GRADIENTS)
    return Table(columns, tuple(rows), blank=not answered)


def question_sheet() -> Sheet:
    """Blank tables and room to write."""
    regression = Section(
        "Regression",
        "1.1",
        2,
        (Text(markdown(r"Let $f(z) = z^+ = \max(0, z)$, let $g$ be the identity, and $\ell = \frac12 ‖ŷ - y‖^2$.")),),
        (
            Part(
                "(a)",
                "Name the five steps of training.",
                "5 points",
                (Room(5),),
            ),
            Part(
                "(b)",
                r"Write down the inputs and outputs of each layer, in $\bm x, \bm y, \bm W^{(1)}, \bm b^{(1)}, "
                r"\bm W^{(2)}, \bm b^{(2)}, \bm z_1, \bm z_2, \bm z_3$ alone.",
                "10 points",
                (_table(answered=False),),
            ),
            Part("(c)", "Write down the gradients.", "12 points", (_gradients(answered=False),)),
            Part("(d)", "Draw the graph.", "3 points", (Room(6, ruled=False),)),
        ),
    )
    return Sheet(
        title="Homework 1: Backpropagation",
        plain_title="Homework 1: Backpropagation & 100% of {braces}_",
        sections=(Section("A two-layer network", "1"), regression),
        course="Deep Learning",
        term="Fall 2020",
        due="Due on 2 October. Hand in a PDF file and \\inlinecode{mlp.py}.",
        introduction=INTRODUCTION,
        fill_in=("Name", "Net ID"),
    )


def key() -> Sheet:
    """The same questions with answers, twice over so that answers break across pages."""
    answer_a = Answer(
        (TRAINING, Code(code_lines(PROGRAM), "mlp.py", tuple(map(str, range(1, len(code_lines(PROGRAM)) + 1)))))
    )
    answer_b = Answer((Text("Each row takes what the row before made."), _table(answered=True, marks=True)))
    answer_c = Answer(
        (
            _gradients(answered=True),
            Heading(r"From the loss back to $\bm W^{(1)}$"),
            STEPS,
            Equation(r"\frac{\partial\hat{\bm y}}{\partial\bm z_3} = \bm I", r"K \times K", "same"),
            Equation(
                r"\frac{\partial\bm z_2}{\partial\bm z_1} = \operatorname{diag}\bigl(\mathbb{1}[\bm z_1 > 0]\bigr)",
                r"d \times d",
                "changed",
                result=True,
            ),
            Text(markdown("At the kink $z = 0$ the slope is *taken* to be 0, as PyTorch does."), "same"),
        )
    )
    answer_d = Answer(
        (
            Picture(GRAPH, "Values are boxes, functions label the arrows."),
            Plots(
                (SLOPES, PRODUCTS),
                r"The slope of $\sigma$ is at most $\frac14$: ten layers shrink a gradient by $10^6$.",
            ),
        )
    )
    parts = (
        Part("(a)", "Name the five steps of training.", "5 points", (answer_a,)),
        Part("(b)", "Write down the inputs and outputs of each layer.", "10 points", (answer_b,)),
        Part("(c)", "Write down the gradients.", "12 points", (answer_c,)),
        Part("(d)", r"Draw the graph, and plot the slopes over $\mathbb{R}$.", "3 points", (answer_d,)),
    )
    checked = (
        CertificateRow(
            "(a)", rf"$\partial\ell/\partial {W1}$", "central differences", "20", r"$3.1\times10^{-10}$", passed=True
        ),
        CertificateRow("", rf"$\partial\ell/\partial {B1}$", "the step before, 3 steps", "20", "0", passed=True),
        CertificateRow("(b)", r"$\partial\bm z_2/\partial\bm z_1$", "its index form", "20", "0.5", passed=False),
    )
    rubric = tuple(RubricRow(part.label, "Right, with the steps.", part.points.split()[0]) for part in parts)
    return Sheet(
        title="Homework 1: Backpropagation",
        plain_title="Homework 1: Backpropagation",
        subtitle="Solution key",
        course="Deep Learning",
        term="Fall 2020",
        sections=(
            Section("A two-layer network", "1"),
            Section("Regression", "1.1", 2, parts=parts),
            Section("Classification", "1.2", 2, parts=parts),
            Section("Points", blocks=(Rubric(rubric, "30"),)),
            Section("Checks", blocks=(Text("Every formula was compared with numbers."), Certificate(checked))),
        ),
    )
