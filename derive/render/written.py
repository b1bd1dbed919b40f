"""Formulas in the form in which they were written: no term is merged, cancelled or moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy
from lark import Token, Tree
from sympy import Expr, Symbol

from derive.building.formulas import DERIVATIVE, Definition, Formula, Setting
from derive.building.known import ELEMENTARY, OF_MATRICES
from derive.building.reader import Reader
from derive.building.shorthands import FORMULAS, WITH_CONSTANT, shorthand_of
from derive.conventions import IndexBase
from derive.expression.special import LogGamma
from derive.render import compose
from derive.render.counting import counted
from derive.render.expression import ExpressionPrinter
from derive.render.names import Ranks, places_in, ranks_of
from derive.render.piece import Binding, Piece
from derive.render.printing import LATEX, UNICODE, piece
from derive.render.style import Style

Tr = Tree[Any]


def formula_latex(formula: Formula, index_base: IndexBase = 1) -> str:
    """LaTeX of a formula as it was written."""
    return LATEX.signed(formula_piece(LATEX, formula, index_base)).text


def formula_unicode(formula: Formula, index_base: IndexBase = 1) -> str:
    """One line of Unicode of a formula as it was written."""
    return UNICODE.signed(formula_piece(UNICODE, formula, index_base)).text


def formula_piece(style: Style, formula: Formula, index_base: IndexBase = 1) -> Piece:
    """A formula as a piece."""
    return _printer(style, formula.setting, formula.letters, index_base).piece(formula.tree)


def definition_latex(definition: Definition, setting: Setting, index_base: IndexBase = 1) -> str:
    """LaTeX of an equation that defines something, as it was written."""
    left = ExpressionPrinter(LATEX, ranks_of(setting.forward)).element(definition.name, definition.letters)
    right = _printer(LATEX, setting, definition.letters, index_base).piece(definition.tree)
    return f"{left.text} = {LATEX.signed(right).text}"


def _printer(style: Style, setting: Setting, letters: tuple[Symbol, ...], index_base: IndexBase) -> WrittenPrinter:
    reader = Reader(setting.vocabulary, {letter.name for letter in letters})
    return WrittenPrinter(style, ranks_of(setting.forward), index_base, reader)


@dataclass(frozen=True)
class WrittenPrinter:
    """Prints the syntax tree of a formula; what has only one form is left to the printer of expressions."""

    style: Style
    ranks: Ranks
    index_base: IndexBase
    reader: Reader
    inline: bool = False

    def piece(self, tree: Tr) -> Piece:
        """A formula, or a part of one, as a piece."""
        shorthand = shorthand_of(tree)
        if shorthand is not None and (shown := self._shorthand(shorthand)) is not None:
            return shown
        method = getattr(self, f"_{tree.data}", None)
        return self._as_expression(tree) if method is None else method(*tree.children)

    def _shorthand(self, written: Tr) -> Piece | None:
        """What was written in the place of a formula: a function, a norm, a minimum; None if the formula is shown."""
        if written.data == "reduction":
            *ranges, condition, body = written.children[1:]
            if condition is not None:
                return None
            letters = [str(part.children[0]) for part in ranges]
            inner = replace(self, reader=Reader(self.reader.vocabulary, self.reader.letters | set(letters)))
            below = self.style.join([Piece(letter, 1) for letter in letters], ", ")
            return compose.total(self.style, [self.style.big_operator("min", below)], inner.piece(body), linear=False)
        name, *arguments = written.children
        if str(name) == "norm" and arguments[0].data == "symbol":
            printer = ExpressionPrinter(self.style, self.ranks)
            return self.style.norm(printer.element(str(arguments[0].children[0]), (), whole=True))
        return self._call(Token("NAME", str(name)), *arguments) if str(name) in (*FORMULAS, *WITH_CONSTANT) else None

    @property
    def _small(self) -> WrittenPrinter:
        return replace(self, inline=True)

    def _as_expression(self, tree: Tr) -> Piece:
        """Elements, numbers of an index and brackets, which print alike however they are written."""
        expression = self.reader.read(tree)
        if self.inline:
            return ExpressionPrinter(self.style, self.ranks, inline=True).piece(
                counted(expression, self.index_base, places_in(self.ranks))
            )
        return piece(self.style, expression, self.ranks, self.index_base)

    def _number(self, token: Token) -> Piece:
        return self.style.number(str(token))

    def _add(self, left: Tr, right: Tr) -> Piece:
        return self._sum_of(left, self.piece(right))

    def _subtract(self, left: Tr, right: Tr) -> Piece:
        shown = self.piece(right)
        body = compose.bracket_below(self.style, shown, Binding.BIG)
        return self._sum_of(left, replace(body, negative=True))

    def _sum_of(self, left: Tr, last: Piece) -> Piece:
        return compose.add(self.style, [self.piece(left), last], tight=self.inline, sort=False)

    def _negate(self, inside: Tr) -> Piece:
        shown = self.piece(inside)
        if shown.negative:
            shown = self.style.enclose(self.style.signed(shown))
        return replace(compose.bracket_below(self.style, shown, Binding.BIG), negative=True)

    def _multiply(self, left: Tr, right: Tr) -> Piece:
        return compose.multiply(self.style, [self.piece(left), self.piece(right)], between=self._between)

    def _divide(self, above: Tr, below: Tr) -> Piece:
        """A fraction; what multiplies an earlier fraction, or a 1, stays in front of this one."""
        if above.data == "multiply" and (_divides(above) or _is_one(above.children[1])):
            front, last = above.children
            quotient = self._fraction(self.piece(last), self.piece(below))
            return compose.multiply(self.style, [self.piece(front), quotient], between=self._between)
        return self._fraction(self.piece(above), self.piece(below))

    def _fraction(self, above: Piece, below: Piece) -> Piece:
        numeric = above.text.isdigit() and below.text.isdigit()
        return replace(
            self.style.fraction(above.positive, below, inline=self.inline, numeric=numeric), negative=above.negative
        )

    @property
    def _between(self) -> str:
        return "tight factor" if self.inline else "factor"

    def _raise(self, base: Tr, exponent: Tr) -> Piece:
        power = self.style.signed(self._small.piece(exponent))
        if base.data == "call" and exponent.data == "number" and str(base.children[0]) not in ("exp", "sqrt", "abs"):
            head, inside = self._head(str(base.children[0])), self.piece(base.children[1])
            return compose.call(self.style, self.style.power(head, power), inside)
        return compose.raise_to(self.style, self.piece(base), power)

    def _call(self, token: Token, *arguments: Tr) -> Piece:
        name = str(token)
        if name == DERIVATIVE:
            return self._derivative(*arguments)
        if name in OF_MATRICES and name not in self.reader.vocabulary.functions:
            found = compose.call(self.style, self.style.word("det"), self._matrix(arguments[0]))
            return found if name == "det" else compose.call(self.style, self.style.word("log"), found)
        shown = [self.piece(argument) for argument in arguments]
        if name == "sqrt":
            return self.style.root(shown[0])
        if name == "abs":
            return self.style.enclose(self.style.signed(shown[0]), "|", "|")
        if ELEMENTARY.get(name) is LogGamma:
            return ExpressionPrinter(self.style, self.ranks).log_gamma(shown[0])
        if name == "floor":
            return self.style.floor(shown[0])
        if name == "ceil":
            return self.style.ceiling(shown[0])
        if name == "exp" and self.style.raises_exponents:
            small = self._small.piece(arguments[0])
            if not small.tall:
                return self.style.power(Piece("e", 1), self.style.signed(small))
        return compose.call(self.style, self._head(name), self.style.join(shown, ", "))

    def _entry(self, token: Token, matrix: Tr, subscripts: Tr) -> Piece:
        inverted = self.style.enclose(self.style.inverse(self._matrix(matrix)))
        return self.style.element_of(inverted, self._places(subscripts.children))

    def _matrix(self, tree: Tr) -> Piece:
        """A matrix as a whole, or one of several."""
        whole = ExpressionPrinter(self.style, self.ranks).element(str(tree.children[0]), (), whole=True)
        if tree.data == "symbol":
            return whole
        return self.style.element_of(whole, self._places(tree.children[1].children))

    def _places(self, subscripts: Sequence[Any]) -> list[Piece]:
        """Subscripts as they are printed."""
        inside = replace(self.reader, place="subscripts")
        counts = [
            counted(inside.read(child), self.index_base, places_in(self.ranks), is_place=True) for child in subscripts
        ]
        return ExpressionPrinter(self.style, self.ranks).subscripts(counts)

    def _head(self, name: str) -> Piece:
        if name in ("log2", "log10"):
            return self.style.operation("log", [self.style.number(name.removeprefix("log"))])
        return ExpressionPrinter(self.style, self.ranks).name_of_function(name)

    def _derivative(self, numerator: Tr, denominator: Tr) -> Piece:
        above, below = self.piece(numerator), self.piece(denominator)
        if numerator.data in ("symbol", "access", "call"):
            return self.style.partial(above, below, inline=self.inline)
        operator = self.style.partial(Piece("", 0), below, inline=self.inline)
        inside = self.style.enclose(self.style.signed(above))
        return compose.multiply(self.style, [operator, inside], between=self._between)

    def _reduction(self, kind: Token, *parts: Tr) -> Piece:
        parts = self._told_from_sizes(kind, parts)
        *ranges, condition, body = parts
        letters = [str(part.children[0]) for part in ranges]
        inner = replace(self, reader=Reader(self.reader.vocabulary, self.reader.letters | set(letters)))
        shown = inner.piece(body)
        if condition is not None:
            indicator = inner._as_expression(Tree("bracket", [condition]))
            shown = compose.multiply(self.style, [indicator, shown], between=self._between)
        if str(kind) == "max":
            below = self.style.join([Piece(letter, 1) for letter in letters], ", ")
            return compose.total(self.style, [self.style.big_operator("max", below)], shown, linear=False)
        # SymPy joins nested sums into one, which then has the limits of all of them.
        limits = {str(limit[0]): limit for limit in self.reader.read(Tree("reduction", [kind, *parts])).limits}
        if str(kind) in ("prod", "Π"):
            said: list[Piece | None] = [None] * len(letters)
            if condition is not None:
                below = replace(inner, inline=True).reader.read(condition)
                said[-1] = ExpressionPrinter(self.style, self.ranks, inline=True).condition(below)
                shown = inner.piece(body)
            times = self.style.big_times
            signs = [times(*self._range(*limits[one]), where) for one, where in zip(letters, said, strict=True)]
            return compose.total(self.style, signs, shown, linear=False)
        signs = [self.style.big_sum(*self._range(*limits[letter])) for letter in letters]
        return compose.total(self.style, signs, shown)

    def _told_from_sizes(self, kind: Token, parts: tuple[Tr, ...]) -> tuple[Tr, ...]:
        """A sum with another letter for each index that is called as a size in its own limits is."""
        if str(kind) == "max":
            return parts
        limits = self.reader.read(Tree("reduction", [kind, *parts])).limits
        ends = {str(symbol) for limit in limits for end in limit[1:] for symbol in end.free_symbols}
        written = {str(token) for part in parts if part is not None for token in part.scan_values(_is_token)}
        for letter in [str(part.children[0]) for part in parts[:-2]]:
            if letter in ends:
                free = (name for name in LETTERS if name not in written | self.reader.letters | ends)
                other = next(free, letter)
                written.add(other)
                parts = tuple(_with_letter(part, letter, other) for part in parts)
        return parts

    def _range(self, letter: Symbol, low: Expr, high: Expr) -> tuple[Piece, Piece, Piece]:
        """An index and the ends of its range, as they are counted."""
        small = ExpressionPrinter(self.style, self.ranks, inline=True)
        first, last = low + self.index_base, sympy.expand(high + self.index_base)
        return small.piece(letter), small.piece(first), small.piece(last)


LETTERS = ("i", "j", "k", "m", "n", "p", "q", "r", "s", "t", "u", "v", "w")
"""Letters for indices, in the order in which they are taken."""


def _is_token(leaf: object) -> bool:
    return isinstance(leaf, Token)


def _with_letter(tree: Tr, letter: str, other: str) -> Tr:
    """A part of a sum in which an index has another letter; the ends of ranges are sizes and stay."""
    if not isinstance(tree, Tree):
        return tree
    if tree.data in ("symbol", "range"):
        first, *rest = tree.children
        return Tree(tree.data, [Token("NAME", other) if str(first) == letter else first, *rest])
    return Tree(tree.data, [_with_letter(child, letter, other) for child in tree.children])


def _divides(tree: Tr) -> bool:
    """Whether a product holds a fraction, not counting those in brackets of its own."""
    return tree.data == "divide" or (tree.data == "multiply" and any(map(_divides, tree.children)))


def _is_one(tree: Tr) -> bool:
    return tree.data == "number" and str(tree.children[0]) == "1"
