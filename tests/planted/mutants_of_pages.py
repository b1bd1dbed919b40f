"""Wrong printers of sentences, boxes, drawings and formulas: what is derived is right, and the page is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.planted.mutants_of_printers import backwards, in_text, its_argument, replaced
from tests.planted.planting import Mutant

Rule = Callable[..., Any]

NETWORK = ("x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat", "--loss", "1/2*MSE", "--index-base", "1")
STEPS = (*NETWORK, "--steps", "--grain", "lecture")
CONV = ("Conv1d(2, 3, stride=2, padding=1)", "--wrt", "z", "--steps")
NORM = ("LayerNorm", "--wrt", "z", "--steps")
SOFTMAX = ("x:n -> Linear(K) -> Softmax -> y_hat", "--loss", "CrossEntropy", "--steps")
MEAN = ("x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat", "--loss", "MSE(mean)")
BATCH = ("x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat", "--loss", "MSE", "--batch", "B")
LARGE = ("x:90 -> Linear(70) -> ReLU -> Linear(40) -> y_hat", "--loss", "MSE", "--wrt", "W1")
GRAPH = "a = x*y - 3*z; b = sigma(a)/y; w = a*b + x"
ANSWERS = {
    "told": "{kind: gradients, network: net, of: [W1, b1], steps: lecture}",
    "windows told": (
        "{kind: layer, layer: Conv1d, options: {outputs: 2, kernel: 3, stride: 2, padding: 1}, of: [z], steps: lecture}"
    ),
    "norm told": "{kind: layer, layer: LayerNorm, of: [z], steps: lecture}",
    "kink told": "{kind: elements, network: net, of: [dz2/dz1]}",
    "box": "{kind: elements, network: net, of: [dz2/dz1, dl/dW1]}",
    "numbers drawn": f'{{kind: graph, equations: "{GRAPH}", at: {{x: 2, y: -3, z: "1/7"}}}}',
    "paths told": f'{{kind: paths, equations: "{GRAPH}", of: [dw/dx, dw/dz]}}',
    "ELU": "{kind: layer, layer: ELU, of: [z]}",
    "Tanh": "{kind: layer, layer: Tanh, of: [z]}",
    "windows": "{kind: layer, layer: Conv1d, options: {outputs: 2, kernel: k, stride: s, padding: p}, of: [z, weight]}",
}

PAGE_ALONE = "derive prints no boxes and draws nothing"


def planted(
    target: str, wrong: Callable[[Rule], Rule], homework: str, derive: tuple[str, ...] = (), only: str = ""
) -> Mutant:
    part = "" if homework == "box" else "1a"
    return Mutant(target, wrong, homework, part, derive=derive, only=only or ("" if derive else PAGE_ALONE))


def sentence(name: str, homework: str, derive: tuple[str, ...], *changes: tuple[str, str]) -> dict[str, Mutant]:
    """A sentence that says something else."""
    target = "derive.render.printing:sentence_text"
    return {f"sentence: {name}": planted(target, replaced(*changes), homework, derive)}


def in_place_of(*changes: tuple[str, str]) -> Callable[[Rule], Rule]:
    """A printer that prints another text wherever a pattern stands."""

    def changed(text: str) -> str:
        for pattern, new in changes:
            text = re.sub(pattern, new, text)
        return text

    return in_text(changed)


def box(name: str, *changes: tuple[str, str]) -> dict[str, Mutant]:
    """A box of letters and signs that says something else."""

    def wrong(right: Rule) -> Rule:
        def notation(*given: Any) -> Any:
            def spoilt(text: str) -> str:
                for old, new in changes:
                    text = text.replace(old, new)
                return text

            return tuple(
                replace(block, latex=spoilt(block.latex), **_spoilt_entries(block, spoilt)) for block in right(*given)
            )

        return notation

    return {f"box: {name}": planted("answers.homework.notation:notation_box", wrong, "box")}


def _spoilt_entries(block: Any, spoilt: Callable[[str], str]) -> dict[str, Any]:
    entries = getattr(block, "entries", None)
    return {} if entries is None else {"entries": tuple((spoilt(f), words) for f, words in entries)}


def drawing(name: str, *changes: tuple[str, str]) -> dict[str, Mutant]:
    """A picture in which something else is drawn."""
    return {f"drawing: {name}": planted("answers.graphs.tikz:drawing", in_place_of(*changes), "numbers drawn")}


def arrows_reversed(right: Rule) -> Rule:
    return lambda rows, turns: right([list(reversed(row)) for row in reversed(rows)], turns)


def numbers_exchanged(right: Rule) -> Rule:
    """The gradient above an arrow and the value below it."""
    return lambda arrow, centre: right(replace(arrow, above=arrow.below, below=arrow.above), centre)


def numbers_of_the_next(right: Rule) -> Rule:
    def drawn(vertices: Any, arrows: Any, **options: Any) -> Any:
        moved = [*arrows[1:], arrows[0]]
        shown = [replace(a, above=b.above, below=b.below) for a, b in zip(arrows, moved, strict=True)]
        return right(vertices, shown, **options)

    return drawn


def no_window(right: Rule) -> Rule:
    """A receptive field that is said to be none."""

    def sizes(*given: Any, **options: Any) -> Any:
        return tuple(replace(layer, field=None) for layer in right(*given, **options))

    return sizes


PROOFS = {
    "proof: another sign": Mutant(
        "derive.render.written:formula_latex",
        replaced((r"1 - \sigma", r"1 + \sigma")),
        "proof",
        "1a",
        only="derive shows no proofs",
    ),
    "proof: the smallest for the largest": Mutant(
        "derive.render.written:formula_latex",
        replaced(("{max}", "{min}")),
        "maximum",
        "1a",
        only="derive shows no proofs",
    ),
    **{
        f"range: {name}": Mutant(
            f"answers.kinds.ranges:{target}", wrong, "ranges", "1a", only="derive shows no ranges of functions"
        )
        for name, target, wrong in (
            ("another end", "Candidate.interval", replaced((r"(0, \infty)", r"(-1, \infty)"))),
            ("a bracket", "Candidate.interval", replaced(("(0", "[0"))),
            ("falls for rises", "Candidate.words", replaced(("rises", "falls"))),
            ("another sign of the slope", "Candidate.words", replaced(("positive", "negative"))),
            ("another start", "Candidate.words", replaced(("from $0$", "from $1$"))),
        )
    },
    **{
        f"linear map: {name}": Mutant(
            f"answers.kinds.linear_maps:{target}", wrong, "maps", "1a", only="derive draws no linear maps"
        )
        for name, target, wrong in (
            ("another entry", "_matrix_latex", replaced(("1 & 1", "1 & 2"))),
            ("transposed", "_matrix_latex", replaced((r"1 & 1 \\[2pt] 0 & 1", r"1 & 0 \\[2pt] 1 & 1"))),
            ("the other orientation", "Map.words", replaced(("orientation kept", "orientation reversed"))),
        )
    },
}
"""Printers of what authors write, and of functions that they name."""

LARGE_SIZES = {
    "large sizes: a transpose dropped": planted(
        "derive.render.matrix:MatrixPrinter.transpose", its_argument, "large", LARGE
    ),
    "large sizes: a shape backwards": planted("derive.render.printing:shape_piece", backwards, "large", LARGE),
    "large sizes: a sum from 2 on": planted(
        "derive.render.expression:ExpressionPrinter.sum",
        replaced(("=1}", "=2}")),
        "large elements",
        (*LARGE, "--notation", "index"),
    ),
    "large sizes: another class of kink": planted(
        "derive.render.expression:ExpressionPrinter.condition",
        replaced((" > ", " < ")),
        "large elements",
        (*LARGE, "--notation", "index"),
    ),
}
"""Printers whose text is compared with the expressions of a derivation at large sizes."""

MUTANTS = {
    **LARGE_SIZES,
    **PROOFS,
    **sentence(
        "the slope of another element",
        "told",
        (*STEPS, "--wrt", "W1"),
        ("slope $x_j", "slope $x_i"),
        ("slope x[j]", "slope x[i]"),
    ),
    **sentence(
        "a slope of the other sign",
        "told",
        (*STEPS, "--wrt", "W1"),
        ("slope $1-", "slope $1+"),
        ("slope 1−", "slope 1+"),
        ("slope $\\mathbf{1}", "slope $-\\mathbf{1}"),
    ),
    **sentence(
        "only for every",
        "told",
        (*STEPS, "--wrt", "W1"),
        (" only, with", " for every $k$, with"),
        ("z₁[i] only", "z₁[i] for every k"),
    ),
    **sentence(
        "another row",
        "told",
        (*STEPS, "--wrt", "b1"),
        ("shifts $z_{1,i}", "shifts $z_{2,i}"),
        ("shifts z₁[i]", "shifts z₂[i]"),
    ),
    **sentence(
        "another gradient inserted",
        "told",
        (*STEPS, "--wrt", "W1"),
        ("Insert $\\partial \\ell/\\partial \\bm{z}_1", "Insert $\\partial \\ell/\\partial \\bm{W}^{(2)}"),
        ("Insert ∂ℓ/∂z₁", "Insert ∂ℓ/∂W₂"),
    ),
    **sentence(
        "a place further",
        "windows told",
        CONV,
        ("2t+m-1", "2t+m"),
        ("2t+m-3", "2t+m-2"),
        ("2t+m−1", "2t+m"),
        ("2t+m−3", "2t+m−2"),
    ),
    **sentence("a stride lost", "windows told", CONV, ("2t+m", "t+m")),
    **sentence("a way lost", "norm told", NORM, ("$\\mu$, $v$ and ", "$v$ and "), ("μ, v and ", "v and ")),
    **sentence(
        "through the closed way",
        "norm told",
        NORM,
        ("through $v$ comes", "through $\\hat{z}_i$ comes"),
        ("through v comes", "through ẑ[i] comes"),
    ),
    "sentence: a sum of 2": planted(
        "derive.render.printing:sentence_text",
        replaced((" is 1, as", " is 2, as")),
        "entropy told",
        (*SOFTMAX, "--wrt", "W1"),
    ),
    "sentence: another value at the kink": planted(
        "derive.render.printing:sentence_text", replaced(("is to take 0", "is to take 1")), "kink told"
    ),
    "sentence: another gradient from upstream": planted(
        "derive.render.printing:sentence_text",
        replaced(("= $\\partial \\ell/\\partial \\bm{y}$", "= $\\partial \\ell/\\partial \\bm{z}$")),
        "norm told",
    ),
    "box: shapes backwards": planted(
        "answers.homework.notation:shape_latex", lambda right: lambda shape: right(tuple(shape)[::-1]), "box"
    ),
    **box("a step uphill", (r"\theta - \eta", r"\theta + \eta")),
    **box(
        "a step in the other layout",
        (r"\partial \ell / \partial \theta$", r"(\partial \ell / \partial \theta)^{\top}$"),
    ),
    **box("the other index base", ("count from 1", "count from 0")),
    **box("diag without δ", (r" \, \delta_{ij}", "")),
    **box("another letter", (r"\bm{y} \in", r"\bm{x} \in")),
    **drawing("another operator", (r"\\times\$", "+$")),
    **drawing("a digit", (r"-0\.00873", "-0.00874")),
    **drawing("a sign", (r"\$-3\$", "$3$")),
    **drawing("another constant", (r"\\times 3", r"\\times 2")),
    "drawing: arrows the other way round": planted("answers.graphs.tikz:_arrow", arrows_reversed, "numbers drawn"),
    "drawing: values below": planted("answers.graphs.tikz:_numbers", numbers_exchanged, "numbers drawn"),
    "drawing: numbers of the next arrow": planted(
        "answers.graphs.scalar:drawing", numbers_of_the_next, "numbers drawn"
    ),
    "sizes: no window": planted("derive.sizes:layer_sizes", no_window, "seen"),
    "printer: the mean without its number": planted(
        "derive.render.latex_style:LatexStyle.fraction",
        lambda right: lambda style, top, bottom, **how: right(style, top, top, **how),
        "mean",
        (*MEAN, "--wrt", "W1", "--latex"),
    ),
    "printer: another exponent": planted(
        "derive.render.latex_style:LatexStyle.power",
        in_place_of((r"\^\{2\}", "^{3}")),
        "Tanh",
        ("Tanh", "--wrt", "z", "--notation", "index", "--latex"),
    ),
    "printer: the sign of an exponent": planted(
        "derive.render.latex_style:LatexStyle.power",
        in_place_of((r"e\^\{z", "e^{-z")),
        "ELU",
        ("ELU", "--wrt", "z", "--notation", "index", "--latex"),
    ),
    "printer: a column of ones as a row": planted(
        "derive.render.matrix:MatrixPrinter.ones",
        in_text(lambda text: text + r"^{\top}"),
        "batch",
        (*BATCH, "--wrt", "b2", "--latex"),
    ),
    "printer: the rest of cases never": planted(
        "derive.render.latex_style:LatexStyle.cases",
        replaced((r"\text{otherwise}", r"\text{if } 1 = 2")),
        "ELU",
        ("Conv1d(2, 3, stride=2)", "--wrt", "z", "--ranges", "cases", "--latex"),
    ),
    "printer: one rounded up": planted(
        "derive.render.latex_style:LatexStyle.floor",
        replaced((r"\lfloor", r"\lceil"), (r"\rfloor", r"\rceil")),
        "windows",
        ("Conv1d(2, k, stride=s, padding=p)", "--wrt", "z", "--forward", "--latex"),
    ),
    "printer: a letter of a sum": planted(
        "derive.render.style:Style.big_sum",
        in_place_of((r"\\sum_\{[a-z]=", r"\\sum_{q=")),
        "windows",
        ("Conv1d(2, k, stride=s, padding=p)", "--wrt", "weight", "--latex", "--notation", "index"),
    ),
}
