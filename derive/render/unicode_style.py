"""Unicode on one line, for a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from derive.render.names import GREEK, Name, parse_name
from derive.render.piece import Binding, Piece
from derive.render.style import Style

BELOW = str.maketrans("0123456789-", "₀₁₂₃₄₅₆₇₈₉₋")
ABOVE = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "star": "*"}
VULGAR = {("1", "2"): "½", ("1", "3"): "⅓", ("2", "3"): "⅔", ("1", "4"): "¼", ("3", "4"): "¾"}


class UnicodeStyle(Style):
    """Writes one line of Unicode text, with subscripts of elements in square brackets: ``W₁[i,j]``."""

    signs: ClassVar[dict[str, str]] = {
        "+": " + ", "-": " − ", "minus": "−", "hadamard": " ⊙ ", "divide": " ⊘ ", "comma": ", ",
        "==": " = ", "!=": " ≠ ", "<": " < ", "<=": " ≤ ", ">": " > ", ">=": " ≥ ", "divides": " | ",
        "correlate": " ⋆ ", "convolve": " ∗ ",
        "modulo": " mod ",
        "and": " and ", "or": " or ", "not": "not ", "after sum": " ", "times": " × ", "equals": " = ",
        "elementwise": "⊙", "factor": " · ", "tight factor": "·",
        "juxtapose": " ", "sum": "Σ", "product": "Π",
    }  # fmt: skip

    raises_exponents: ClassVar[bool] = False

    def symbol(self, name: Name, subscripts: Sequence[Piece], *, whole: bool, above: bool) -> Piece:
        letter = "ℓ" if name.stem == "l" else GREEK.get(name.stem, name.stem)
        text = ("d" if name.upstream else "") + letter + ACCENTS.get(name.accent, "")
        text += name.number.translate(BELOW) + (f"_{self._tag(name.tag)}" if name.tag else "")
        text += "′" * name.primes + self._below(subscripts)
        return _atom(text)

    def _tag(self, tag: str) -> str:
        return self.symbol(parse_name(tag, tensor=False), (), whole=False, above=False).text

    def partial(self, top: Piece, bottom: Piece, *, inline: bool, immediate: bool = False) -> Piece:
        return _atom(f"∂{'⁺' if immediate else ''}{top.text}/∂{bottom.text}", Binding.FRACTION)

    def held(self, partial: Piece, names: Sequence[Piece]) -> Piece:
        return _atom(f"{partial.text}|{','.join(name.text for name in names)}", Binding.FRACTION)

    def second_partial(self, first: Piece, second: Piece, *, inline: bool, whole: bool) -> Piece:
        return _atom(f"∂²ℓ/∂{first.text}∂{second.text}{'ᵀ' if whole else ''}", Binding.FRACTION)

    def word(self, text: str) -> Piece:
        return _atom(text)

    def number(self, digits: str, exponent: int | None = None) -> Piece:
        if exponent is None:
            return _atom(digits)
        power = f"10{str(exponent).translate(ABOVE)}"
        return _atom(power, Binding.SCRIPTED) if digits == "1" else _atom(f"{digits}·{power}", Binding.PRODUCT)

    def constant(self, name: str) -> Piece:
        return _atom({"pi": "π", "infinity": "∞"}[name])

    def fraction(self, top: Piece, bottom: Piece, *, inline: bool, numeric: bool = False) -> Piece:
        if numeric and (top.text, bottom.text) in VULGAR:
            return _atom(VULGAR[top.text, bottom.text])
        above = self.enclose(self.signed(top)) if top.negative or top.binding < Binding.PRODUCT else top
        below = self.enclose(self.signed(bottom)) if bottom.negative or bottom.binding <= Binding.FRACTION else bottom
        return replace(_atom(f"{above.text}/{below.text}", Binding.SLASH), compound=True)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        if exponent.text.isdigit():
            return _atom(base.text + exponent.text.translate(ABOVE), Binding.SCRIPTED)
        inside = exponent if exponent.binding is Binding.ATOM else self.enclose(exponent)
        braced = f"{{{inside.text}}}" if inside.text.startswith(self.signs["elementwise"]) else inside.text
        return _atom(f"{base.text}^{braced}", Binding.SCRIPTED)

    def transpose(self, base: Piece) -> Piece:
        return _atom((base.text[:-1] if base.text.endswith("⁻¹") else base.text) + "ᵀ", Binding.SCRIPTED)

    def inverse(self, base: Piece) -> Piece:
        inside = self.enclose(base) if base.binding < Binding.ATOM else base
        return replace(_atom(f"{inside.text}⁻¹", Binding.SCRIPTED), extend=True)

    def root(self, radicand: Piece) -> Piece:
        inside = self.signed(radicand)
        return _atom("√" + (inside.text if inside.binding is Binding.ATOM else f"({inside.text})"), Binding.SCRIPTED)

    def enclose(self, inside: Piece, left: str = "(", right: str = ")") -> Piece:
        return _atom(f"{left}{inside.text}{right}")

    def over_range(self, sign: str, letter: Piece, low: Piece, high: Piece, where: Piece | None = None) -> Piece:
        below = f"{letter.text}={self.signed(low).text}{f', {where.text}' if where else ''}"
        return _atom(f"{sign}_{{{below}}}^{{{self.signed(high).text}}}", Binding.BIG)

    def sum_over(self, letter: Piece) -> Piece:
        return _atom(f"Σ_{letter.text}", Binding.BIG)

    def element_of(self, base: Piece, subscripts: Sequence[Piece]) -> Piece:
        return _atom(base.text + self._below(subscripts))

    def big_operator(self, name: str, below: Piece) -> Piece:
        return _atom(f"{name}_{{{below.text}}}", Binding.BIG)

    def norm(self, inside: Piece) -> Piece:
        return self.enclose(inside, "‖", "‖")

    def operation(self, name: str, below: Sequence[Piece]) -> Piece:
        numbers = ",".join(self.signed(number).text for number in below)
        return _atom(name + (f"_{{{numbers}}}" if len(numbers) > 1 else f"_{numbers}" if numbers else ""))

    def slope_by(self, function: Piece, place: Piece) -> Piece:
        return function.after(f"∂{place.text.translate(BELOW)}", 2)

    def floor(self, inside: Piece) -> Piece:
        return self.enclose(self.signed(inside), "⌊", "⌋")

    def ceiling(self, inside: Piece) -> Piece:
        return self.enclose(self.signed(inside), "⌈", "⌉")

    def coordinate(self, place: Piece, letter: Piece) -> Piece:
        return _atom(f"{place.text}_{letter.text}")

    def delta(self, subscripts: Sequence[Piece]) -> Piece:
        return _atom("δ" + self._below(subscripts))

    def ones(self, dimensions: Sequence[Piece] = ()) -> Piece:
        below = "×".join(self.signed(piece).text for piece in dimensions)
        return _atom("𝟏" + (f"_{{{below}}}" if below else ""))

    def identity(self) -> Piece:
        return _atom("I")

    def basis(self, position: Piece) -> Piece:
        inside = self.signed(position)
        return _atom("e_" + (inside.text if inside.binding is Binding.ATOM else f"{{{inside.text}}}"))

    def indicator(self, condition: Piece) -> Piece:
        return _atom(f"1[{condition.text}]")

    def cases(self, branches: Sequence[tuple[Piece, Piece | None]]) -> Piece:
        lines = []
        for value, condition in branches:
            when = "otherwise" if condition is None else f"if {condition.text}"
            lines.append(f"{self.signed(value).text} {when}")
        return replace(_atom("{ " + "; ".join(lines) + " }"), compound=True)

    def stacked(self, parts: Sequence[Piece]) -> Piece:
        return _atom(f"[{'; '.join(self.signed(part).text for part in parts)}]")

    def rows(self, base: Piece, start: Piece, stop: Piece) -> Piece:
        return _atom(f"{base.text}[{self.signed(start).text}:{self.signed(stop).text}]")

    def space(self, left: Piece, right: Piece, between: str) -> str:
        if left.text.endswith(")") and right.text.startswith("("):
            return ""
        separator = self.signs[between]
        if re.search("[0-9½⅓⅔¼¾]$", left.text) and re.match("[0-9]", right.text):
            return separator if separator.strip() else " · "
        if right.text.startswith("|") and left.text[-1].isalnum():
            return " · "
        if re.fullmatch("[0-9]+|[½⅓⅔¼¾]", left.text):
            return " " if right.text[0] in "∂Σ" or re.match("[A-Za-z]{2}", right.text) else ""
        return separator

    def words(self, text: str) -> str:
        return text

    def in_text(self, formula: str) -> str:
        return formula

    def _below(self, subscripts: Sequence[Piece]) -> str:
        return f"[{','.join(self.signed(subscript).text for subscript in subscripts)}]" if subscripts else ""


def _atom(text: str, binding: Binding = Binding.ATOM) -> Piece:
    normal = unicodedata.normalize("NFC", text)
    width = sum(1 for character in normal if not unicodedata.combining(character))
    return Piece(normal, width, binding)
