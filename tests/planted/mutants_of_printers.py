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
ANSWERS = {
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


AT_SIZES = "no kind of answer prints a Jacobian as a matrix at sizes"
PRINTER = "expression:ExpressionPrinter"
MUTANTS = {
    "printer: a transpose dropped": mutant("matrix:MatrixPrinter.transpose", its_argument, "gradients", GRADIENTS),
    "printer: a shape backwards": mutant("printing:_shape", backwards, "gradients", GRADIENTS),
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
    "printer: an element twice": mutant("written_out:_equations", twice, "elements", ELEMENTS),
    "printer: a matrix transposed": replace(
        mutant("written_out:matrix_unicode", transposed, "", MATRIX), only=AT_SIZES
    ),
}
