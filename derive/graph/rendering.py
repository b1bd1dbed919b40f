"""Sums over paths as LaTeX and Unicode: the chain in partials, then in factors, each in the order of its path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr, Mul
from sympy.core.function import AppliedUndef

from derive.expression import symbols
from derive.expression.partials import partial_named
from derive.graph.graph import Graph
from derive.graph.links import Link
from derive.graph.numbers import RAISED
from derive.graph.paths import DIFFERENTIATE, INSERT, Paths
from derive.graph.structure import Edge, Node, Operation, slots
from derive.render import compose
from derive.render.piece import Piece
from derive.render.printing import (
    LATEX,
    UNICODE,
    piece,
    pieces,
    sentence_latex,
    sentence_unicode,
    symbol_piece,
)
from derive.render.style import Style
from derive.step_rules import StepRule


@dataclass(frozen=True)
class PathLine:
    """A printed step: its rule, a sentence in which names in braces are symbols, and the right side."""

    rule: StepRule
    sentence: str
    right: str


def path_lines(partial: Paths, style: Style = LATEX) -> tuple[PathLine, ...]:
    """The steps of a partial: the chain, the factors in its place, and the sum in its simplest form."""
    return (*_chain(partial, style), *_lines(partial, style))


def _simplest(partial: Paths, style: Style) -> str:
    """The right side of the last step."""
    *_, last = _lines(partial, style)
    return last.right


def left_side(partial: Paths, style: Style = LATEX) -> str:
    """The partial itself."""
    return piece(style, symbols.scalar(partial.name), {}).text


def path_sum_latex(partial: Paths, steps: bool = False) -> str:
    """The equation; with ``steps`` the body of an ``align*``."""
    left = left_side(partial)
    if not steps:
        return f"{left} = {_simplest(partial, LATEX)}"
    lines = path_lines(partial)
    shown = [rf"\intertext{{{sentence_latex(line.sentence)}}}" + f"\n{left} &= {line.right}" for line in lines]
    return " \\\\[3pt]\n".join(shown)


def path_sum_unicode(partial: Paths, steps: bool = False) -> str:
    """The equation for a terminal; with ``steps`` all of them, each under its sentence."""
    left = left_side(partial, UNICODE)
    if not steps:
        return f"{left} = {_simplest(partial, UNICODE)}"
    lines = path_lines(partial, UNICODE)
    shown = (f"{sentence_unicode(line.sentence)}\n    {left} = {line.right}" for line in lines)
    return "\n".join(shown)


def slope_notes(partials: Sequence[Paths], style: Style = LATEX) -> tuple[tuple[str, str], ...]:
    """Each slope that is printed without its argument, and the same with it."""
    shown: dict[str, tuple[str, str]] = {}
    for partial in partials:
        for call in _slopes_in(partial):
            name = call.func.__name__
            if name in _without_argument(partial):
                shown[name] = (_text(style, symbols.scalar(name)), _text(style, call))
    return tuple(shown[name] for name in sorted(shown))


def slope_latex(graph: Graph, edge: Edge) -> str:
    """The local slope along an arrow, in what its operator reads: u, or u and v, or u1, u2, u3."""
    operation = graph.nodes[edge.target].operation
    if operation is None:
        return "1"
    count = operation.arity
    names = "uv"[:count] if count <= 2 else [f"u{place}" for place in range(1, count + 1)]
    letters = dict(zip(slots(count), map(symbols.scalar, names), strict=True))
    return _text(LATEX, operation.slope(edge.slot, graph.slopes).xreplace(letters))


def operation_latex(node: Node) -> str:
    """What stands in the node of an operator."""
    return node_piece(node).text


def node_piece(node: Node) -> Piece:
    """What stands in a node, in LaTeX: an operator with the constant that it takes, a number, or a name."""
    if node.operation is not None:
        return _operator(node.operation)
    return _piece(LATEX, symbols.scalar(node.name) if node.constant is None else node.constant)


def _is_chained(partial: Paths) -> bool:
    return bool(partial.paths) and not partial.is_direct and partial.paths != ((),)


def _chain(partial: Paths, style: Style) -> Iterator[PathLine]:
    """The step that multiplies the partials along the paths, where there is more than one of them to be multiplied."""
    if _is_chained(partial):
        links = [[_link(style, link, partial.name) for link in path] for path in partial.paths]
        total = compose.add(style, [compose.multiply(style, path) for path in links], sort=False)
        yield PathLine(StepRule.CHAIN, partial.explanation, style.signed(total).text)


def _lines(partial: Paths, style: Style) -> Iterator[PathLine]:
    """The steps after the chain."""
    if not partial.paths:
        yield PathLine(StepRule.NO_PATH, partial.explanation, "0")
        return
    chained = _is_chained(partial)
    bare = _without_argument(partial)
    terms = [[_bare(factor, bare) for factor in term] for term in partial.terms]
    inserted = style.signed(compose.add(style, [_product(style, term) for term in terms], sort=False)).text
    yield PathLine(
        StepRule.INSERT if chained else StepRule.DIFFERENTIATE, INSERT if chained else DIFFERENTIATE, inserted
    )
    if partial.common:
        shared = [piece(style, _bare(factor, bare), {}) for factor in partial.common]
        rest = [_product(style, term[len(shared) :]) for term in terms]
        front = compose.multiply(style, shared)
        factored = compose.multiply(style, [front, compose.add(style, rest, sort=False)], sign=_dot(style))
        yield PathLine(StepRule.FACTOR, "Factor out what all paths share.", style.signed(factored).text)
    elif not any(factor.has(AppliedUndef) for term in partial.terms for factor in term):
        collected = _text(style, partial.result)
        reordered = len(terms) == 1 and set(Mul.make_args(partial.result)) == set(terms[0])
        if collected != inserted and not reordered:
            yield PathLine(StepRule.COLLECT, "Collect like factors and terms.", collected)


def _link(style: Style, link: Link, asked: str) -> Piece:
    """The partial of one equation; what it holds is said where it would look like the one that is asked for."""
    shown = piece(style, symbols.scalar(link.name), {})
    held = partial.held if (partial := partial_named(link.direct)) else ()
    if link.name != asked or not held:
        return shown
    return style.held(shown, [piece(style, symbols.scalar(name), {}) for name in held])


def _product(style: Style, factors: Sequence[Expr]) -> Piece:
    """Factors in their order, with dots between them where they would run into one another."""
    if not factors:
        return style.number("1")
    shown = pieces(style, factors)
    parted = any(one.text[:1].isdigit() or one.compound or one.negative for one in shown[1:])
    if parted:
        shown = [shown[0], *(style.enclose(style.signed(one)) if one.negative else one for one in shown[1:])]
    return compose.multiply(style, shown, sign=_dot(style) if parted else "")


def _dot(style: Style) -> str:
    return r" \cdot " if style is LATEX else " · "


def _without_argument(partial: Paths) -> frozenset[str]:
    """The slopes f' that may stand without their argument, because f is applied only once in the graph."""
    applied = [node.name for node in partial.graph.nodes if node.name in partial.graph.unknown]
    return frozenset(f"{name}'" for name in applied if applied.count(name) == 1)


def _slopes_in(partial: Paths) -> list[Expr]:
    found = {call for term in partial.terms for factor in term for call in factor.atoms(AppliedUndef)}
    return sorted((call for call in found if call.func.__name__.endswith("'")), key=str)


def _bare(factor: Expr, names: frozenset[str]) -> Expr:
    """The factor with slopes of those names written without their arguments."""
    if not names:
        return factor
    calls = {call for call in factor.atoms(AppliedUndef) if call.func.__name__ in names}
    return factor.xreplace({call: symbols.scalar(call.func.__name__) for call in calls})


def _text(style: Style, expression: Expr) -> str:
    return _piece(style, expression).text


def _piece(style: Style, expression: Expr) -> Piece:
    return style.signed(piece(style, expression, {}))


SIGNS = {"+": "+", "-": "-", "*": r"\times", "/": r"\div", "^": "{}^{\\wedge}"}
HOLE = Piece(r"\cdot", 1)
"""Where an operator that is printed with a number has the value that it reads."""


def _operator(operation: Operation) -> Piece:
    if operation.is_reciprocal:
        return Piece("1/x", 3)
    if operation.is_negation:
        return _sign("-")
    alone = _sign(operation.sign) if operation.sign in SIGNS else symbol_piece(LATEX, operation.sign)
    if operation.constant is None:
        return alone
    number = _piece(LATEX, operation.constant)
    if operation.sign not in SIGNS:
        return _called(alone, [*[HOLE] * operation.arity, number])
    if operation.sign == "^":
        return _raised(number, HOLE) if operation.leading else _raised(Piece(rf"({HOLE.text})", 3), number)
    if operation.constant.is_negative:
        number = LATEX.enclose(number)
    left, right = (number, alone) if operation.leading else (alone, number)
    return right.after(f"{left.text} ", left.width)


def _raised(base: Piece, exponent: Piece) -> Piece:
    return Piece(f"{base.text}^{{{exponent.text}}}", base.width + RAISED * exponent.width)


def _sign(name: str) -> Piece:
    return Piece(SIGNS[name], 1.6 if name in "+-" else 1)


def _called(name: Piece, arguments: Sequence[Piece]) -> Piece:
    width = name.width + sum(argument.width + 1 for argument in arguments) + 1
    return Piece(f"{name.text}({', '.join(argument.text for argument in arguments)})", width)
