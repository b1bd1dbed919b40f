"""Sums of products: an index expression as terms with their factors and bound indices laid open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product as combinations
from math import prod

import sympy
from sympy import Add, Basic, Expr, KroneckerDelta, Mul, Pow, Sum, Symbol

from derive.expression import symbols, walks

Bound = tuple[tuple[Symbol, Expr], ...]


@dataclass(frozen=True)
class Term:
    """A product of factors, summed over its bound indices, each with its size."""

    factors: tuple[Expr, ...]
    bound: Bound = ()

    @property
    def names(self) -> set[str]:
        """What nothing new in it may be called."""
        return symbols.names_in(*self.factors) | {letter.name for letter, _ in self.bound}

    def replaced(self, substitution: Mapping[Symbol, Expr]) -> Term:
        """The term with index symbols replaced in all factors; bound ones that are replaced go."""
        return Term(
            tuple(walks.replaced(factor, substitution) for factor in self.factors),
            tuple((letter, length) for letter, length in self.bound if letter not in substitution),
        )

    def expression(self) -> Expr:
        """The term as a SymPy expression, factors that no bound index reaches outside the sum."""
        letters = {letter for letter, _ in self.bound}
        inner: list[Expr] = []
        outer: list[Expr] = []
        for factor in self.factors:
            (outer if letters.isdisjoint(walks.free_symbols(factor)) else inner).append(factor)
        used = {letter for factor in inner for letter in walks.free_symbols(factor) & letters}
        outer += [length for letter, length in self.bound if letter not in used]
        limits = [(letter, 0, length - 1) for letter, length in self.bound if letter in used]
        total: Expr = Mul(*outer, walks.total(Mul(*inner), limits))
        return total


def split(expression: Expr, *, expand: bool = False, taken: Iterable[str] = ()) -> list[Term]:
    """The terms of an expression; their bound indices are distinct from all other indices.

    A product with a sum over an index takes that index over; a sum over a sum of terms is split into its
    terms. Factors that are themselves sums of terms, ``(y_hat[i] - y[i])``, stay whole unless ``expand``.
    """
    used = set(taken) | {symbol.name for symbol in walks.free_symbols(expression)}
    return _split(expression, expand, used | _bound_twice(expression))


def expanded_length(expression: Expr) -> int:
    """How many terms ``split`` with ``expand`` would give, at most."""
    if isinstance(expression, Add):
        return sum(map(expanded_length, expression.args))
    if isinstance(expression, Mul):
        return prod(map(expanded_length, expression.args))
    if isinstance(expression, Sum):
        return expanded_length(expression.function)
    if isinstance(expression, Pow) and expression.exp.is_Integer and 1 < expression.exp <= 4:
        return int(expanded_length(expression.base) ** int(expression.exp))
    return 1


def _bound_twice(expression: Expr) -> set[str]:
    """The names of indices that more than one sum binds: a term may meet both, so they get new names."""
    return {letter for letter, count in Counter(_bound_in(expression)).items() if count > 1}


def _bound_in(expression: Expr) -> Iterator[str]:
    if walks.holds(expression, Sum):
        if isinstance(expression, Sum):
            yield from (letter.name for letter, _, _ in expression.limits)
        for argument in expression.args:
            yield from _bound_in(argument)


def join(terms: Iterable[Term]) -> Expr:
    """The sum of the terms as a SymPy expression."""
    result: Expr = Add(*(term.expression() for term in terms))
    return result


def _split(expression: Expr, expand: bool, used: set[str]) -> list[Term]:
    if isinstance(expression, Add):
        return [term for part in expression.args for term in _split(part, expand, used)]
    if isinstance(expression, Sum):
        body, bound = _opened(expression, used)
        return [Term(term.factors, bound + term.bound) for term in _split(body, expand, used)]
    if isinstance(expression, Mul):
        choices = [_factor(factor, expand, used) for factor in expression.args]
        return [_multiplied(choice) for choice in combinations(*choices)]
    if expand and isinstance(expression, Pow) and expression.exp.is_Integer and 1 < expression.exp <= 4:
        return _split(Mul(*[expression.base] * int(expression.exp), evaluate=False), expand, used)
    return [Term((expression,))]


def _factor(factor: Expr, expand: bool, used: set[str]) -> list[Term]:
    whole = isinstance(factor, Add) and not expand
    return [Term((factor,))] if whole else _split(factor, expand, used)


def _opened(total: Sum, used: set[str]) -> tuple[Expr, Bound]:
    """The body of a sum and its bound indices, which are named before those of the sums inside are."""
    letters = [letter for letter, _, _ in total.limits]
    taken = [letter for letter in letters if letter.name in used]
    fresh = symbols.fresh_indices(len(taken), used | symbols.names_in(total))
    renaming = dict(zip(taken, fresh, strict=True))
    bound = tuple((renaming.get(letter, letter), upper + 1) for letter, _, upper in total.limits)
    used.update(letter.name for letter, _ in bound)
    return walks.replaced(total.function, renaming), bound


def _multiplied(terms: Iterable[Term]) -> Term:
    parts = list(terms)
    factors = tuple(factor for part in parts for factor in part.factors if factor != 1)
    return Term(factors or (sympy.S.One,), tuple(pair for part in parts for pair in part.bound))


def canonical(term: Term, avoid: Iterable[str] = ()) -> tuple[Hashable, Term]:
    """A key that is the same for terms that differ in the names and order of bound indices only,
    less their numeric coefficient, and the term with its bound indices so named.

    ``avoid`` are names that other terms use for free indices: a bound one must not look like them.
    """
    factors = [factor for factor in term.factors if not factor.is_Number]
    sizes = dict(term.bound)
    seen = list(sizes)
    if len(sizes) > 1:
        letters = frozenset(sizes)
        met = (letter for factor in _sorted(factors, letters) for letter in _letters_in_order(factor, letters))
        seen = list(dict.fromkeys((*met, *sizes)))
    taken = {*avoid, *(symbols.names_in(*factors) - {letter.name for letter in sizes})}
    renaming = dict(zip(seen, symbols.fresh_indices(len(seen), taken), strict=True))
    renamed = [walks.replaced(factor, renaming) for factor in factors]
    bound = tuple((renaming[letter], sizes[letter]) for letter in seen)
    numbers = [factor for factor in term.factors if factor.is_Number]
    key = frozenset(Counter(renamed).items()), tuple(length for _, length in bound)
    return key, Term((Mul(*numbers), *renamed), bound)


def alike(expression: Expr, avoid: Iterable[str] = ()) -> Expr:
    """The expression with the bound indices of sums inside powers and functions renamed as ``canonical`` would.

    There sums that differ in their letters only are equal, so that √s/s cancels whoever wrote s; and none of
    them has the letter of an index that is free outside of it, or is in ``avoid``.
    """
    if not walks.holds(expression, Sum):
        return expression
    taken = {*avoid, *(symbol.name for symbol in walks.free_symbols(expression))}
    return _alike(expression, taken, within=False)


def _alike(expression: Basic, taken: set[str], *, within: bool) -> Expr:
    if isinstance(expression, Sum):
        letters = {letter for letter, _, _ in expression.limits}
        if within:
            met = _letters_in_order(expression.function, frozenset(letters))
            seen = list(dict.fromkeys((*met, *(letter for letter, _, _ in expression.limits))))
            others = symbols.names_in(expression) - {letter.name for letter in letters}
            fresh = symbols.fresh_indices(len(seen), {*taken, *others})
            renaming = dict(zip(seen, fresh, strict=True))
            limits = [(renaming.get(letter, letter), low, high) for letter, low, high in expression.limits]
            expression = walks.total(walks.replaced(expression.function, renaming), limits)
            letters = {letter for letter, _, _ in limits}
        inner = {*taken, *(letter.name for letter in letters)}
        return walks.mapped(expression, lambda part: _alike(part, inner, within=within), Expr)
    inside = within or not isinstance(expression, Add | Mul)
    return walks.mapped(expression, lambda part: _alike(part, taken, within=inside), Expr)


def _letters_in_order(expression: Expr, letters: frozenset[Symbol]) -> list[Symbol]:
    """The letters that the expression holds, in an order that does not depend on their names where it need not."""
    if isinstance(expression, Symbol):
        return [expression] if expression in letters else []
    if letters.isdisjoint(walks.all_symbols(expression)):
        return []
    in_order = isinstance(expression, sympy.Indexed | sympy.StrictLessThan | sympy.LessThan)
    arguments = getattr(expression, "indices", expression.args) if in_order else _sorted(expression.args, letters)
    return [letter for argument in arguments for letter in _letters_in_order(argument, letters)]


def _sorted(expressions: Iterable[Expr], letters: frozenset[Symbol]) -> list[Expr]:
    """The expressions in the order of their text, that without the letters before all."""
    return sorted(expressions, key=lambda expression: (_text(expression, letters), symbols.text(expression)))


def _text(expression: Basic, letters: frozenset[Symbol]) -> str:
    """The expression as a text in which all the letters look the same, whatever their names are."""
    if letters.isdisjoint(walks.all_symbols(expression)):
        return symbols.text(expression)
    if isinstance(expression, Symbol):
        return "_"
    arguments = [_text(argument, letters) for argument in expression.args]
    if isinstance(expression, sympy.Indexed):
        return f"{arguments[0]}[{', '.join(arguments[1:])}]"
    if isinstance(expression, Add | Mul | KroneckerDelta):
        arguments.sort()
    sign = {Add: " + ", Mul: "*", Pow: "**"}.get(expression.func)
    return sign.join(arguments) if sign else f"{expression.func.__name__}({', '.join(arguments)})"
