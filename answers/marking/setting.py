"""What the names of an answer stand for: the forward definition's own symbols, and those that the student chose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy

from answers.reading import Index, Point, Table, Tensor, Unreadable, syntax
from answers.reading.macros import Macros
from answers.reading.reading import Side, syntax_of
from answers.reading.spelling import lookup
from answers.reading.symbols import Axis, Layout, Symbol
from answers.reading.tables import axis_of, point_at, spellings, table_of
from answers.reading.tree import Read
from answers.reading.walks import walk
from derive.convolution import reads_windows
from derive.errors import nearest
from derive.expression.partials import partial_named
from derive.expression.symbols import accesses, name_of, subscripts_of
from derive.forward import Forward
from derive.remembering import EXPRESSIONS, LIBRARY, with_forward
from numeric.measuring import point as measured

TURNED = re.compile(r"(.*?)(?:\.T|\^T|\^\{T\}|\^\\top|\^\{\\top\}|ᵀ|')")
ALIAS = "≡"


@dataclass(frozen=True)
class Alias:
    """A name of the student's own: the values of ``of``, maybe turned over; or a class, as a number."""

    name: str
    of: str
    form: str = "same"


@dataclass(frozen=True)
class Definition:
    """A name that the student defined by a formula, whose free ``letters`` are its subscripts."""

    name: str
    side: Side
    letters: tuple[str, ...]
    setting: Setting


@dataclass(frozen=True)
class Setting:
    """A table of symbols under one set of conventions, and what the names that are not the definition's stand for."""

    model: Forward
    table: Table
    layout: Layout
    rows: bool
    aliases: tuple[Alias, ...] = ()
    definitions: tuple[Definition, ...] = ()

    def at(self, point: measured.Point) -> Point:
        """The values of everything in the table at a point of the forward definition."""
        own = point_at(point, self.table)
        return Point(self.table, _Values(self, own.arrays, point), own.sizes)

    @cached_property
    def bare(self) -> tuple[tuple[str, Setting], ...]:
        """Settings in which one numbered tensor may be written without its number: W for W^{(2)}."""
        return tuple(_bare_names(self))

    def syntax(self, text: str, macros: Macros) -> syntax.Relation:
        """The syntax of a formula, without the set that it is said to be in.

        Raises:
            Unreadable: it is no formula; the place, and what was expected there.
        """
        return syntax.without_sets(syntax_of(text, self.table, macros))

    def holds(self, side: Side, name: str) -> bool:
        """Whether a side is written with that tensor or partial, by its name, an alias or a definition."""
        return name in self.names_in(side)

    def names_in(self, side: Side) -> frozenset[str]:
        """The tensors and partials that a side is written with, by their names, aliases and definitions."""
        of = {alias.name: alias.of for alias in self.aliases}
        defined = {definition.name: definition for definition in self.definitions}
        found: set[str] = set()
        for node in walk(side.node):
            if isinstance(node, Read):
                found.add(of.get(node.name, node.name))
                if node.name in defined:
                    found |= defined[node.name].setting.names_in(defined[node.name].side)
        return frozenset(found)

    def defined(self, spelling: str, side: Side) -> Setting:
        """The setting with a name that stands for the value of a formula."""
        letters: tuple[str, ...] = ()
        found = re.fullmatch(r"(.*?)_(?:\{([A-Za-z, ]+)\}|([A-Za-z]))", spelling.strip())
        if found and side.letters:
            below = tuple(re.sub(r"[, ]", "", found[2] or found[3]))
            if set(below) == set(side.letters):
                spelling, letters = found[1], below
        name = f"{ALIAS}{spelling}"
        ranges = dict(zip(side.letters, side.axes, strict=True))
        axes = (*(ranges[letter] for letter in letters), *side.shape.axes)
        tensor = Tensor(name, (spelling,), axes, row=len(axes) == 1 and side.shape.row)
        table = without(self.table, spelling).with_symbols([tensor])
        return replace(self, table=table, definitions=(*self.definitions, Definition(name, side, letters, self)))


class _Values(Mapping[str, Any]):
    """Measured values, and those of names that the student chose."""

    def __init__(self, setting: Setting, own: Mapping[str, Any], point: measured.Point) -> None:
        self._own, self._point, self._base = own, point, setting.table.base
        self._aliases = {alias.name: alias for alias in setting.aliases}
        self._definitions = {definition.name: definition for definition in setting.definitions}
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            self._found[name] = self._value(name)
        return self._found[name]

    def _value(self, name: str) -> Any:
        if name in self._definitions:
            definition = self._definitions[name]
            return definition.side.value(definition.setting.at(self._point), definition.letters)
        if name not in self._aliases:
            return self._own[name]
        alias = self._aliases[name]
        if alias.form == "number":
            return numpy.asarray(float(alias.of))
        value = numpy.asarray(self._point.value(alias.of))
        if alias.form == "class":
            return numpy.argmax(value, axis=-1) + self._base
        return value.T if alias.form == "turned" else value

    def __contains__(self, name: object) -> bool:
        return name in self._aliases or name in self._definitions or name in self._own

    def __iter__(self) -> Iterator[str]:
        yield from (*self._aliases, *self._definitions, *self._own)

    def __len__(self) -> int:
        return len(self._own) + len(self._aliases) + len(self._definitions)


def settings(
    model: Forward,
    base: int,
    symbols: Mapping[str, str | int],
    indices: Sequence[str],
    layouts: Sequence[Layout],
) -> list[Setting]:
    """The table for each layout of partials; twice where a name may be a vector or the number of the class in it.

    Raises:
        ValueError: a name of ``symbols`` stands for nothing that the forward definition has.
    """
    return list(_settings(model, base, tuple(symbols.items()), tuple(indices), tuple(layouts)))


@with_forward(LIBRARY)
def _settings(
    model: Forward,
    base: int,
    named: tuple[tuple[str, str | int], ...],
    indices: tuple[str, ...],
    layouts: tuple[Layout, ...],
) -> tuple[Setting, ...]:
    symbols = dict(named)
    rows = holds_rows(model)
    found = []
    for layout in layouts:
        for classes in (False, True):
            made = _setting(model, base, symbols, indices, layout, rows=rows, classes=classes)
            if made not in found:
                found.append(made)
    return tuple(found)


def _setting(
    model: Forward,
    base: int,
    symbols: Mapping[str, str | int],
    indices: Sequence[str],
    layout: Layout,
    *,
    rows: bool,
    classes: bool,
) -> Setting:
    # An asterisk is a convolution only where there is one to write; elsewhere people mean elements.
    table = replace(table_of(model, layout, base), convolutions=reads_windows(model))
    if rows:
        table = _rowed(table)
    table = _also_spelt(table, model)
    aliases = []
    for spelling, target in symbols.items():
        table = without(table, spelling)
        own, alias = _symbol(model, table, spelling, target, layout, classes=classes)
        table = table.with_symbols([own])
        if alias is not None:
            aliases.append(alias)
    for letter in dict.fromkeys(indices):
        if letter not in symbols:
            table = without(table, letter).with_symbols([Index(letter, (letter,))])
    return Setting(model, table, layout, rows, tuple(aliases))


def class_names(model: Forward, text: str) -> dict[str, str | int]:
    """Vectors with a 1 at one class that a text compares with a letter: they may be the number of that class."""
    found: dict[str, str | int] = {}
    for tensor in model.given:
        if tensor.domain == "one_hot":
            for own in spellings(tensor.name):
                alone = rf"(?<![A-Za-z\\]){re.escape(own)}(?![A-Za-z]|\s*[_^{{])"
                if re.search(rf"{SAME}\s*{alone}|{alone}\s*{SAME}", text):
                    found[own] = tensor.name
    return found


SAME = r"(?:=|\\neq?(?![a-z])|≠)"
LOSSES = ("l", "L", "J", "E", "C", r"\mathrm{loss}", r"\mathrm{Loss}")
"""How the loss is called by people who call it otherwise."""


def _also_spelt(table: Table, model: Forward) -> Table:
    """The table with spellings that people use for what has another name, where nothing else is written so.

    The loss has several letters, a matrix may have its elements in lower case, a vector its name in upper case.
    """
    taken = {key for symbol in table.symbols for own in getattr(symbol, "spellings", ()) for key in _keys(own)}
    found = []
    for symbol in table.symbols:
        more: tuple[str, ...] = ()
        if isinstance(symbol, Tensor) and symbol.name in model.tensors:
            wanted = LOSSES if model.tensors[symbol.name].role == "loss" else _other_case(symbol)
            more = tuple(own for own in wanted if not _keys(own) & taken)
            taken |= {key for own in more for key in _keys(own)}
        found.append(replace(symbol, spellings=(*symbol.spellings, *more)) if more else symbol)
    return replace(table, symbols=tuple(found))


def _other_case(symbol: Tensor) -> Iterator[str]:
    """A name in the other case: w_1 for W_1, X for x."""
    for own in symbol.spellings:
        letter = re.fullmatch(r"(\\(?:hat|tilde|bar)\{)?([A-Za-z])([^A-Za-z0-9].*)?", own)
        if letter and (len(symbol.axes) > 1) == letter[2].isupper():
            yield f"{letter[1] or ''}{letter[2].swapcase()}{letter[3] or ''}"


def _symbol(
    model: Forward, table: Table, spelling: str, target: str | int, layout: Layout, *, classes: bool
) -> tuple[Symbol, Alias | None]:
    """The entry of a table for a student's spelling, and what it stands for where that is no entry's own values."""
    alias = f"{ALIAS}{spelling}"
    if isinstance(target, int):
        return Tensor(alias, (spelling,), whole=True), Alias(alias, str(target), "number")
    name = target.strip()
    if name in table.by_name:
        own = table.by_name[name]
        one_hot = name in model.tensors and model.tensors[name].domain == "one_hot"
        if classes and one_hot and isinstance(own, Tensor):
            return Tensor(alias, (spelling,), own.axes[:-1], whole=True), Alias(alias, name, "class")
        return replace(own, spellings=(*own.spellings, spelling)), None
    partial = partial_named(name)
    if partial is not None and set(partial.tensors) <= set(model.tensors):
        axes: tuple[Axis, ...] = tuple(axis_of(length) for length in model.shape_of(name))
        row = len(axes) == 1 and layout == "numerator" and not model.shape_of(partial.top)
        return Tensor(alias, (spelling,), axes, row=row), Alias(alias, name)
    if (found := TURNED.fullmatch(name)) and isinstance(whole := table.by_name.get(found[1]), Tensor):
        row = len(whole.axes) == 1 and not whole.row
        return Tensor(alias, (spelling,), whole.axes[::-1], row=row), Alias(alias, whole.name, "turned")
    visible = [symbol.name for symbol in table.symbols if not symbol.name.startswith(ALIAS)]
    raise ValueError(f"{spelling} is said to stand for {name}, which is nothing here; {nearest(name, visible)}")


@lru_cache(maxsize=EXPRESSIONS)
def _keys(spelling: str) -> frozenset[Any]:
    """What tells spellings apart: letters, and what stands above and below them."""
    try:
        entries = lookup(Table((Tensor("", (spelling,)),))).entries
    except Unreadable as error:
        raise ValueError(f"{spelling!r} is no name that a symbol can have: {error}") from None
    return frozenset((base, e.below, e.above, e.primes) for base, found in entries.items() for e in found)


def without(table: Table, spelling: str) -> Table:
    """The table in which nothing is spelt so."""
    keys = _keys(spelling)
    kept = [
        symbol
        if not any(_keys(own) & keys for own in symbol.spellings)
        else replace(symbol, spellings=tuple(own for own in symbol.spellings if not _keys(own) & keys))
        for symbol in table.symbols
    ]
    return replace(table, symbols=tuple(kept))


def _rowed(table: Table) -> Table:
    """The table in which vectors are rows."""
    turned = [
        replace(symbol, row=True) if isinstance(symbol, Tensor) and len(symbol.axes) == 1 else symbol
        for symbol in table.symbols
    ]
    return replace(table, symbols=tuple(turned))


def holds_rows(model: Forward) -> bool:
    """Whether vectors are multiplied from the left, x W: every matrix is summed along its first axis with a vector."""
    found = []
    parameters = {tensor.name for tensor in model.given if tensor.role == "parameter" and len(tensor.shape) == 2}
    for row in model.rows:
        for access in accesses(row.expression):
            places = subscripts_of(access)
            if name_of(access) in parameters and len(row.indices) == 1 and row.indices[0] in places:
                found.append(places[1] == row.indices[0])
    return bool(found) and all(found)


def padded(setting: Setting) -> Setting:
    """The setting in which everything counts as 0 outside of its ranges."""
    table = setting.table
    symbols = tuple(replace(own, outside=True) if isinstance(own, Tensor) else own for own in table.symbols)
    partials = tuple(replace(own, outside=True) for own in table.partials)
    return replace(setting, table=replace(table, symbols=symbols, partials=partials))


def _bare_names(setting: Setting) -> Iterator[tuple[str, Setting]]:
    taken = {key for other in setting.table.symbols for own in other.spellings for key in _keys(own)}
    for symbol in setting.table.symbols:
        found = re.fullmatch(r"([A-Za-z]+)\d+", symbol.name)
        if isinstance(symbol, Tensor) and found and found[1] not in setting.table.by_name:
            bare = spellings(found[1])[0]
            if not _keys(bare) & taken:
                more = replace(symbol, spellings=(*symbol.spellings, bare))
                yield f"{bare} is read as {symbol.name}", replace(setting, table=setting.table.with_symbols([more]))
