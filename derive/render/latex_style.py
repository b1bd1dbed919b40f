"""LaTeX with amsmath and bm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from derive.render.names import GREEK, Name, parse_name
from derive.render.piece import Binding, Piece
from derive.render.style import Style

SCRIPT = 0.7
"""The width of a subscript's letter."""

OPERATORS = frozenset(
    {"exp", "log", "det", "tanh", "sinh", "cosh", "sin", "cos", "tan", "max", "min", "arcsin", "arccos", "arctan"}
)
"""The functions that LaTeX has a command for."""


class LatexStyle(Style):
    """Writes LaTeX for display; needs amsmath and bm, nothing else."""

    signs: ClassVar[dict[str, str]] = {
        "+": " + ", "-": " - ", "minus": "-", "hadamard": r" \odot ", "divide": r" \oslash ", "comma": r",\ ",
        "==": " = ", "!=": r" \neq ", "<": " < ", "<=": r" \le ", ">": " > ", ">=": r" \ge ", "divides": r" \mid ",
        "correlate": r" \star ", "convolve": r" \ast ",
        "modulo": r" \bmod ",
        "and": r" \text{ and } ", "or": r" \text{ or } ", "not": r"\text{not } ", "after sum": " ",
        "times": r" \times ", "equals": " = ", "elementwise": r"\odot ",
        "sum": r"\sum", "product": r"\prod",
        "factor": r" \, ", "tight factor": "", "juxtapose": r" \, ",
    }  # fmt: skip

    raises_exponents: ClassVar[bool] = True

    def symbol(self, name: Name, subscripts: Sequence[Piece], *, whole: bool, above: bool) -> Piece:
        head, width = _letter(name.stem, bold=whole)
        if name.accent in ("hat", "bar", "tilde"):
            head = rf"\{name.accent}{{{head}}}"
        if name.upstream:
            head, width = (rf"\bm{{\mathrm{{d}}}}{head}" if whole else rf"\mathrm{{d}}{head}"), width + 1
        over = (["*"] if name.accent == "star" else []) + ([f"({name.number})"] if above and name.number else [])
        below = [] if above or not name.number else [Piece(name.number, len(name.number), binding=Binding.SUM)]
        below += [self._tag(name.tag)] if name.tag else []
        below += [self.signed(subscript) for subscript in subscripts]
        text = head + "'" * name.primes + (f"^{{{','.join(over)}}}" if over else "")
        size = (
            width * (1.15 if whole else 1)
            + SCRIPT * max(sum(map(len, over)), sum(piece.width + 0.4 for piece in below))
            + 0.3 * name.primes
        )
        binding = Binding.SCRIPTED if over or name.primes else Binding.ATOM
        return Piece(text + _below(below), size, binding, extend=bool(over) and not below)

    def _tag(self, tag: str) -> Piece:
        return replace(self.symbol(parse_name(tag, tensor=False), (), whole=False, above=False), binding=Binding.SUM)

    def partial(self, top: Piece, bottom: Piece, *, inline: bool, immediate: bool = False) -> Piece:
        sign = r"\partial^{+}" if immediate else r"\partial"
        if inline:
            text = rf"{sign} {top.text}/\partial {bottom.text}"
            return Piece(text, top.width + bottom.width + 3, Binding.FRACTION)
        text = rf"\frac{{{sign} {top.text}}}{{\partial {bottom.text}}}"
        return Piece(text, max(top.width, bottom.width) + 1.2, Binding.FRACTION, tall=True)

    def held(self, partial: Piece, names: Sequence[Piece]) -> Piece:
        below = ", ".join(name.text for name in names)
        width = partial.width + SCRIPT * sum(name.width + 0.4 for name in names) + 0.5
        return replace(partial, text=rf"\left.{partial.text}\right|_{{{below}}}", width=width)

    def second_partial(self, first: Piece, second: Piece, *, inline: bool, whole: bool) -> Piece:
        mark = r"^{\top}" if whole else ""
        below = rf"\partial {first.text} \, \partial {second.text}{mark}"
        width = first.width + second.width + 3
        if inline:
            return Piece(rf"\partial^{{2}} \ell/({below})", width + 4, Binding.FRACTION)
        return Piece(rf"\frac{{\partial^{{2}} \ell}}{{{below}}}", width, Binding.FRACTION, tall=True)

    def word(self, text: str) -> Piece:
        return Piece(rf"\{text}" if text in OPERATORS else rf"\operatorname{{{escape(text)}}}", len(text))

    def number(self, digits: str, exponent: int | None = None) -> Piece:
        if exponent is None:
            return Piece(digits, len(digits))
        power = f"10^{{{exponent}}}"
        text = power if digits == "1" else rf"{digits} \cdot {power}"
        return Piece(text, len(digits) + 4, Binding.SCRIPTED if digits == "1" else Binding.PRODUCT)

    def constant(self, name: str) -> Piece:
        return Piece({"pi": r"\pi", "infinity": r"\infty"}[name], 1)

    def fraction(self, top: Piece, bottom: Piece, *, inline: bool, numeric: bool = False) -> Piece:
        if inline:
            return _slash(self, top, bottom)
        command = r"\tfrac" if numeric else r"\frac"
        above = self.signed(top)
        text = f"{command}{{{above.text}}}{{{self.signed(bottom).text}}}"
        width = max(above.width, bottom.width) * (SCRIPT if numeric else 1) + 0.4
        return Piece(text, width, Binding.FRACTION, tall=not numeric, compound=True)

    def power(self, base: Piece, exponent: Piece) -> Piece:
        text = f"{base.text}^{{{exponent.text}}}"
        return Piece(text, base.width + SCRIPT * exponent.width, Binding.SCRIPTED, base.tall)

    def transpose(self, base: Piece) -> Piece:
        inverted = base.extend and base.text.endswith("^{-1}")
        kept = base.text[:-2] if inverted else base.text[:-1]
        text = kept + r"\top}" if base.extend else base.text + r"^{\top}"
        return Piece(text, base.width + 1.2, Binding.SCRIPTED, base.tall)

    def inverse(self, base: Piece) -> Piece:
        inside = self.enclose(base) if base.binding < Binding.ATOM else base
        return Piece(rf"{inside.text}^{{-1}}", inside.width + 1.4, Binding.SCRIPTED, inside.tall, extend=True)

    def root(self, radicand: Piece) -> Piece:
        inside = self.signed(radicand)
        return Piece(rf"\sqrt{{{inside.text}}}", inside.width + 1, Binding.ATOM, inside.tall)

    def enclose(self, inside: Piece, left: str = "(", right: str = ")") -> Piece:
        open_, close = (rf"\left{left}", rf"\right{right}") if inside.tall else (left, right)
        joint = " " if open_.endswith(("|", ".")) else ""
        width = inside.width + (2.6 if inside.tall else 1.2)
        text = f"{open_}{joint}{inside.text}{close}"
        return Piece(text, width, tall=inside.tall, parts=_opened(inside, left, right))

    def over_range(self, sign: str, letter: Piece, low: Piece, high: Piece, where: Piece | None = None) -> Piece:
        condition = rf",\, {where.text}" if where else ""
        below = f"{letter.text}={self.signed(low).text}{condition}"
        text = rf"{sign}_{{{below}}}^{{{self.signed(high).text}}}"
        width = 0.5 + SCRIPT * max(3.0, letter.width + low.width + 1.4, high.width)
        return Piece(text, width + (SCRIPT * where.width if where else 0), Binding.BIG, tall=True)

    def sum_over(self, letter: Piece) -> Piece:
        return Piece(rf"\sum_{letter.text}", 0.5 + SCRIPT * max(3.0, letter.width), Binding.BIG, tall=True)

    def element_of(self, base: Piece, subscripts: Sequence[Piece]) -> Piece:
        shown = [self.signed(subscript) for subscript in subscripts]
        return Piece(base.text + _below(shown), base.width + SCRIPT * sum(piece.width for piece in shown))

    def big_operator(self, name: str, below: Piece) -> Piece:
        words = name.replace("arg", r"arg\,")
        return Piece(rf"\operatorname*{{{words}}}_{{{below.text}}}", len(name) + 0.5, Binding.BIG, tall=True)

    def norm(self, inside: Piece) -> Piece:
        return self.enclose(inside, r"\lVert ", r" \rVert")

    def operation(self, name: str, below: Sequence[Piece]) -> Piece:
        numbers = [replace(self.signed(number), binding=Binding.SUM) for number in below]
        width = len(name) + SCRIPT * sum(number.width + 0.4 for number in numbers)
        return Piece(rf"\operatorname{{{name}}}{_below(numbers)}", width)

    def slope_by(self, function: Piece, place: Piece) -> Piece:
        return function.after(rf"\partial_{{{place.text}}} ", 1 + SCRIPT * place.width)

    def floor(self, inside: Piece) -> Piece:
        return replace(self.enclose(self.signed(inside), r"\lfloor ", r" \rfloor"), compound=True)

    def ceiling(self, inside: Piece) -> Piece:
        return replace(self.enclose(self.signed(inside), r"\lceil ", r" \rceil"), compound=True)

    def coordinate(self, place: Piece, letter: Piece) -> Piece:
        return replace(place, text=f"{place.text}_{letter.text}", width=place.width + SCRIPT * letter.width)

    def delta(self, subscripts: Sequence[Piece]) -> Piece:
        shown = [self.signed(subscript) for subscript in subscripts]
        return Piece(r"\delta" + _below(shown), 1 + SCRIPT * sum(piece.width for piece in shown))

    def ones(self, dimensions: Sequence[Piece] = ()) -> Piece:
        below = r" \times ".join(self.signed(piece).text for piece in dimensions)
        return Piece(r"\mathbf{1}" + (f"_{{{below}}}" if below else ""), 1.2 + (2.5 if below else 0))

    def identity(self) -> Piece:
        return Piece(r"\bm{I}", 1)

    def basis(self, position: Piece) -> Piece:
        inside = self.signed(position)
        return Piece(rf"\bm{{e}}_{{{inside.text}}}", 1 + SCRIPT * inside.width)

    def indicator(self, condition: Piece) -> Piece:
        inside = self.enclose(condition, "[", "]")
        return replace(inside, text=rf"\mathbf{{1}}{inside.text}", width=inside.width + 1)

    def cases(self, branches: Sequence[tuple[Piece, Piece | None]]) -> Piece:
        lines = []
        for value, condition in branches:
            when = r"\text{otherwise}" if condition is None else rf"\text{{if }} {condition.text}"
            size = r"\displaystyle " if value.tall else ""
            lines.append(f"{size}{self.signed(value).text} & {when}")
        widths = [value.width + (6 if condition is None else condition.width + 2) for value, condition in branches]
        # The space counts from the depth of a letter: less of it, and fractions in neighbouring rows would touch.
        end = r" \\[1.1em] " if any(value.tall for value, _ in branches) else r" \\ "
        text = r"\begin{cases} " + end.join(lines) + r" \end{cases}"
        return Piece(text, max(widths) + 4, Binding.FRACTION, tall=True, compound=True)

    def stacked(self, parts: Sequence[Piece]) -> Piece:
        lines = r" \\[5pt] ".join(self.signed(part).text for part in parts)
        width = max(self.signed(part).width for part in parts) + 2.6
        return Piece(rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}", width, tall=True, compound=True)

    def rows(self, base: Piece, start: Piece, stop: Piece) -> Piece:
        whole = self.enclose(base) if "_" in base.text else base
        text = f"{whole.text}_{{{self.signed(start).text}:{self.signed(stop).text}}}"
        return Piece(text, whole.width + SCRIPT * (start.width + stop.width + 0.6), Binding.ATOM, base.tall)

    def space(self, left: Piece, right: Piece, between: str) -> str:
        if left.text[-1].isdigit() and (right.text[0].isdigit() or right.text.startswith((r"\mathbf{1}", r"10^"))):
            return r" \cdot "
        opens = right.text.startswith(("(", r"\left"))
        if left.text.isdigit() or (opens and (between != "juxtapose" or left.text.endswith((")", "}")))):
            return ""
        if between == "tight factor" and _runs_on(left.text, right.text):
            return " "
        return self.signs[between]

    def words(self, text: str) -> str:
        return escape(text)

    def in_text(self, formula: str) -> str:
        return f"${formula}$"


def escape(text: str) -> str:
    """Plain text with LaTeX's special characters made harmless."""
    special = {
        "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"$<$", ">": r"$>$",
        "|": r"$|$", '"': "''", **{character: f"\\{character}" for character in "&%$#_{}"},
    }  # fmt: skip
    return "".join(special.get(character, character) for character in text)


def _opened(inside: Piece, left: str, right: str) -> tuple[Piece, ...]:
    """The parts of what is in round brackets, of a fixed size so that a line may be broken between them."""
    if left != "(" or len(inside.parts) < 2:
        return ()
    open_, close = (r"\biggl(", r"\biggr)") if inside.tall else (left, right)
    first, *middle, last = inside.parts
    return (first.after(open_, 1), *middle, last.before(close, 1))


def _letter(stem: str, *, bold: bool) -> tuple[str, float]:
    if stem == "l":
        return (r"\bm{\ell}" if bold else r"\ell"), 1
    if stem in GREEK:
        command = r"\varepsilon" if stem in ("eps", "epsilon") else "o" if stem == "omicron" else rf"\{stem}"
        return (rf"\bm{{{command}}}" if bold else command), 1
    if len(stem) == 1 and stem.isascii():
        return (rf"\bm{{{stem}}}" if bold else stem), 1.2 if stem.isupper() else 1
    return rf"\{'mathbf' if bold else 'mathrm'}{{{escape(stem)}}}", len(stem)


def _below(pieces: Sequence[Piece]) -> str:
    if not pieces:
        return ""
    plain = all(piece.binding is Binding.ATOM and piece.width <= 1.2 and not piece.text.isdigit() for piece in pieces)
    separator = r",\," if any(piece.compound for piece in pieces) else ","
    joined = pieces[0].text
    for piece in pieces[1:]:
        joined += ((" " if _runs_on(joined, piece.text) else "") if plain else separator) + piece.text
    return f"_{{{joined}}}" if len(joined) > 1 else f"_{joined}"


def _runs_on(left: str, right: str) -> bool:
    """Whether a command at the end of a text would go on with what stands behind it: ``\\ell`` and ``j``."""
    return right[:1].isalpha() and re.search(r"\\[a-zA-Z]+$", left) is not None


def _slash(style: Style, top: Piece, bottom: Piece) -> Piece:
    above = style.enclose(style.signed(top)) if top.binding < Binding.PRODUCT else style.signed(top)
    below = style.enclose(style.signed(bottom)) if bottom.binding < Binding.FRACTION else bottom
    width = above.width + below.width + 1
    return Piece(f"{above.text}/{below.text}", width, Binding.SLASH, compound=True)
