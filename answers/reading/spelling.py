"""Spellings of symbols, compiled: the letter, and what must stand below and above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from answers.reading import functions, syntax
from answers.reading.errors import Unreadable
from answers.reading.parsing import parse
from answers.reading.symbols import Function, Symbol, Table
from answers.reading.tokens import Lexicon, tokens_of
from derive.remembering import LIBRARY

ANY = Lexicon(frozenset(), whole=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """One spelling of a symbol: the words below and above its letter, and the primes behind it."""

    symbol: Symbol
    below: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    primes: int = 0


@dataclass(frozen=True)
class Lookup:
    """The spellings of a table by their letters, and the words among them."""

    entries: dict[str, tuple[Entry, ...]]
    lexicon: Lexicon

    def functions(self, text: str) -> tuple[Entry, ...]:
        """The entries of this letter that are functions."""
        return tuple(entry for entry in self.entries.get(text, ()) if isinstance(entry.symbol, Function))


@lru_cache(maxsize=LIBRARY)
def lookup(table: Table) -> Lookup:
    """The spellings of a table, compiled.

    Raises:
        Unreadable: a spelling is no name.
    """
    found: dict[str, list[Entry]] = {}
    words, texts = set(functions.WORDS), set()
    labels: set[str] = set()
    for symbol in table.symbols:
        for spelling in symbol.spellings:
            base, entry = _entry(spelling, symbol)
            if entry not in found.setdefault(base, []):
                found[base].append(entry)
            plain = base if base.isascii() else ""
            texts.add(base)
            if len(base) > 1 and (plain or base[0].isascii()):
                words.add(base)
            labels.update(part for part in (*entry.below, *entry.above) if len(part) > 1 and part.isalpha())
            if entry.above == ("*",):
                words.add(f"{base}*")
    doubtful = {word for word in words if word[0] == "d" and "d" in texts and word[1:] in texts}
    for entries in found.values():
        entries.sort(key=lambda entry: -(len(entry.below) + len(entry.above) + entry.primes))
    labels |= {"out", "in", "tanh"}
    return Lookup(
        {base: tuple(entries) for base, entries in found.items()},
        Lexicon(frozenset(words), frozenset(labels), doubtful=frozenset(doubtful), names=frozenset(texts)),
    )


def _entry(spelling: str, symbol: Symbol) -> tuple[str, Entry]:
    if re.fullmatch("[A-Za-z]{2,}[0-9]+", spelling):
        return spelling, Entry(symbol, (), (), 0)  # a word with its number, ReLU6, which is no product
    written = parse(tokens_of(spelling, ANY), spelling).sides[0]
    text = ""
    if isinstance(written, syntax.Product):
        *before, last = [tail.factor for tail in written.factors]
        if not all(isinstance(part, syntax.Word) for part in before):
            raise Unreadable(f"{spelling!r} is no name that a symbol can have")
        text, written = "".join(part.text for part in before), last
    scripts: list[syntax.Script] = []
    if isinstance(written, syntax.Scripted):
        written, scripts = written.base, written.scripts
    if not isinstance(written, syntax.Word):
        raise Unreadable(f"{spelling!r} is no name that a symbol can have")
    below = tuple(part for script in scripts if script.kind == "below" for part in labels_of(script.content))
    above = tuple(part for script in scripts if script.kind == "above" for part in labels_of(script.content))
    primes = sum(script.kind == "prime" for script in scripts)
    return text + written.text, Entry(symbol, below, above, primes)


def labels_of(node: Any) -> tuple[str, ...]:
    """The letters, digits and brackets of a script in a row, fonts and commas apart."""
    if isinstance(node, syntax.Items):
        if node.labels is None:
            node.labels = tuple(_labels(node))
        return node.labels
    return tuple(_labels(node))


def _labels(node: Any) -> Iterator[str]:
    if isinstance(node, syntax.Word | syntax.Number):
        yield node.text
    elif isinstance(node, syntax.Mark):
        yield node.sign
        if node.power is not None:
            yield from _labels(node.power)
    elif isinstance(node, syntax.Items):
        for item in node.items:
            yield from _labels(item)
    elif isinstance(node, syntax.Group):
        yield node.left
        yield from _labels(node.inside)
        yield node.right
    elif isinstance(node, syntax.Product):
        for tail in node.factors:
            if tail.operation or tail.sign:
                yield tail.operation + tail.sign
            yield from _labels(tail.factor)
    elif isinstance(node, syntax.Scripted):
        yield from _labels(node.base)
        for script in node.scripts:
            yield {"below": "_", "above": "^", "prime": "'", "held": "|"}[script.kind]
            yield from _labels(script.content)
    elif isinstance(node, syntax.Terms):
        for sign, term in node.terms:
            yield sign
            yield from _labels(term)
    else:
        yield "?"
