"""Sizes, indices, tensor elements and the names of partial derivatives.

Everything symbolic in Gradsheet is a SymPy object. A tensor of rank one or more is read through
``Indexed`` elements; a tensor of rank zero (the loss, a single mean) is a plain real symbol.
Indices count from 0 inside the program; sheets that count from 1 shift them when they are printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import sympy
from sympy import Basic, Expr, Indexed, IndexedBase, Symbol
from sympy.core.function import AppliedUndef
from sympy.printing.str import StrPrinter

from derive.errors import DeriveError
from derive.expression import walks
from derive.expression.identifiers import TENSOR, is_word, quoted, symbol_name
from derive.remembering import SYMBOLS


@lru_cache(maxsize=SYMBOLS)
def size(name: str) -> Symbol:
    """The positive integer symbol of a dimension, such as ``n`` or ``K``.

    Raises:
        DefinitionError: it is no name.
    """
    return Symbol(symbol_name(name, "a size"), integer=True, positive=True)


LARGEST = 10**15
"""The largest number for a size: larger ones are not whole numbers of floating point any more."""


def dimension(value: str | int) -> Expr:
    """A dimension as a user gives it: a number, or the name of a size.

    Raises:
        DeriveError: it is neither a positive number nor a name, or a number that no array has.
    """
    text = str(value)
    if re.fullmatch("0*[1-9][0-9]*", text):
        digits = text.lstrip("0")
        if len(digits) >= len(str(LARGEST)) and digits != str(LARGEST):
            raise DeriveError(f"a size is at most 10^15, not {digits[:20]}{'...' if len(digits) > 20 else ''}")
        return sympy.Integer(digits)
    if is_word(text):
        return size(text)
    raise DeriveError(f"a size is a positive number or a name such as B, not {quoted(text)}")


MARK = "#"
"""What stands before a number in the name of the letter for it: no name that a user can give begins so."""


def letter(number: int, again: int = 0) -> Symbol:
    """The size that stands for a number, another one for every time that the number is met ``again``."""
    return Symbol(f"{MARK}{number}{chr(39) * again}", integer=True, positive=True)


def number_of(symbol: Symbol) -> Expr | None:
    """The number that a letter stands for, None for any other symbol."""
    return sympy.Integer(symbol.name.strip(f"{MARK}'")) if symbol.name.startswith(MARK) else None


@lru_cache(maxsize=SYMBOLS)
def index(name: str) -> Symbol:
    """The symbol of an index, which runs from 0 to its size less one.

    Raises:
        DefinitionError: it is no name.
    """
    return Symbol(symbol_name(name, "an index", TENSOR), integer=True, nonnegative=True)


@lru_cache(maxsize=SYMBOLS)
def scalar(name: str) -> Symbol:
    """The real symbol that stands for a tensor of rank zero or for a real hyper-parameter.

    Raises:
        DefinitionError: it is no name.
    """
    return Symbol(symbol_name(name, "a tensor", TENSOR), real=True)


@lru_cache(maxsize=SYMBOLS)
def base(name: str) -> IndexedBase:
    """The SymPy base of a tensor of real numbers."""
    return IndexedBase(scalar(name))


def element(name: str, subscripts: Sequence[Expr]) -> Expr:
    """The element of the tensor ``name`` at ``subscripts``; a real symbol when there are none."""
    return walks.element(base(name), tuple(subscripts)) if subscripts else scalar(name)


def name_of(access: Expr) -> str:
    """The tensor that an element reads.

    Raises:
        TypeError: ``access`` is neither an ``Indexed`` nor a symbol.
    """
    if isinstance(access, Indexed):
        return str(access.base.label.name)
    if isinstance(access, Symbol):
        return access.name
    raise TypeError(f"expected an element of a tensor, got {access!r}")


def subscripts_of(access: Expr) -> tuple[Expr, ...]:
    """The subscripts of an element, none for a symbol."""
    return tuple(access.indices) if isinstance(access, Indexed) else ()


def sizes_in(expressions: Iterable[Expr]) -> set[Symbol]:
    """The symbols of sizes in the expressions: integers that are positive."""
    return {
        symbol
        for expression in expressions
        for symbol in walks.all_symbols(sympy.sympify(expression))
        if symbol.is_positive and symbol.is_integer
    }


@lru_cache(maxsize=SYMBOLS)
def text(expression: Expr) -> str:
    """The expression as text, by which terms and elements are ordered."""
    if isinstance(expression, AppliedUndef) and len(expression.args) == 1:
        return f"{expression.func.__name__}({text(expression.args[0])})"
    return _Text({"order": None}).doprint(expression)


class _Text(StrPrinter):
    """SymPy's text; that of a chain of functions is made of that of the chain without the last one."""

    def _print_AppliedUndef(self, expression: AppliedUndef) -> str:
        return text(expression) if len(expression.args) == 1 else str(self._print_Function(expression))


@lru_cache(maxsize=SYMBOLS)
def accesses(expression: Expr) -> tuple[Expr, ...]:
    """The elements and scalar symbols that the expression reads, each once, in the order of their text.

    Index and size symbols, which are integers, are not among them.
    """
    return tuple(sorted(_read(expression), key=text))


@lru_cache(maxsize=SYMBOLS)
def _read(expression: Basic) -> frozenset[Expr]:
    if isinstance(expression, Indexed):
        return frozenset((expression,)).union(*map(_read, expression.indices))
    if isinstance(expression, Symbol):
        return frozenset() if expression.is_integer else frozenset((expression,))
    return frozenset().union(*map(_read, expression.args))


GRADIENT = "grad_"
"""What stands before the name of a tensor in that of the row that holds the gradient of the loss by it."""

LETTERS = "ijkmpqrstuvw"


def fresh_indices(count: int, taken: Iterable[str]) -> tuple[Symbol, ...]:
    """``count`` index symbols whose names are not in ``taken``, the plainest letters first."""
    used = set(taken)
    names: list[str] = []
    suffix = 0
    while len(names) < count:
        for letter in LETTERS:
            name = f"{letter}{suffix or ''}"
            if name not in used and len(names) < count:
                names.append(name)
                used.add(name)
        suffix += 1
    return tuple(index(name) for name in names)


def symbols_in(expression: Expr) -> tuple[Symbol, ...]:
    """All symbols in the expression, bound ones included, in the order of their names."""
    return tuple(sorted(walks.all_symbols(sympy.sympify(expression)), key=str))


def names_in(*expressions: Expr) -> set[str]:
    """The names of all symbols in the expressions, bound ones included."""
    return {symbol.name for expression in expressions for symbol in walks.all_symbols(sympy.sympify(expression))}
