"""Indices that count from 1: the same expression, with every index one larger than inside the program."""

from __future__ import annotations

from sympy import (
    Add,
    Basic,
    Dummy,
    Eq,
    Expr,
    Ge,
    Gt,
    Indexed,
    KroneckerDelta,
    Le,
    Lt,
    Max,
    Min,
    Mod,
    Mul,
    Ne,
    Number,
    Pow,
    Symbol,
    preorder_traversal,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational

from derive.expression import walks
from derive.expression.functions import ArgMax, coordinate_of, coordinates
from derive.expression.symbols import accesses, element, name_of, subscripts_of

ARITHMETIC = (Add, Mul, Pow, Number)
COUNTING = (Indexed, KroneckerDelta, ExprWithLimits, Relational, Mod)
"""What may hold numbers that count as indices do, as in ``z[0]``."""


def is_index(expression: Basic) -> bool:
    """Whether it is the symbol of an index, not that of a size, which is positive."""
    return isinstance(expression, Symbol) and bool(expression.is_integer) and not expression.is_positive


def count_from_one(expression: Basic) -> Basic:
    """The expression in indices i' = i + 1, written i: subscripts grow by 1, other uses of i become i - 1.

    A tensor that is used as a subscript (the class of a sample, the place of a maximum) counts from 1 too. What an
    expression stands for stays as it is, unless that is a place itself: ``shifted_subscript``.
    """
    if is_index(expression):
        return expression - 1
    at_maximum = coordinate_of(expression)
    if at_maximum is not None:
        return _coordinate(*at_maximum)
    if isinstance(expression, Indexed):
        return element(name_of(expression), [shifted_subscript(s) for s in expression.indices])
    if isinstance(expression, KroneckerDelta):
        left, right = (shifted_subscript(s) for s in expression.args)
        both = not left.is_number and not right.is_number and _constant(left) > 0 < _constant(right)
        common = min(_constant(left), _constant(right)) if both else 0
        return KroneckerDelta(left - common, right - common)
    if isinstance(expression, ExprWithLimits):
        limits = [(k, _shifted_limit(low), _shifted_limit(high)) for k, low, high in expression.limits]
        return expression.func(count_from_one(expression.function), *limits)
    if isinstance(expression, Relational) and _compares_integers(expression):
        return _shifted_relation(expression)
    if isinstance(expression, Mod):
        return Mod(*(count_from_one(argument) for argument in expression.args), evaluate=False)
    return walks.mapped(expression, count_from_one)


def counted(expression: Expr, index_base: int, places: frozenset[str] = frozenset(), *, is_place: bool = False) -> Expr:
    """The expression as it is printed where indices count from ``index_base``; inside they count from 0.

    ``places`` are the names of tensors, or of scalars, whose values count as indices do, wherever they stand.
    An expression that ``is_place`` is such a value itself.
    """
    if index_base == 0:
        return expression
    labels = [access for access in accesses(expression) if name_of(access) in places]
    if not labels and not is_place and not _counts(expression):
        return expression
    letters = {label: Dummy(integer=True) for label in labels}
    shift = shifted_subscript if is_place else count_from_one
    shown = {letters[label]: _shown_label(label, places) for label in labels}
    return shift(expression.xreplace(letters)).xreplace(shown)


def _counts(expression: Expr) -> bool:
    """Whether an expression may hold numbers that count as indices do, beside labels."""
    return walks.holds(expression, *COUNTING) or any(map(is_index, walks.all_symbols(expression)))


def _shown_label(label: Expr, places: frozenset[str]) -> Expr:
    """An element whose value counts as indices do, with its own subscripts as they are counted."""
    if isinstance(label, Symbol):
        return label
    return element(name_of(label), [counted(s, 1, places, is_place=True) for s in subscripts_of(label)])


def shifted_subscript(subscript: Expr) -> Expr:
    """What a subscript reads when indices count from 1."""
    if _is_label(subscript):
        return subscript if isinstance(subscript, Symbol) else count_from_one(subscript)
    return _labels_from_one(subscript) + 1


def _shifted_limit(limit: Expr) -> Expr:
    """Where a sum begins or ends when indices count from 1: of the largest of several, each one later."""
    if isinstance(limit, Max | Min):
        return limit.func(*map(shifted_subscript, limit.args))
    return shifted_subscript(limit)


def _is_label(expression: Basic) -> bool:
    """Whether it is an element of a tensor, or a place of a maximum: inside a subscript, it counts as indices do."""
    if isinstance(expression, Indexed | ArgMax) or coordinate_of(expression) is not None:
        return True
    return isinstance(expression, Symbol) and not expression.is_integer


def _coordinate(place: ArgMax, letter: Symbol) -> Expr:
    """The value of an index at the place of a maximum, in indices that count from 1, as it is printed."""
    shifted = count_from_one(place)
    return coordinates(shifted, shifted.limits)[letter]


def _labels_from_one(expression: Basic) -> Basic:
    """``count_from_one`` inside a subscript, where labels are one larger as well."""
    if _is_label(expression):
        return shifted_subscript(expression) - 1
    if is_index(expression):
        return expression - 1
    if isinstance(expression, Mod):
        return Mod(*(_labels_from_one(argument) for argument in expression.args), evaluate=False)
    return walks.mapped(expression, _labels_from_one)


def _compares_integers(relation: Relational) -> bool:
    """Whether it compares indices, such as ``p <= a + d*m``; their values, not tensors' values."""
    labels = _labels(relation)
    nodes = [node for side in relation.args if side not in labels for node in preorder_traversal(side)]
    arithmetic = all(node.is_integer if isinstance(node, Symbol) else isinstance(node, ARITHMETIC) for node in nodes)
    return arithmetic and any(is_index(symbol) for symbol in relation.free_symbols)


def _labels(relation: Relational) -> set[Basic]:
    """The elements that the relation says are equal, or not, to an index."""
    if not isinstance(relation, Eq | Ne) or not any(is_index(side) for side in relation.args):
        return set()
    return {side for side in relation.args if _is_label(side)}


def _shifted_relation(relation: Relational) -> Relational:
    left, right = (shifted_subscript(side) for side in relation.args)
    if isinstance(relation, Eq | Ne):
        common = min(_constant(left), _constant(right), key=abs)
        return relation.func(left - common, right - common)
    if isinstance(relation, Lt) and not right.free_symbols & _indices(relation):
        return Le(left, right - 1)
    if isinstance(relation, Gt) and not left.free_symbols & _indices(relation):
        return Ge(left - 1, right)
    return relation.func(left, right)


def _indices(relation: Relational) -> set[Symbol]:
    return {symbol for symbol in relation.free_symbols if is_index(symbol)}


def _constant(expression: Expr) -> Expr:
    return expression.as_coeff_Add()[0]
