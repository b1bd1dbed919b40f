"""The order in which a textbook writes terms and factors, whatever the order in which SymPy keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sympy import Add, Expr, Indexed, KroneckerDelta, Le, Lt, Mul, Pow, Sum, Symbol, exp

from derive.expression import walks
from derive.expression.functions import Bracket
from derive.expression.partials import partial_named, partial_read
from derive.expression.symbols import name_of, text
from derive.render.counting import is_index
from derive.render.names import parse_name

Key = tuple[Any, ...]

DIFFERENCE = 0
"""The kind of a factor such as y_hat - y, which is written before other elements."""

# Groups of factors, the first written first.
NUMBER, SIZE, PARAMETER, UPSTREAM, ELEMENT, DELTA, RANGE, TOTAL = range(8)


def natural(text: str) -> Key:
    """A key that sorts W2 before W10, and y before y_hat."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part)


def is_scalar(expression: Expr) -> bool:
    """Whether it is arithmetic of numbers, sizes and indices alone."""
    return not walks.holds(expression, Indexed, Sum, Bracket, KroneckerDelta) and all(
        symbol.is_integer for symbol in walks.free_symbols(expression)
    )


def by_term(terms: Iterable[Expr]) -> list[Expr]:
    """Terms of a sum: constants before elements, long sums last.

    In index arithmetic constants come last, and multiples of an index before those that stand alone: ``s t + m``.

    Signs are not looked at: positive terms are put first when the terms are joined.
    """
    listed = list(terms)
    integers = all(is_scalar(term) for term in listed) and any(map(walks.free_symbols, listed))
    return sorted(listed, key=lambda term: _term_key(term, integers))


def _term_key(term: Expr, integers: bool) -> Key:
    coefficient, rest = term.as_coeff_Mul()
    constant = not walks.free_symbols(rest)
    place = (1 if integers else -1) if constant else 0
    factors = tuple(_factor_key(factor) for factor in by_factor(Mul.make_args(rest)))
    if integers:
        letters = sorted(symbol.name for symbol in walks.free_symbols(rest) if is_index(symbol))
        return place, not letters, is_index(term), letters, factors, natural(str(coefficient))
    return (
        place,
        is_stabiliser(rest),
        (walks.holds(rest, Sum), len(factors) if walks.holds(rest, Sum) else 0),
        walks.holds(rest, Bracket),
        says_less(rest),
        _falls(rest),
        factors,
        natural(str(coefficient)),
    )


def _falls(term: Expr) -> bool:
    """Whether it is e to a negative multiple of something, which is written after e to a positive one."""
    return isinstance(term, exp) and bool(term.args[0].could_extract_minus_sign())


def is_stabiliser(expression: Expr) -> bool:
    """Whether it is the small constant under a root, which is written last."""
    return isinstance(expression, Symbol) and parse_name(expression.name).stem in ("eps", "epsilon")


def says_less(expression: Expr) -> bool:
    """Whether it has a bracket such as [z <= 0], which is written after [z > 0]."""
    return any(isinstance(bracket.args[0], Lt | Le) for bracket in walks.parts(expression, Bracket))


def by_factor(factors: Iterable[Expr]) -> list[Expr]:
    """Factors of a product: numbers, sizes, parameters, partials along the chain, elements, brackets, sums."""
    ordered = sorted(factors, key=_factor_key)
    partials = [factor for factor in ordered if _group(factor) == UPSTREAM]
    start = ordered.index(partials[0]) if partials else 0
    return ordered[:start] + _along_the_chain(partials) + ordered[start + len(partials) :]


def _factor_key(factor: Expr) -> Key:
    group = _group(factor)
    last = isinstance(factor, Add) and walks.holds(factor, KroneckerDelta)
    if last:
        letter = "~"
    elif group == ELEMENT and _kind(factor) == DIFFERENCE:
        letter = ""
    else:
        letter = _first_letter(factor) if group == ELEMENT else str(any(map(is_index, walks.free_symbols(factor))))
    return group, letter, _kind(factor), _head(factor), natural(text(factor))


def _group(factor: Expr) -> int:
    base = factor.base if isinstance(factor, Pow) else factor
    if factor.is_number:
        return NUMBER
    if is_scalar(factor):
        return SIZE
    if isinstance(base, Sum):
        return TOTAL
    if isinstance(base, KroneckerDelta):
        return DELTA
    if isinstance(base, Bracket):
        return ELEMENT if base.atoms(Indexed) else RANGE
    if isinstance(base, Indexed | Symbol):
        name = name_of(base)
        if partial_named(name) or parse_name(name).upstream:
            return UPSTREAM
        return PARAMETER if isinstance(base, Indexed) and parse_name(name).is_parameter else ELEMENT
    return ELEMENT


def _kind(factor: Expr) -> int:
    """Among factors with one index: differences such as y_hat - y, elements, sums of these, functions, other sums."""
    base = factor.base if isinstance(factor, Pow) else factor
    if isinstance(base, Add):
        terms = [abs_term(term) for term in base.args]
        if all(isinstance(term, Indexed | Symbol) for term in terms):
            return DIFFERENCE
        return 2 if all(isinstance(term, Indexed | Symbol) or term == 1 for term in terms) else 4
    return 1 if isinstance(base, Indexed | Symbol) else 5 if isinstance(base, Bracket) else 3


def is_partial(factor: Expr) -> bool:
    """Whether it is an element of a partial derivative."""
    return isinstance(factor, Indexed | Symbol) and partial_read(factor) is not None


def abs_term(term: Expr) -> Expr:
    """A term without its numeric coefficient."""
    return term.as_coeff_Mul()[1]


def _first_letter(factor: Expr) -> str:
    read = walks.parts(factor, Indexed)
    letters = {symbol.name for access in read for symbol in walks.free_symbols(access) if is_index(symbol)}
    return min(letters, default="")


def _head(factor: Expr) -> Key:
    base = factor.base if isinstance(factor, Pow) else factor
    return natural(name_of(base)) if isinstance(base, Indexed | Symbol) else natural(type(base).__name__)


def _along_the_chain(partials: Sequence[Expr]) -> list[Expr]:
    """Partials so that each denominator is the next one's numerator, from the loss inwards."""
    left = list(partials)
    chain: list[Expr] = []
    while left:
        names = [partial_named(name_of(p.base if isinstance(p, Pow) else p)) for p in left]
        bottoms = {name.bottom for name in names if name}
        wanted = partial_named(name_of(chain[-1])) if chain and not isinstance(chain[-1], Pow) else None
        linked = [n for n, name in enumerate(names) if name and wanted and name.top == wanted.bottom]
        free = [n for n, name in enumerate(names) if not name or name.top not in bottoms]
        chain.append(left.pop((linked or free or [0])[0]))
    return chain
