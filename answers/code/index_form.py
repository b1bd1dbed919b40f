"""Index forms as a program computes them: through windows, and with sums that are added back.

A layer that reads its input at affine places, z[b,k,s h + m - p], reads windows[b,k,h,m]. Its gradient by z is
derived as what is gathered at each place of z, from all windows that hold it; as a program it is added back,
window by window, which is the same sum in another order.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy
from sympy import Expr, KroneckerDelta, Sum, Symbol

from answers.code.lines import Naming, written
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.forward import Forward
from derive.layer import upstream_name
from numeric.codegen.contract import ContractingSource
from numeric.errors import CompileError, SourceError
from numeric.lowering.lengths import Lengths
from numeric.source.code import named
from numeric.source.integers import Integers

Letters = Mapping[str, tuple[Symbol, ...]]

WINDOWS = "windows"


@dataclass(frozen=True)
class Formula:
    """``name[subscripts] = expression``; for a formula that is added back, ``+=`` for all values of its letters."""

    name: str
    subscripts: tuple[Expr, ...]
    expression: Expr
    ranks: Mapping[str, int]

    def comment(self, naming: Naming, sign: str = "=") -> str:
        """The formula on one line, with the characters of a keyboard."""
        ranks = {**self.ranks, self.name: len(self.subscripts)}
        left = symbols.element(self.name, self.subscripts) if self.subscripts else Symbol(self.name)
        return f"{written(left, ranks, naming)} {sign} {written(self.expression, ranks, naming)}"

    def lettered(self, letters: Letters) -> Formula:
        """The formula with the indices of each tensor called as ``letters`` calls them, where it is read plainly."""
        renamed: dict[Symbol, Symbol] = {}
        own = [(self.name, self.subscripts)]
        own += [(symbols.name_of(one), symbols.subscripts_of(one)) for one in symbols.accesses(self.expression)]
        for name, subscripts in own:
            for subscript, letter in zip(subscripts, letters.get(name, ()), strict=False):
                if isinstance(subscript, Symbol) and not subscript.is_positive:
                    renamed.setdefault(subscript, letter)
        if len(set(renamed.values())) < len(renamed):
            raise SourceError(f"the letters of {self.name} cannot be told apart")
        subscripts = tuple(subscript.xreplace(renamed) for subscript in self.subscripts)
        return Formula(self.name, subscripts, self.expression.xreplace(renamed), self.ranks)


def formula(derivation: Derivation) -> Formula:
    """The result of a derivation."""
    quantity = derivation.quantity
    return Formula(quantity.name, quantity.indices, derivation.result, _ranks(derivation.forward))


def row(forward: Forward, name: str) -> Formula:
    """A row of the forward pass."""
    one = forward.row[name]
    return Formula(name, one.indices, one.expression, _ranks(forward))


def letters_of(whole: Formula) -> dict[str, tuple[Symbol, ...]]:
    """What a row calls the indices of its own tensor and of those that it reads plainly."""
    found = {whole.name: whole.subscripts, upstream_name(whole.name): whole.subscripts}
    for access in symbols.accesses(whole.expression):
        subscripts = symbols.subscripts_of(access)
        plain = [subscript for subscript in subscripts if isinstance(subscript, Symbol)]
        if len(plain) == len(subscripts):
            found[symbols.name_of(access)] = tuple(plain)
    return {name: tuple(subscript for subscript in one if isinstance(subscript, Symbol)) for name, one in found.items()}


def through_windows(whole: Formula, source: str) -> tuple[Formula, Formula]:
    """The formula with its reads of ``source`` at affine places as reads of windows, and the formula of the windows.

    Raises:
        SourceError: it does not read ``source`` so, or in several ways.
    """
    reads = [one for one in symbols.accesses(whole.expression) if symbols.name_of(one) == source]
    if len(set(reads)) != 1:
        raise SourceError(f"{whole.name} reads {source} at {len(set(reads))} places; windows are of one")
    (read,) = set(reads)
    subscripts = symbols.subscripts_of(read)
    outer = [_outer(subscript) for subscript in subscripts]
    inner = [_inner(subscript) for subscript in subscripts if not isinstance(subscript, Symbol)]
    window = symbols.element(WINDOWS, (*outer, *inner))
    ranks = {**whole.ranks, WINDOWS: len(outer) + len(inner)}
    inside = Formula(whole.name, whole.subscripts, whole.expression.xreplace({read: window}), ranks)
    return inside, Formula(WINDOWS, symbols.subscripts_of(window), read, ranks)


def _outer(subscript: Expr) -> Symbol:
    """The index that counts windows: the one with a stride."""
    if isinstance(subscript, Symbol):
        return subscript
    (letter,) = [one for one in _indices(subscript) if subscript.coeff(one) != 1]
    return letter


def _inner(subscript: Expr) -> Symbol:
    """The index within a window."""
    (letter,) = [one for one in _indices(subscript) if subscript.coeff(one) == 1]
    return letter


def _indices(subscript: Expr) -> list[Symbol]:
    """The indices in a subscript; sizes are positive and indices are not."""
    return sorted((one for one in subscript.free_symbols if not one.is_positive), key=str)


def added_back(gathered: Formula) -> Formula:
    """What is gathered at an index that a quotient determines, as what is added at the place that the quotient means.

    ``dz[k] = sum_m w[m] dy[(k + p - m)/s] [s | k + p - m] [0 <= (k + p - m)/s < O]`` becomes
    ``dz[s h + m - p] += w[m] dy[h]``, for every h and m: the conditions say that h is an index of dy.

    Raises:
        SourceError: there is no such quotient, or there are other conditions.
    """
    quotients = {
        subscript
        for access in symbols.accesses(gathered.expression)
        for subscript in symbols.subscripts_of(access)
        if sympy.denom(sympy.together(subscript)) != 1
    }
    body, limits = _opened(gathered.expression)
    conditions = [factor for factor in sympy.Mul.make_args(body) if isinstance(factor, Bracket)]
    body = sympy.Mul(*(factor for factor in sympy.Mul.make_args(body) if factor not in conditions))
    places: dict[Symbol, Expr] = {}
    taken = symbols.names_in(gathered.expression, *gathered.subscripts)
    for quotient in sorted(quotients, key=str):
        counted = [one for one in _indices(quotient) if one in gathered.subscripts]
        if len(counted) != 1:
            raise SourceError(f"{quotient} does not say where {gathered.name} is added")
        letter = symbols.fresh_indices(1, taken)[0]
        taken.add(letter.name)
        (places[counted[0]],) = sympy.solve(sympy.Eq(quotient, letter), counted[0])
        body = body.xreplace({quotient: letter})
        divisibility = sympy.numer(sympy.together(quotient))
        conditions = [
            one for one in conditions if not (one.has(quotient) or (one.has(sympy.Mod) and one.has(*counted)))
        ]
        if body.has(divisibility):
            raise SourceError(f"{quotient} is read otherwise too")
    if conditions or not quotients:
        raise SourceError(f"{gathered.name} is not added back: {conditions or 'nothing is divided'}")
    named = {letter for place in places.values() for letter in _indices(place)}
    kept = [limit for limit in limits if limit[0] not in named]
    subscripts = tuple(sympy.expand(places.get(one, one)) for one in gathered.subscripts)
    return Formula(gathered.name, subscripts, Sum(body, *kept) if kept else body, gathered.ranks)


def added_at(gathered: Formula) -> Formula:
    """What deltas gather, as what is added where they are 1: ``dz[s h + m*[h]] += dy[h]``.

    Raises:
        SourceError: there is no delta for an index that is summed over.
    """
    body, limits = _opened(gathered.expression)
    deltas = [factor for factor in sympy.Mul.make_args(body) if isinstance(factor, KroneckerDelta)]
    body = sympy.Mul(*(factor for factor in sympy.Mul.make_args(body) if factor not in deltas))
    places: dict[Expr, Expr] = {}
    for delta in deltas:
        for one, other in (delta.args, delta.args[::-1]):
            if one in gathered.subscripts:
                places[one] = other
    if len(places) != len(limits):
        raise SourceError(f"{gathered.name} is not added at places: it has {len(places)} deltas, {len(limits)} sums")
    return Formula(gathered.name, tuple(places.get(one, one) for one in gathered.subscripts), body, gathered.ranks)


def summed(expression: Expr, axes: Sequence[Symbol], naming: Naming) -> ast.expr:
    """Sums of products of elements as NumPy, an array with these axes: ``np.einsum`` with the formula's letters.

    Other indices, over which nothing is summed, have one value each and stand in the subscripts of the arrays.

    Raises:
        SourceError: the expression holds something else.
    """
    limits = {letter: upper + 1 for total in expression.atoms(Sum) for letter, _, upper in total.limits}
    ranges = {axis: symbols.size(f"length_{axis}") for axis in axes}
    names, shapes = {}, {}
    for access in symbols.accesses(expression):
        name, subscripts = symbols.name_of(access), symbols.subscripts_of(access)
        if not all(isinstance(one, Symbol) for one in subscripts):
            raise SourceError(f"{access} is read at computed places")
        names[name] = naming.expression(name)
        shapes[name] = tuple({**ranges, **limits}.get(one, sympy.S.One) for one in subscripts)
    writer = ContractingSource(shapes, {}, Lengths({}), ranges=ranges, names=names, lettered=True)
    try:
        return writer.value(expression, tuple(axes)).node
    except CompileError as error:
        raise SourceError(str(error)) from error


def whole_number(expression: Expr) -> ast.expr:
    """An expression of whole numbers as NumPy, elementwise, all arrays with the same axes: ``place // k_W``.

    Raises:
        SourceError: it holds something else.
    """
    try:
        return Integers(lambda part: named(symbols.name_of(part))).text(expression).node
    except CompileError as error:
        raise SourceError(str(error)) from error


def terms(expression: Expr) -> list[Expr]:
    """The terms of a sum, those that are summed over an index first."""
    return sorted(sympy.Add.make_args(expression), key=lambda term: (not term.has(Sum), str(term)))


def _opened(expression: Expr) -> tuple[Expr, list[tuple[Symbol, Expr, Expr]]]:
    if isinstance(expression, Sum):
        return expression.function, list(expression.limits)
    return expression, []


def _ranks(forward: Forward) -> dict[str, int]:
    return {name: len(tensor.shape) for name, tensor in forward.tensors.items()}
