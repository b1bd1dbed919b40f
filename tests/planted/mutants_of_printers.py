"""Wrong printers: what is derived is right, and the text says something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from derive.render.piece import Piece
from tests.planted.planting import Mutant

Rule = Callable[..., Any]

NETWORK = "x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat"
GRADIENTS = (NETWORK, "--loss", "1/2*MSE", "--wrt", "W1")
CONV = ("Conv1d(2, k, padding=p)", "--wrt", "z", "--notation", "index")
MAPS = ("Conv1d(2, 3, padding=1)", "--wrt", "z", "--notation", "convolution")
ELEMENTS = ("Conv1d(2, 2, padding=1)", "--wrt", "z", "--written-out", "C=1,L=3")
MATRIX = ("Conv1d(2, 2, padding=1)", "--wrt", "z", "--toeplitz", "C=1,L=3")
WEIGHT = ("Conv1d(2, k, padding=p)", "--wrt", "weight", "--notation", "index")
POOL = ("MaxPool1d(3)", "--wrt", "z", "--forward")
RELU = ("x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat", "--loss", "MSE(mean)", "--wrt", "W1", "--latex")
SIZES = ("Conv1d(2, 3, stride=2)", "--wrt", "bias", "--forward")
ENTROPY = ("x:n -> Linear(K) -> Softmax -> y_hat", "--loss", "CrossEntropy", "--wrt", "y_hat")
STATES = ("RNN", "--wrt", "h0", "--index-base", "0")
ANSWERS = {
    "maps over space": "{kind: layer, layer: Conv1d, options: {outputs: 2, kernel: 3, padding: 1}, of: [z]}",
    "weight": "{kind: layer, layer: Conv1d, options: {outputs: 2, kernel: k, padding: p}, of: [weight]}",
    "pool": "{kind: layer, layer: MaxPool1d, options: {kernel: 3}}",
    "strided": "{kind: layer, layer: Conv1d, options: {outputs: 2, kernel: 3, stride: 2}, of: [bias]}",
    "function": "{kind: layer, layer: ELU}",
    "jacobian": "{kind: elements, network: net, of: [dz2/dz1, dl/dW1]}",
    "number": '{kind: prose, text: "${{v.p}}$", evidence: {v: {kind: values, at: {z: 2}, formulas: {p: "exp(z)/3"}}}}',
    "gradients": "{kind: gradients, network: net}",
    "conv": "{kind: layer, layer: Conv1d, options: {outputs: 2, kernel: k, padding: p}, of: [z]}",
}


def in_text(change: Callable[[str], str]) -> Callable[[Rule], Rule]:
    """A printer whose text is another one."""

    def planted(right: Rule) -> Rule:
        def printed(*given: Any, **options: Any) -> Any:
            found = right(*given, **options)
            return replace(found, text=change(found.text), parts=()) if isinstance(found, Piece) else change(found)

        return printed

    return planted


def its_argument(right: Rule) -> Rule:
    """What is to be transposed, as it is."""
    return lambda printer, piece: piece


def backwards(right: Rule) -> Rule:
    """K × d for d × K."""
    return lambda style, shape: right(style, tuple(shape)[::-1])


def from_the_other(right: Rule) -> Rule:
    """Indices that count from the other number."""
    return lambda expression, base, *given, **options: right(expression, 1 - base, *given, **options)


def fewer(right: Rule) -> Rule:
    """All but the first."""
    return lambda *given, **options: right(*given, **options)[1:]


def none(right: Rule) -> Rule:
    return lambda *given, **options: ()


def unsigned(right: Rule) -> Rule:
    """A piece without its minus."""
    return lambda style, piece: right(style, replace(piece, negative=False))


def exchanged(right: Rule) -> Rule:
    """The first two of what is printed in each other's place."""
    return lambda style, one, other, *given, **options: right(style, other, one, *given, **options)


def ends_exchanged(right: Rule) -> Rule:
    """A sum from its upper limit to its lower one."""
    return lambda style, letter, low, high: right(style, letter, high, low)


def never(right: Rule) -> Rule:
    return lambda *given: False


def replaced(*changes: tuple[str, str]) -> Callable[[Rule], Rule]:
    """A printer that has another text for each of some."""

    def changed(text: str) -> str:
        for old, new in changes:
            text = text.replace(old, new)
        return text

    return in_text(changed)


def twice(right: Rule) -> Rule:
    """The first equation again in the place of the second."""

    def equations(*given: Any) -> Any:
        first, _, *rest = right(*given)
        return [first, first, *rest]

    return equations


def transposed(right: Rule) -> Rule:
    return lambda matrix, *given: right(matrix.T, *given)


def mutant(target: str, wrong: Callable[[Rule], Rule], homework: str, derive: tuple[str, ...]) -> Mutant:
    return Mutant(f"derive.render.{target}", wrong, homework, "1a" if homework else "", derive=derive)


def legend(name: str, *changes: tuple[str, str]) -> dict[str, Mutant]:
    """An equation of the legend that says something else."""
    return {f"legend: {name}": mutant("legends:_equation", replaced(*changes), "maps over space", MAPS)}


PAGE_ALONE = "derive prints no formulas of functions and no prose"
NO_RECURRENCES = "no homework prints a recurrence at every time"
AT_SIZES = "no kind of answer prints a Jacobian as a matrix at sizes"
PRINTER = "expression:ExpressionPrinter"
MUTANTS = {
    "printer: a transpose dropped": mutant("matrix:MatrixPrinter.transpose", its_argument, "gradients", GRADIENTS),
    "printer: a shape backwards": mutant("printing:shape_piece", backwards, "gradients", GRADIENTS),
    "printer: indices from the other base": mutant("counting:counted", from_the_other, "conv", CONV),
    "printer: a limit of a sum": mutant(
        f"{PRINTER}.sum", in_text(lambda text: text.replace("=1}", "=2}").replace("=0}", "=1}")), "conv", CONV
    ),
    "printer: a sign": mutant(
        "compose:add", in_text(lambda text: text.replace("-", "+").replace("−", "+")), "conv", CONV
    ),
    "printer: ∗ for ⋆": replace(
        mutant(
            "convolution:ConvolutionPrinter.joined",
            in_text(lambda text: text.replace("⋆", "∗")),
            "",
            MAPS,
        ),
        only="on the page both signs are commands of LaTeX",
    ),
    **legend("the other operation", ("a_{i+j", "a_{i-j"), ("a[i+j", "a[i−j")),
    **legend("one place further", ("a_{i-p}", "a_{i-p+1}"), ("a[i−p]", "a[i−p+1]")),
    **legend("not turned", ("a_{n-i", "a_{i"), ("a[n−i", "a[i")),
    **legend("a map lost", (r" \, b_j", ""), (" · b[j]", "")),
    **legend("⋆ is called ∗", (r"\star", r"\ast"), ("⋆", "∗")),
    "legend: in the other base": mutant(
        "legends:legends", lambda right: lambda forms, base: right(forms, 1 - base), "maps over space", MAPS
    ),
    "legend: a sign not explained": mutant("legends:legends", fewer, "maps over space", MAPS),
    "legend: nothing counts as 0": mutant(
        "legends:convention", replaced((", which count as 0 outside", "")), "maps over space", MAPS
    ),
    "printer: not said what reads as 0": Mutant(
        "answers.derivations.notes:notes_on", none, "weight", "1a", derive=WEIGHT
    ),
    "printer: a maximum over another range": mutant(
        f"{PRINTER}.range_below", replaced(("1", "2"), ("0", "1")), "pool", POOL
    ),
    "printer: ≥ for >": mutant(
        f"{PRINTER}.condition", replaced((" > ", r" \ge ")), "jacobian", (*RELU, "--notation", "index")
    ),
    "printer: subscripts in reverse order": mutant(
        f"{PRINTER}.subscripts", lambda right: lambda *given: right(*given)[::-1], "conv", CONV
    ),
    "printer: a minus lost": mutant("style:Style.signed", unsigned, "entropy", ENTROPY),
    "printer: a fraction upside down": mutant("latex_style:LatexStyle.fraction", exchanged, "mean", RELU),
    "printer: a partial upside down": mutant("latex_style:LatexStyle.partial", exchanged, "gradients", RELU),
    "printer: the limits of a sum exchanged": mutant("style:Style.big_sum", ends_exchanged, "conv", (*CONV, "--latex")),
    "printer: a product element by element as one of matrices": mutant(
        "compose:hadamard", replaced((r"\odot", ""), ("⊙", "")), "gradients", GRADIENTS
    ),
    "printer: another size of the output": mutant(
        "latex_style:LatexStyle.floor",
        replaced((r"\lfloor", r"\lceil"), (r"\rfloor", r"\rceil")),
        "strided",
        (*SIZES, "--latex"),
    ),
    "printer: the vector of an affine form of the other sign": replace(
        mutant("printing:latex", replaced((" + ", " - ")), "affine", ()), only="derive prints no affine forms"
    ),
    "printer: another formula of a function": replace(
        mutant("printing:cases_latex", replaced((" > ", " < ")), "function", ()), only=PAGE_ALONE
    ),
    "printer: another digit of a number in prose": replace(
        Mutant("answers.contract.evidence:quoted", replaced((".4", ".5")), "number", "1a"), only=PAGE_ALONE
    ),
    "printer: the state before time 0 as that of time 0": replace(
        mutant("names:is_before", never, "", STATES), only=NO_RECURRENCES
    ),
    "printer: an element twice": mutant("written_out:_equations", twice, "elements", ELEMENTS),
    "printer: a matrix transposed": replace(
        mutant("written_out:matrix_unicode", transposed, "", MATRIX), only=AT_SIZES
    ),
}
