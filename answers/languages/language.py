"""What a sheet says in another language: every sentence of ours that its file knows, wherever it is printed.

A file of translations lists, under the babel name of its language, what we print in English with what it is there. In
both, ``{a}``, ``{b}``, ... stand for formulas, ``{n}`` and ``{m}`` for numbers, ``{p}`` and ``{q}`` for names of parts
and files, ``{w}`` and ``{v}`` for other words, which are translated in turn. Texts of a homework's author are in the
author's language already, and stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from ruamel.yaml import YAML

from derive.remembering import ONE

FORMULA = r"\$(?:[^$\\]|\\.)*\$"
LISTED = rf"{FORMULA}(?:(?:, | and |, and ){FORMULA})*"
"""Formulas one after the other, as a sentence lists them."""
HOLE = re.compile(r"\{([a-z])\}")
NUMBER = r"[-−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?"
FILE = r"\\texttt\{(?:[^{}]|\{[^{}]*\})*\}"
PLACE = rf"(?:{FILE}(?:, {FILE})*|[\w.:+-]*\w)"
"""The name of a part or of a file, or files one after the other."""
WORDS = rf"(?:{FORMULA}|[^.:;$\n]|\.(?=\d))+?"
TEXT = re.compile(r"\\text\{([^{}]*)\}")
"""Words in a formula."""

SENTENCE = 6
"""What has so many spaces is no label, and may stand beside other sentences."""

Printed = TypeVar("Printed")


@dataclass(frozen=True)
class Phrase:
    """What is printed in English, as a pattern, the longest of its words, and what is printed in its place."""

    pattern: re.Pattern[str]
    literal: str
    meaning: str

    def replaced(self, text: str, language: Language) -> str:
        """The text with the phrase in the language, wherever it stands between the ends of sentences."""
        if self.literal not in text:
            return text

        def meant(match: re.Match[str]) -> str:
            found = match.groupdict()
            return HOLE.sub(lambda hole: _inside(found.get(hole[1]) or "", hole[1], language), self.meaning)

        return self.pattern.sub(meant, text)


@dataclass(frozen=True)
class Language:
    """A language by the name that babel has for it, with what we print in it."""

    name: str
    code: str = ""
    exact: Mapping[str, str] = field(default_factory=dict, repr=False)
    phrases: tuple[Phrase, ...] = field(default=(), repr=False)

    def say(self, text: str) -> str:
        """A text of ours in this language; what has no translation stays as it is."""
        if not self.exact:
            return text
        found = self.exact.get(text)
        if found is None:
            found = text
            for phrase in self.phrases:
                found = phrase.replaced(found, self)
        return TEXT.sub(lambda words: rf"\text{{{self._word(words[1])}}}", found)

    def _word(self, words: str) -> str:
        """Words inside of a formula, with the spaces around them."""
        inner = words.strip()
        return words.replace(inner, self.exact.get(inner, inner)) if inner else words


ENGLISH = Language("english", "en")


def translated(printed: Printed, language: Language) -> Printed:
    """Anything that is printed, with all of its texts in the language."""
    return printed if language == ENGLISH else _translated(printed, language)


def _translated(printed: Any, language: Language) -> Any:
    if isinstance(printed, str):
        return language.say(printed)
    if isinstance(printed, tuple):
        return tuple(_translated(part, language) for part in printed)
    if is_dataclass(printed) and not isinstance(printed, type | Language):
        names = [one.name for one in fields(printed) if not _is_program(printed, one.name)]
        return replace(printed, **{name: _translated(getattr(printed, name), language) for name in names})
    return printed


def _is_program(printed: Any, name: str) -> bool:
    """Whether a field holds the lines of a program, whose words are no sentences."""
    return name == "lines" and getattr(printed, "kind", "") == "code"


@lru_cache(maxsize=ONE)
def languages() -> dict[str, Language]:
    """The languages by their names and by their codes."""
    found = {"english": ENGLISH, "en": ENGLISH}
    for file in files(__package__).iterdir():
        if file.name.endswith(".yaml"):
            own = _read(file.read_text(encoding="utf-8"))
            found |= {own.name: own, own.code: own}
    return found


def language(name: str) -> Language:
    """The language of that name or code.

    Raises:
        KeyError: there is no file of translations for it.
    """
    return languages()[name]


def _read(text: str) -> Language:
    data = YAML(typ="safe", pure=True).load(text)
    said: dict[str, str] = data["phrases"]
    exact = {english: meaning for english, meaning in said.items() if not HOLE.search(english)}
    # The longest first: a phrase may be the end of another one. Words alone are all of what is printed, or somebody's.
    told = (
        english for english in said if HOLE.search(english) or english[-1] in ".:(" or english.count(" ") >= SENTENCE
    )
    phrases = tuple(_phrase(english, said[english]) for english in sorted(told, key=len, reverse=True))
    return Language(data["name"], data["code"], exact, phrases)


def _phrase(english: str, meaning: str) -> Phrase:
    pieces = HOLE.split(english)
    pattern, seen = "", set()
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            pattern += r"\s+".join(map(re.escape, re.split(r"\s+", piece)))
        elif piece in seen:
            pattern += rf"(?P={piece})"
        else:
            seen.add(piece)
            pattern += rf"(?P<{piece}>{_hole(piece)})"
    literal = max((word for piece in pieces[::2] for word in piece.split("\n")), key=len).strip()
    begin = r"(?<![\w\\{$])" if english[:1].isalpha() else ""
    end = r"(?![\w}])" if english[-1:].isalnum() else ""
    return Phrase(re.compile(begin + pattern + end), literal, meaning)


def _hole(letter: str) -> str:
    return {"n": NUMBER, "m": NUMBER, "p": PLACE, "q": PLACE, "w": WORDS, "v": WORDS}.get(letter, LISTED)


def _inside(found: str, letter: str, language: Language) -> str:
    if letter in "nmpq":
        return found
    if letter in "wv":
        return language.say(found)
    return TEXT.sub(lambda words: rf"\text{{{language._word(words[1])}}}", found).replace(
        "$ and $", f"$ {language.exact.get('and', 'and')} $"
    )
