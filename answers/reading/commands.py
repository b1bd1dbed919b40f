"""Commands of LaTeX as tokens: fonts and spacing are dropped, words in fonts are one name, environments are cells."""

from __future__ import annotations

import re

from answers.reading import vocabulary as v
from answers.reading.characters import COMMANDS, Characters, token
from answers.reading.macros import Piece


class Commands(Characters):
    """The pass over the pieces of a text in LaTeX."""

    def command(self, piece: Piece, scripted: bool) -> None:
        text, start, end = piece
        token = COMMANDS.get(text)
        name = text[1:]
        if token is not None:
            kind, value = token
            self.emit(kind, value, start, end)
            if kind == "SQRT" and self.peek() == "[":
                self.degree()
            if kind == "FRAC":
                self.split_arguments()
        elif name in v.DROPPED or not (name[0].isalpha() or name in "|{}\\%&_#-"):
            self.drop(name)
            self.script = self.script or (scripted and name not in ("left", "right"))
        elif name in v.ACCENTS:
            self.emit("ACCENT", v.ACCENTS[name], start, end)
            self.script = True
        elif name in v.OPEN_FONTS or name in v.FONTS:
            self.font(name, piece, scripted)
        elif name in v.WORD_FONTS:
            self.word(name, piece, scripted)
        elif name in v.LARGEST:
            self.big(piece)
        elif name == "arg":
            self.argument_of(piece)
        elif name in ("begin", "end"):
            self.environment(piece)
        elif name in ("|", "Vert"):
            self.bar(("‖", start, end))
        elif name == "vert":
            self.bar(("|", start, end))
        elif name in "{}" and len(name) == 1:
            self.emit("LSET" if name == "{" else "RSET", name, start, end)
        elif name == "\\":
            self.line(piece)
        elif name == "substack":
            self.substack(piece)
        elif name in ("underbrace", "overbrace"):
            self.noted()
        elif name in v.DROPPED_WITH_ARGUMENT:
            self.at = self.closing(self.skip()) + 1
        elif name == "pmod":
            self.emit("OP", "mod", start, end)
        elif name in self.lexicon.words or self.lexicon.whole:
            self.emit("NAME", name, start, end)
        else:
            raise self.wrong(f"the command {text} is not known", piece)

    def noted(self) -> None:
        """What stands below or above a brace says nothing more: it is passed by."""
        end = self.closing(self.skip())
        at = end + 1
        while at < len(self.given) and self.given[at][0].isspace():
            at += 1
        if at < len(self.given) and self.given[at][0] in ("_", "^"):
            here, self.at = self.at, at + 1
            last = self.closing(self.skip()) if self.peek() == "{" else self.at
            self.at = here
            for place in range(at, last + 1):
                self.given[place] = (" ", *self.given[place][1:])

    def skip(self) -> int:
        """The position of the next piece that is no space, which must be a brace."""
        at = self.at
        while at < len(self.given) and self.given[at][0].isspace():
            at += 1
        if at >= len(self.given) or self.given[at][0] != "{":
            raise self.wrong("an argument in braces was expected here", self.given[min(at, len(self.given)) - 1])
        return at

    def drop(self, name: str) -> None:
        here = self.given[self.at - 1]
        if name == "left" and self.peek() == "." and self.ends_in_bar():
            self.pass_by(".")
            self.held.append(self.depth)
            self.emit("LBRACE", "{", here[1], here[2])
        elif (
            name == "right"
            and self.held
            and self.peek() in ("|", r"\vert", r"\rvert")
            and self.held[-1] == self.depth - 1
        ):
            self.held.pop()
            self.emit("RBRACE", "}", here[1], here[2])
            self.pass_by(self.peek())
            if self.peek() == "_":
                self.pass_by("_")
                self.script = True
            self.emit("HELD", "|", here[1], here[2])
        elif name in ("left", "right") and self.peek() == ".":
            self.pass_by(".")

    def pass_by(self, text: str) -> None:
        """Go behind the next piece, which is this text."""
        while self.given[self.at][0] != text:
            self.at += 1
        self.at += 1

    def ends_in_bar(self) -> bool:
        r"""Whether the ``\left`` that was met ends with ``\right|``."""
        depth = 0
        for at in range(self.at, len(self.given)):
            text = self.given[at][0]
            depth += (text == r"\left") - (text == r"\right")
            if depth < 0:
                return any(self.given[n][0] == "|" for n in range(at + 1, min(at + 3, len(self.given))))
        return False

    def degree(self) -> None:
        while self.given[self.at][0] != "[":
            self.at += 1
        close = next((at for at in range(self.at, len(self.given)) if self.given[at][0] == "]"), self.at)
        root = self.made.pop()
        degree = "".join(piece[0] for piece in self.given[self.at + 1 : close]).strip()
        if not degree.isdigit():
            raise self.wrong("the degree of a root must be a number", self.given[self.at])
        self.made.append(token("SQRT", degree, root.start_pos or 0, root.end_pos or 0))
        self.at = close + 1

    def split_arguments(self) -> None:
        r"""``\frac12`` is one half: numbers and letters in a row are taken one by one."""
        at = self.at
        while at < len(self.given) and self.given[at][0].isspace():
            at += 1
        if at < len(self.given) and self.given[at][0].isalnum() and len(self.given[at][0]) > 1:
            text, start, end = self.given[at]
            for offset, letter in enumerate(text[:2]):
                self.emit("NUMBER" if letter.isdigit() else "NAME", letter, start + offset, start + offset + 1)
            self.at = at + 1
            if len(text) > 2:
                self.at = at
                self.given[at] = (text[2:], start + 2, end)

    def font(self, name: str, piece: Piece, scripted: bool) -> None:
        at = self.at
        while at < len(self.given) and self.given[at][0].isspace():
            at += 1
        self.script = scripted
        if at >= len(self.given):
            return
        if self.given[at][0] != "{":
            if self.given[at][0] in ("1", "0") and name in v.OPEN_FONTS:
                self.emit("ONES", self.given[at][0], piece[1], self.given[at][2])
                self.at = at + 1
            return
        end = self.closing(at)
        inside = [self.given[n] for n in range(at + 1, end) if not self.given[n][0].isspace()]
        only = inside[0][0] if len(inside) == 1 else ""
        if name in v.OPEN_FONTS and (only in ("1", "0") or (only == "I" and name in ("mathbb", "mathbbm", "mathds"))):
            self.emit("ONES", only, piece[1], self.given[end][2])
            self.at, self.script = end + 1, False
        elif only in ("R", "N", "Z", "E") and name == "mathbb":
            self.emit("NAME", "ℝ" if only == "R" else only, *inside[0][1:])
            self.at, self.script = end + 1, False
        elif len(inside) == 1 and inside[0][0] in self.lexicon.words:
            self.emit("NAME", only, *inside[0][1:])
            self.at, self.script = end + 1, False
        elif self.is_one_name(inside):
            self.dropped.add(end)
            self.at = at + 1

    def is_one_name(self, inside: list[Piece]) -> bool:
        """Whether braces hold one letter with what stands above and below it."""
        texts = [piece[0] for piece in inside]
        if len(texts) < 2:
            return len(texts) == 1 and self.single(texts[0])
        if texts[0][1:] in v.ACCENTS or texts[0][1:] in v.FONTS:
            return (len(texts) == 2 and self.single(texts[1])) or (texts[1] == "{" and self.spans(texts, 1))
        return self.single(texts[0]) and texts[1] in "_^" and (len(texts) == 3 or (self.spans(texts, 2)))

    @staticmethod
    def spans(texts: list[str], start: int) -> bool:
        """Whether the brace at ``start`` is closed by the last text."""
        depth = 0
        for at in range(start, len(texts)):
            depth += (texts[at] == "{") - (texts[at] == "}")
            if depth == 0:
                return at == len(texts) - 1
        return False

    def word(self, name: str, piece: Piece, scripted: bool) -> None:
        at = self.at
        while at < len(self.given) and self.given[at][0].isspace():
            at += 1
        if at >= len(self.given) or self.given[at][0] != "{":
            self.script = scripted
            return
        end = self.closing(at)
        content = self.text_between(at + 1, end)
        squeezed = re.sub(r"\\[,;:! ]|\s", "", content)
        if name not in ("text", "mbox", "hbox", "textrm", "textnormal", "textit", "textbf", "textup", "textsf"):
            named = self.lexicon.whole or squeezed in self.lexicon.names
            if squeezed in v.LARGEST and not named:
                self.at = end + 1
                self.emit("BIG" if self.peek() == "_" else "NAME", v.LARGEST[squeezed], piece[1], self.given[end][2])
                return
            if squeezed in v.KEYWORDS and self.cells():
                self.at = end + 1
                self.keyword(squeezed, piece)
                return
        single = re.fullmatch("[A-Za-z][A-Za-z0-9]*", squeezed) and squeezed == content.strip().replace(r"\,", "")
        known = squeezed in self.lexicon.words or len(squeezed) == 1
        if single and (known or not (squeezed in v.KEYWORDS or self.cells())):
            self.at = end + 1
            self.emit("NAME", squeezed, piece[1], self.given[end][2])
            return
        if name.startswith("text") or name in ("mbox", "hbox") or " " in content:
            self.prose(content, piece, end)
            return
        self.script = scripted

    def text_between(self, start: int, end: int) -> str:
        return "".join(piece[0] for piece in self.given[start:end])

    def prose(self, content: str, piece: Piece, end: int) -> None:
        """Words in a formula: keywords, or else words that say nothing to us."""
        if "$" in content:
            raise self.wrong("mathematics inside of words", piece)
        self.at = end + 1
        words = [word.lower() for word in re.findall(r"[A-Za-z.]+", content.replace("o.w.", "ow"))]
        if re.fullmatch(r"[\sA-Za-z.,:]*", content) and all(word.strip(".,") in v.KEYWORDS for word in words):
            for word in words:
                self.keyword(word.strip(".,"), (word, piece[1], self.given[end][2]))
            return
        self.emit("TEXT", content.strip(), piece[1], self.given[end][2])

    def big(self, piece: Piece) -> None:
        name = piece[0][1:]
        kind = "BIG" if self.peek() == "_" or self.peek() == "\\limits" else "NAME"
        self.emit(kind, v.LARGEST[name] if kind == "BIG" else name, piece[1], piece[2])

    def argument_of(self, piece: Piece) -> None:
        r"""``\arg\max``."""
        at = self.at
        while at < len(self.given) and (self.given[at][0].isspace() or self.given[at][0] in ("\\,", "\\!", "\\;")):
            at += 1
        following = self.given[at][0].lstrip("\\") if at < len(self.given) else ""
        if following not in ("max", "min"):
            raise self.wrong(r"\arg must be followed by \max or \min", piece)
        self.at = at + 1
        self.emit("BIG", f"arg{following}", piece[1], self.given[at][2])

    def environment(self, piece: Piece) -> None:
        start = self.skip()
        end = self.closing(start)
        name = self.text_between(start + 1, end)
        self.at = end + 1
        if piece[0] == "\\end":
            if not self.environments or self.environments[-1][0] == "braces":
                raise self.wrong(f"\\end{{{name}}} closes nothing", piece)
            self.finish(self.environments[-1][0], piece)
            return
        if name in v.CASES:
            self.begin("cases", piece)
        elif name in v.MATRICES:
            self.begin("matrix", piece)
        elif name in ("array", "tabular"):
            self.array(piece)
        elif name in v.LINES:
            if self.peek() == "[":
                self.at = next(n for n in range(self.at, len(self.given)) if self.given[n][0] == "]") + 1
            if self.made and self.made[-1].type == "LSET":
                self.made.pop()
                self.depth -= 1
                self.begin("cases", piece)
            else:
                self.environments.append(("lines", self.depth))
        else:
            raise self.wrong(f"the environment {name} is not known", piece)

    def array(self, piece: Piece) -> None:
        if self.peek() == "[":
            self.at = next(n for n in range(self.at, len(self.given)) if self.given[n][0] == "]") + 1
        start = self.skip()
        end = self.closing(start)
        columns = re.sub(r"[@!>]\s*\{[^{}]*\}", "", self.text_between(start + 1, end))
        self.at = end + 1
        if self.made and self.made[-1].type == "LSET":
            self.made.pop()
            self.depth -= 1
            self.begin("cases", piece)
        elif columns.strip() in ("l", "rl", "rcl", "r@{}l"):
            self.environments.append(("lines", self.depth))
        else:
            self.begin("matrix", piece)

    def line(self, piece: Piece) -> None:
        if self.peek() == "[" and self.at < len(self.given) and self.given[self.at][0] == "[":
            self.at = next(n for n in range(self.at, len(self.given)) if self.given[n][0] == "]") + 1
        kind = self.environments[-1][0] if self.environments else "lines"
        if kind in ("cases", "matrix"):
            self.emit("ROW", "\\\\", piece[1], piece[2])
        elif kind == "substack":
            self.emit("SEP", ",", piece[1], piece[2])
        else:
            self.broken = piece

    def substack(self, piece: Piece) -> None:
        start = self.skip()
        end = self.closing(start)
        self.at = start + 1
        self.closers[end] = "substack"
        self.environments.append(("substack", self.depth))
