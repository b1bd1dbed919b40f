"""Lines of a file that follow from derivations, and their equations as comments in plain characters.

Such a comment reads ``dJ/dW1[i,j] = sum_b dJ/dz1[b,i] x[b,j]``.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import sympy
from sympy import Expr, Symbol

from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.partials import partial_name
from derive.forward import Forward
from derive.render.names import Name, Ranks, ranks_of
from derive.render.piece import Binding, Piece
from derive.render.printing import piece
from derive.render.unicode_style import UnicodeStyle
from numeric.source import Names, SourceError, matrix_code, tree


@dataclass(frozen=True)
class Naming:
    """What a file calls the tensors and the indices of a definition, in its statements and in the equations above them.

    Attributes:
        words: ``{"weight": "W", "b": "n"}``; what is not listed keeps its name. An index that is called so is an index.
        gradient: the gradient of the loss by a tensor in statements, ``dJd{}``, in which ``{}`` is what it is called.
        slope: what stands before it in equations, ``dJ/d`` or ``d``.
        places: where the file keeps some of them, as an expression: ``{"z": "self.z"}``.
        elementwise: whether equations leave out subscripts, since they hold for each element.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    gradient: str = "dJd{}"
    slope: str = "dJ/d"
    places: Mapping[str, str] = field(default_factory=dict)
    elementwise: bool = False

    def word(self, name: str) -> str:
        """What a tensor or an index is called."""
        return self.words.get(name, name)

    def expression(self, name: str) -> str:
        """What stands for a tensor in statements."""
        return self.places.get(name) or self.word(name)

    def of(self, forward: Forward, calls: Mapping[str, str] | None = None) -> Names:
        """The names of a definition's tensors and gradients for the source of its matrix forms."""
        words = {name: self.word(name) for name in forward.tensors}
        slopes = {partial_name("l", name): self.gradient.format(word) for name, word in words.items()}
        own = {name: word for name, word in words.items() if word != name}
        return Names.of(forward, {**own, **slopes, **self.places}, calls)

    def gradient_of(self, name: str) -> ast.expr:
        """What stands for the gradient by a tensor in statements."""
        return tree.quoted(self.places.get(partial_name("l", name)) or self.gradient.format(self.word(name)))


class PlainStyle(UnicodeStyle):
    """Writes formulas with the characters of a keyboard, names as programs spell them; the loss is J."""

    signs: ClassVar[dict[str, str]] = {
        **UnicodeStyle.signs,
        "-": " - ", "minus": "-", "factor": " ", "tight factor": " ", "!=": " != ", "<=": " <= ", ">=": " >= ",
        "sum": "sum", "product": "prod",
    }  # fmt: skip

    def __init__(self, naming: Naming) -> None:
        self.naming = naming

    def symbol(self, name: Name, subscripts: Sequence[Piece], *, whole: bool, above: bool) -> Piece:
        """A name as a program spells it, with its subscripts in square brackets."""
        stem = "J" if name.stem == "l" else name.stem
        text = ("d" if name.upstream else "") + stem + name.number
        text += "".join(f"_{part}" for part in (name.accent, name.tag) if part) + "'" * name.primes
        text = self.naming.word(text)
        inside = ",".join(self.signed(subscript).text for subscript in subscripts)
        return _plain(f"{text}[{inside}]" if subscripts and not self.naming.elementwise else text)

    def partial(self, top: Piece, bottom: Piece, *, inline: bool, immediate: bool = False) -> Piece:
        """``dJ/dz1[b,i]``."""
        return _plain(f"{self.naming.slope}{bottom.text}" if top.text == "J" else f"d{top.text}/d{bottom.text}")

    def delta(self, subscripts: Sequence[Piece]) -> Piece:
        """Where indices are equal."""
        return _plain(f"[{' = '.join(self.signed(subscript).text for subscript in subscripts)}]")

    def number(self, digits: str, exponent: int | None = None) -> Piece:
        """A number as Python writes it."""
        return _plain(digits if exponent is None else f"{digits}e{exponent}")

    def constant(self, name: str) -> Piece:
        """A constant by its name."""
        return _plain(name)

    def fraction(self, top: Piece, bottom: Piece, *, inline: bool, numeric: bool = False) -> Piece:
        """A fraction on one line."""
        above = self.enclose(self.signed(top)) if top.negative or top.binding < Binding.PRODUCT else top
        below = self.enclose(self.signed(bottom)) if bottom.negative or bottom.binding < Binding.ATOM else bottom
        return replace(_plain(f"{above.text}/{below.text}", Binding.SLASH), compound=True)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        """A power with a caret."""
        return _plain(f"{base.text}^{exponent.text}", Binding.SCRIPTED)

    def root(self, radicand: Piece) -> Piece:
        """The function sqrt."""
        return _plain(f"sqrt({self.signed(radicand).text})")

    def over_range(self, sign: str, letter: Piece, low: Piece, high: Piece, where: Piece | None = None) -> Piece:
        """``sum_b``; the range is the index's whole axis."""
        return _plain(f"{sign}_{letter.text}{f'[{where.text}]' if where else ''}", Binding.BIG)

    def indicator(self, condition: Piece) -> Piece:
        """Iverson's bracket."""
        return _plain(f"[{condition.text}]")


def written(expression: Expr, ranks: Ranks, naming: Naming) -> str:
    """An expression on one line; indices count from 0."""
    style = PlainStyle(naming)
    return style.signed(piece(style, expression, ranks, 0)).text


def equation(derivation: Derivation, batch: Expr, naming: Naming) -> str:
    """The result of a derivation in index form; the index along the batch is b, if it has no other name."""
    expression, indices = derivation.result, derivation.quantity.indices
    letters = {index: index for index in indices}
    for index, length in zip(indices, derivation.quantity.shape, strict=True):
        if length == batch:
            letters[index] = symbols.index("b")
    for total in sorted(expression.atoms(sympy.Sum), key=str):
        for letter, _, upper in total.limits:
            if sympy.expand(upper + 1 - batch) == 0:
                letters[letter] = symbols.index("b")
    letters = _lettered(letters, expression)
    ranks = ranks_of(derivation.forward)
    left = symbols.element(derivation.quantity.name, tuple(letters[index] for index in indices))
    return " = ".join(written(side, ranks, naming) for side in (left, expression.xreplace(letters)))


def _lettered(letters: dict[Symbol, Symbol], expression: Expr) -> dict[Symbol, Symbol]:
    """Indices other than the batch's, i first, then j, then k."""
    bound = [limit[0] for total in sorted(expression.atoms(sympy.Sum), key=str) for limit in total.limits]
    others = [index for index in dict.fromkeys([*letters, *bound]) if letters.get(index, index).name != "b"]
    fresh = symbols.fresh_indices(len(others), ["b"])
    return {**letters, **dict(zip(others, fresh, strict=True))}


def _plain(text: str, binding: Binding = Binding.ATOM) -> Piece:
    return Piece(text, len(text), binding)


@dataclass(frozen=True)
class DerivedLine:
    """An assignment of a program, and the equation in index form that it computes."""

    target: ast.expr
    value: ast.expr
    comment: str


def code_of(derivation: Derivation, library: str, names: Names) -> ast.expr:
    """The matrix form of a derivation as source.

    Raises:
        SourceError: it has none.
    """
    if derivation.matrix is None:
        raise SourceError(f"{derivation.quantity.name} has no matrix form to write as source")
    return matrix_code(derivation.matrix, library, names).node
