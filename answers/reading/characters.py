"""Characters of a formula as tokens: letters and words, numbers, signs, bars, braces, raised and lowered digits."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from string import ascii_letters, digits

from lark import Token

from answers.reading import vocabulary as v
from answers.reading.errors import Unreadable
from answers.reading.macros import Piece

COMMON = {**{sign: ("OP", op) for sign, op in v.OPERATIONS.items()}, **{s: ("REL", r) for s, r in v.RELATIONS.items()},
          **{sign: ("SIGN", value) for sign, value in v.SIGNS.items()}, **v.OTHERS}  # fmt: skip
"""Characters, and commands without their backslash, that are a token by themselves."""

COMMANDS = {f"\\{name}": token for name, token in COMMON.items() if name.isalpha() and name.isascii()} | {
    f"\\{name}": ("NAME", letter) for name, letter in v.LETTERS.items()
}
SIGNS = {name: token for name, token in COMMON.items() if not (name.isalpha() and name.isascii())}

ENDS = frozenset(
    "NAME NUMBER RPAR RBRA RBRACE RSET RBAR RNORM RFLOOR RCEIL ONES PRIME TRANSPOSE INFINITY CASES_END MATRIX_END "
    "RANGLE".split()
)
"""Tokens with which an operand ends."""

ENDS_CELL = frozenset(["AMP", "ROW", "CASES_END", "MATRIX_END"])
"""Tokens before which a comma says nothing."""

LETTERS, DIGITS, SPACES = frozenset(ascii_letters), frozenset(digits), frozenset(" \n\t")
OPENING = {"LPAR": 1, "LBRA": 1, "LSET": 1, "LBRACE": 1, "LFLOOR": 1, "LCEIL": 1, "LANGLE": 1}
CLOSING = {"RPAR": -1, "RBRA": -1, "RSET": -1, "RBRACE": -1, "RFLOOR": -1, "RCEIL": -1, "RANGLE": -1}
BRACKETS = {**OPENING, **CLOSING}
"""By how much deeper a text is behind a bracket."""

CONTINUES = frozenset(
    ["REL", "OP", "SIGN", "SEP", "RPAR", "RBRA", "RSET", "RBRACE", "RBAR", "RNORM", "RFLOOR", "RCEIL"]
)
"""Tokens with which a line goes on that was broken outside of brackets."""


def token(kind: str, value: str, start: int, end: int) -> Token:
    """A token; nothing asks for its line."""
    made = str.__new__(Token, value)
    made.type, made.value, made.start_pos, made.end_pos = kind, value, start, end
    return made


@dataclass(frozen=True)
class Lexicon:
    """The words that are one name: of symbols and functions, and of what stands below names, such as ``out``.

    ``names`` are those of symbols alone. ``doubtful`` words are letters in a row in LaTeX, where a word is set in
    another font: d y beside a size d.
    """

    words: frozenset[str]
    labels: frozenset[str] = frozenset()
    whole: bool = False
    doubtful: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    longest: int = field(init=False, default=0)
    split: dict[str, tuple[str, ...]] = field(init=False, default_factory=dict, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "longest", max(map(len, self.words), default=1))

    def parts(self, run: str) -> tuple[str, ...]:
        """The names that letters in a row are: the longest words from the left, else letters."""
        known = self.split.get(run)
        if known is None:
            known = self.split[run] = self._parts(run)
        return known

    def _parts(self, run: str) -> tuple[str, ...]:
        if self.whole or run in self.words:
            return (run,)
        found, at = [], 0
        while at < len(run):
            sizes = range(min(self.longest, len(run) - at), 2, -1)
            size = next((n for n in sizes if run[at : at + n] in self.words), 0)
            size = size or (2 if run[at : at + 2] in self.names else 1)
            found.append(run[at : at + size])
            at += size
        return tuple(found)


class Characters:
    """One pass over the pieces of a text; ``commands.py`` adds what begins with a backslash."""

    def __init__(self, text: str, given: list[Piece], lexicon: Lexicon) -> None:
        self.text, self.given, self.lexicon = text, given, lexicon
        self.latex = "\\" in text
        self.made: list[Token] = []
        self.at = 0
        self.dropped: set[int] = set()
        self.closers: dict[int, str] = {}
        self.environments: list[tuple[str, int]] = []
        self.bars: list[tuple[str, int]] = []
        self.held: list[int] = []
        self.pairs = self._pairs()
        self.under = 0
        self.depth = 0
        self.broken: Piece | None = None
        self.script = False

    def run(self) -> list[Token]:
        given = self.given
        self.run_pieces()
        while self.made and (self.made[-1].type == "SEP" or self.made[-1].value == "."):
            self.made.pop()
        if self.environments:
            raise self.wrong(f"\\begin{{{self.environments[-1][0]}}} is not closed", given[-1])
        return self.made

    def run_pieces(self) -> None:
        while self.at < len(self.given):
            piece = self.given[self.at]
            self.at += 1
            if piece[0][0] not in SPACES:
                self.take(piece)

    def wrong(self, reason: str, piece: Piece) -> Unreadable:
        return Unreadable(reason, self.text, piece[1], piece[2])

    def emit(self, kind: str, value: str, start: int, end: int) -> None:
        if self.broken is not None:
            outside = self.depth == (self.environments[-1][1] if self.environments else 0)
            goes_on = kind in CONTINUES or not self.made or self.made[-1].type in ("OP", "REL", "SIGN")
            if outside and not goes_on:
                raise self.wrong("a new line must go on with a relation or an operation", (value, start, end))
            self.broken = None
        if kind in ENDS_CELL and self.made and self.made[-1].type == "SEP":
            self.made.pop()
        if kind in BRACKETS:
            self.depth += BRACKETS[kind]
        self.made.append(token(kind, value, start, end))

    def take(self, piece: Piece) -> None:
        scripted, self.script = self.script, False
        first = piece[0][0]
        if first == "\\":
            self.command(piece, scripted)
        elif first in LETTERS:
            self.letters(piece, scripted)
        elif first in SIGNS:
            self.sign(piece)
        elif first == "{":
            self.open(piece, scripted)
        elif first == "}":
            self.close(piece)
        elif first in DIGITS or (first == "." and len(piece[0]) > 1):
            self.digits(piece, scripted)
        elif first in "|‖":
            self.bar(piece)
        elif first in "$~\u200b":
            pass
        elif first == ".":
            if any(not later[0].isspace() and later[0] not in "$}" for later in self.given[self.at :]):
                raise self.wrong("a full stop inside a formula", piece)
        elif first.isspace():
            self.script = scripted
        else:
            self.character(piece, scripted)

    def digits(self, piece: Piece, scripted: bool) -> None:
        text, start, end = piece
        if scripted and self.latex and len(text) > 1:
            self.at -= 1
            self.given[self.at] = (text[1:], start + 1, end)
            text, end = text[0], start + 1
        self.emit("NUMBER", text, start, end)

    def sign(self, piece: Piece) -> None:
        kind, value = SIGNS[piece[0]]
        if kind == "SEP" and value == ":" and self.peek() == "=":
            self.at += 1
            kind, value = "REL", "="
        if kind == "AMP" and not self.cells():
            return
        if kind == "SEP" and self.environments and self.environments[-1][0] == "braces" and value == ";":
            kind = "ROW"
        if kind in ("SUB", "SUP"):
            self.script = True
        self.emit(kind, value, piece[1], piece[2])

    def cells(self) -> bool:
        return bool(self.environments) and self.environments[-1][0] in ("cases", "matrix")

    def peek(self, offset: int = 0) -> str:
        """The next piece that is no space."""
        at = self.at + offset
        while at < len(self.given) and self.given[at][0].isspace():
            at += 1
        return self.given[at][0] if at < len(self.given) else ""

    def letters(self, piece: Piece, scripted: bool) -> None:
        text, start, _ = piece
        if scripted and len(text) > 1:
            if not (text in self.lexicon.labels or self.lexicon.whole or (not self.latex and self.lexicon.longest < 0)):
                self.at -= 1
                self.given[self.at] = (text[1:], start + 1, piece[2])
                text = text[0]
            self.emit("NAME", text, start, start + len(text))
            return
        if text in v.KEYWORDS and len(text) > 1 and (not self.latex or self.cells()):
            self.keyword(text, piece)
            return
        if text == "mod":
            self.emit("OP", "mod", start, piece[2])
            return
        if text in v.LARGEST and self.peek() == "_":
            self.emit("BIG", v.LARGEST[text], start, piece[2])
            return
        digits = self.given[self.at][0] if self.at < len(self.given) else ""
        if digits.isdigit() and digits.isascii() and text + digits in self.lexicon.words:
            self.emit("NAME", text + digits, start, self.given[self.at][2])
            self.at += 1
            return
        parts = self.lexicon.parts(text)
        if self.under and not self.lexicon.whole and text not in self.lexicon.names and self.peek() != "(":
            parts = (text,) if text in self.lexicon.labels else tuple(text)
        if self.latex and self.lexicon.doubtful:
            parts = tuple(p for part in parts for p in (part if part in self.lexicon.doubtful else (part,)))
        for part in parts:
            self.emit("NAME", part, start, start + len(part))
            start += len(part)
        if self.at < len(self.given) and self.given[self.at][0] == "*" and f"{text}*" in self.lexicon.words:
            self.emit("SUP", "^", start, start)
            self.emit("OP", "*", start, start + 1)
            self.at += 1

    def keyword(self, word: str, piece: Piece) -> None:
        kind = v.KEYWORDS[word]
        if kind == "ELSEIF":
            self.emit("ELSE", "else", piece[1], piece[2])
            self.emit("IF", "if", piece[1], piece[2])
        elif kind in ("and", "or"):
            self.emit("SEP", kind, piece[1], piece[2])
        else:
            self.emit(kind, word, piece[1], piece[2])

    def character(self, piece: Piece, scripted: bool) -> None:
        text, start, end = piece
        text = v.ALIKE.get(text, text)
        if text in ("ℓ", "ℝ") or text in v.GREEK.values():
            self.emit("NAME", text, start, end)
        elif text in v.VULGAR:
            self.emit("NUMBER", repr(v.VULGAR[text]), start, end)
        elif text in v.POWERS or text in v.BELOW:
            self.small(piece)
        elif text in ("𝟏", "𝟙", "𝟎"):
            self.emit("ONES", "0" if text == "𝟎" else "1", start, end)
        elif text in ("𝕀", "ⅈ"):
            self.emit("ONES", "I", start, end)
        elif unicodedata.combining(text) and self.made and self.made[-1].type == "NAME":
            self.accented(text, end)
        elif text in SIGNS:
            self.sign((text, start, end))
        else:
            parts = unicodedata.normalize("NFKD", text)
            if not (parts[0].isascii() and parts[0].isalnum()) or parts == text:
                raise self.wrong(f"{text!r} is no sign of a formula", piece)
            self.emit("NUMBER" if parts[0].isdigit() else "NAME", parts[0], start, end)
            for mark in parts[1:]:
                self.accented(mark, end)

    def accented(self, mark: str, end: int) -> None:
        last = self.made.pop()
        start: int = last.start_pos or 0
        if last.value == "d" or len(last.value) == 1 or last.value + mark in self.lexicon.words:
            joined = last.value + mark
            before = self.made[-1] if self.made else None
            if before is not None and before.end_pos == start and before.value + joined in self.lexicon.words:
                self.made.pop()
                joined, start = before.value + joined, before.start_pos or 0
            self.made.append(token("NAME", joined, start, end))
            return
        self.made.append(token("NAME", last.value[:-1], start, end - 1))
        self.made.append(token("NAME", last.value[-1] + mark, end - 2, end))

    def small(self, piece: Piece) -> None:
        """Raised and lowered characters in a row are one script."""
        table, kind = (v.POWERS, "SUP") if piece[0] in v.POWERS else (v.BELOW, "SUB")
        written, end = table[piece[0]], piece[2]
        while self.at < len(self.given) and self.given[self.at][0] in table and written != "T":
            if table[self.given[self.at][0]] == "T":
                break
            written += table[self.given[self.at][0]]
            end = self.given[self.at][2]
            self.at += 1
        self.emit(kind, "^", piece[1], piece[1])
        self.emit("LBRACE", "{", piece[1], piece[1])
        for part in re.findall(r"[0-9]+|.", written):
            name = "NUMBER" if part.isdigit() else "SIGN" if part in "+-" else "TRANSPOSE" if part == "T" else "NAME"
            self.emit(name, part, piece[1], end)
        self.emit("RBRACE", "}", end, end)

    def bar(self, piece: Piece) -> None:
        kind = "NORM" if piece[0] in ("‖", "\\|", "\\Vert") or self.doubled() else "BAR"
        sign = "‖" if kind == "NORM" else "|"
        inside = self.bars and self.bars[-1] == (kind, self.depth)
        spaced = self.at < len(self.given) and self.given[self.at][0].isspace()
        after = bool(self.made) and self.made[-1].type in ENDS
        if kind == "BAR" and after and not inside and self.peek() == "_":
            while self.given[self.at][0] != "_":
                self.at += 1
            self.at += 1
            self.script = True
            self.emit("HELD", "|", piece[1], piece[2])
        elif inside and after:
            self.bars.pop()
            self.emit(f"R{kind}", sign, piece[1], piece[2])
        elif kind == "BAR" and after and not spaced and not self.latex and self.is_of_partial():
            self.emit("HELD", "|", piece[1], piece[2])
            self.held_names()
        elif (
            kind == "BAR"
            and after
            and spaced
            and (not self.latex or self.text.count("|") == 1)
            and self.given[self.at - 2][0].isspace()
        ):
            self.emit("REL", "divides", piece[1], piece[2])
        else:
            self.bars.append((kind, self.depth))
            self.emit(f"L{kind}", sign, piece[1], piece[2])

    def is_of_partial(self) -> bool:
        """Whether what ends here is a partial on one line: ∂y/∂e|s."""
        kinds = [token.type for token in self.made[-24:]]
        return "PARTIAL" in kinds and any(token.value == "/" for token in self.made[-24:])

    def held_names(self) -> None:
        """The names behind the bar, with commas between, as one argument."""
        here = self.at
        while self.at < len(self.given) and not re.match(r"[\s()\[\]·⊙=+−ᵀ]", self.given[self.at][0]):
            self.at += 1
        inside, place = self.given[here : self.at], self.given[here - 1]
        self.emit("LBRACE", "{", place[1], place[2])
        rest, self.given, self.at = (self.given, self.at), inside, 0
        self.run_pieces()
        (self.given, self.at) = rest
        self.emit("RBRACE", "}", place[1], place[2])

    def doubled(self) -> bool:
        twice = self.at < len(self.given) and self.given[self.at][0] == "|"
        if not twice or (self.bars and self.bars[-1][0] == "BAR"):
            return False
        self.at += 1
        return True

    # Braces

    def _pairs(self) -> dict[int, int]:
        """Where each brace is closed."""
        waiting, found = [], {}
        for at, piece in enumerate(self.given):
            if piece[0] == "{":
                waiting.append(at)
            elif piece[0] == "}" and waiting:
                found[waiting.pop()] = at
        return found

    def closing(self, start: int) -> int:
        """The position of the brace that closes the one at ``start``."""
        end = self.pairs.get(start)
        if end is None:
            raise self.wrong("this brace is not closed", self.given[start])
        return end

    def open(self, piece: Piece, scripted: bool) -> None:
        here = self.at - 1
        end = self.closing(here)
        first = here + 1
        while first < end and self.given[first][0].isspace():
            first += 1
        inside = [] if first == end else [first]
        if inside and any(not self.given[at][0].isspace() for at in range(first + 1, end)):
            inside.append(end)
        if not inside and not scripted and not self.wants():
            self.at = end + 1
            return
        if len(inside) == 1 and self.single(self.given[inside[0]][0]):
            self.dropped.add(end)
            text = self.given[inside[0]][0]
            if text[0].isdigit() or text in self.lexicon.labels:
                self.at = end + 1
                self.emit("NUMBER" if text[0].isdigit() else "NAME", text, *self.given[inside[0]][1:])
            return
        if not self.latex and not scripted and not self.wants() and self.braced_cases(here, end):
            self.begin("braces", piece)
            self.closers[end] = "braces"
            return
        self.closers[end] = "brace"
        if self.made and self.made[-1].type == "SUB":
            self.closers[end] = "under"
            self.under += 1
        self.emit("LBRACE", "{", piece[1], piece[2])

    def braced_cases(self, start: int, end: int) -> bool:
        """Whether braces hold cases in words: { a if b; c otherwise }."""
        return any(self.given[at][0] in ("if", "otherwise") for at in range(start, end))

    def wants(self) -> bool:
        """Whether the last token is followed by an argument."""
        return (
            bool(self.made)
            and self.made[-1].type in ("FRAC", "SQRT", "ACCENT", "RBRACE", "NAME", "NUMBER")
            and (self.made[-1].type in ("FRAC", "SQRT", "ACCENT"))
        )

    def single(self, text: str) -> bool:
        """Whether a piece is one atom, so that braces around it say nothing."""
        if text[0] == "\\":
            return COMMANDS.get(text, ("",))[0] in ("NAME", "TRANSPOSE", "INFINITY", "REL", "OP")
        if text in SIGNS:
            return SIGNS[text][0] in ("REL", "OP", "SIGN")
        return text[0].isdigit() or (
            text.isascii() and text.isalpha() and (len(text) == 1 or text in self.lexicon.labels)
        )

    def close(self, piece: Piece) -> None:
        here = self.at - 1
        if here in self.dropped:
            return
        kind = self.closers.get(here)
        if kind == "braces":
            self.finish("braces", piece)
        elif kind == "substack":
            self.environments.pop()
        elif kind in ("brace", "under"):
            self.under -= kind == "under"
            self.emit("RBRACE", "}", piece[1], piece[2])
        else:
            raise self.wrong("this brace closes nothing", piece)

    def command(self, piece: Piece, scripted: bool) -> None:
        """A command of LaTeX."""
        raise self.wrong("a command of LaTeX in a text without LaTeX", piece)

    def begin(self, kind: str, piece: Piece) -> None:
        """The beginning of cases or a matrix."""
        self.emit("MATRIX_BEGIN" if kind == "matrix" else "CASES_BEGIN", kind, piece[1], piece[2])
        self.environments.append((kind, self.depth))

    def finish(self, kind: str, piece: Piece) -> None:
        """The end of an environment."""
        while self.made[-1].type == "ROW":
            self.made.pop()
        self.broken = None
        self.environments.pop()
        if kind != "lines":
            self.emit("MATRIX_END" if kind == "matrix" else "CASES_END", kind, piece[1], piece[2])
