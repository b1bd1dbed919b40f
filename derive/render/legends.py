"""What the signs of convolution forms mean: an equation for each, of an element of the map that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sympy import Expr

from derive.conventions import IndexBase
from derive.convolution import nodes
from derive.convolution.nodes import ConvolutionForm, SpaceNode
from derive.expression import symbols
from derive.render import compose
from derive.render.counting import shifted_subscript
from derive.render.expression import ExpressionPrinter
from derive.render.piece import Piece
from derive.render.printing import LATEX, UNICODE
from derive.render.style import Style

X, T = symbols.index("i"), symbols.index("j")
PLACES, NUMBER, STEP = symbols.size("n"), symbols.size("p"), symbols.size("s")
RANKS = {"a": 1, "b": 1}


@dataclass(frozen=True)
class Legend:
    """What a sign means: ``words`` say what it is called or does, ``latex`` and ``unicode`` are the equation."""

    words: str
    latex: str
    unicode: str


def convention(said: Iterable[Legend]) -> str:
    """What all of the equations rely on; names in braces are set as symbols."""
    lengths = ", where {a} has {n} places" if any(one.words == WORDS["rot180"] for one in said) else ""
    return f"For maps {{a}} and {{b}}, which count as 0 outside, along each axis{lengths}:"


def legends(forms: Iterable[ConvolutionForm], index_base: IndexBase = 0) -> tuple[Legend, ...]:
    """What the signs in the forms mean, each said once, in indices that count from ``index_base``."""
    used = {sign for form in forms for node in (form.node, form.full) if node for sign in _signs_in(node)}
    return tuple(
        Legend(words, *(_equation(style, sign, index_base) for style in (LATEX, UNICODE)))
        for sign, words in WORDS.items()
        if sign in used
    )


WORDS = {
    "correlate": "cross-correlation",
    "convolve": "full convolution",
    "pad": "zeros around it",
    "crop": "its edges cut off",
    "dilate": "and 0 at other places",
    "rot180": "turned by 180 degrees",
    "stride": "thinned out",
}
"""What each sign is called or does, in the order of a legend."""


def _signs_in(form: SpaceNode) -> Iterator[str]:
    for part in form.walk():
        if isinstance(part, nodes.Correlation):
            yield "correlate"
            if any(step != 1 for step in part.stride):
                yield "stride"
        elif isinstance(part, nodes.Convolution):
            yield "convolve"
        elif isinstance(part, nodes.Dilated):
            yield "dilate"
        elif isinstance(part, nodes.Turned):
            yield "rot180"
        elif isinstance(part, nodes.Padded) and any(number != 0 for number in part.before):
            yield "crop" if all((-number).is_nonnegative for number in part.before) else "pad"


def _equation(style: Style, sign: str, index_base: IndexBase) -> str:
    """The element of what a sign makes of a, or of a and b, and what it is."""
    printer = ExpressionPrinter(style, RANKS)

    def counted(place: Expr) -> Expr:
        return shifted_subscript(place) if index_base == 1 else place

    def element(name: str, place: Expr) -> Piece:
        return printer.element(name, [counted(place)])

    whole, other = (Piece(name, 1) for name in ("a", "b"))
    if sign in ("correlate", "convolve"):
        made = style.enclose(compose.multiply(style, [whole, other], sign=style.signs[sign]))
        product = compose.multiply(style, [element("a", X + T if sign == "correlate" else X - T), element("b", T)])
        right = compose.total(style, [style.sum_over(printer.piece(T))], product)
        return style.element_of(made, printer.subscripts([X])).text + style.signs["equals"] + right.text
    below, place, read = {
        "pad": (NUMBER, X, X - NUMBER),
        "crop": (NUMBER, X, X + NUMBER),
        "dilate": (STEP, STEP * X, X),
        "rot180": (None, X, PLACES - 1 - X),
        "stride": (STEP, X, STEP * X),
    }[sign]
    name = style.operation(sign, () if below is None else printer.subscripts([below]))
    made = compose.call(style, name, whole)
    left = style.element_of(made, printer.subscripts([counted(place)]))
    return left.text + style.signs["equals"] + element("a", read).text
