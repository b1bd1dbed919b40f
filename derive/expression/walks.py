"""Walks over index expressions, and the nodes they are made of, without what SymPy does for expressions of all kinds.

SymPy looks into every sum for piecewise functions, works out the assumptions of every element anew, and keeps no
set of free symbols. Derivations rename indices all the time, so that most of their time went there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import is_not

import sympy
from sympy import Add, Basic, Expr, Indexed, IndexedBase, Mod, Sum, Symbol, Tuple, floor
from sympy.concrete.expr_with_limits import ExprWithLimits

from derive.remembering import SYMBOLS


@lru_cache(maxsize=SYMBOLS)
def element(base: IndexedBase, subscripts: Sequence[Expr]) -> Expr:
    """The element of a tensor; equal elements are one object, so that comparing them takes no time."""
    return Indexed(base, *subscripts)


def total(body: Expr, limits: Iterable[Iterable[Expr]]) -> Expr:
    """The sum of ``body`` over the limits (index, least value, largest value), or ``body`` where there are none."""
    bounds = tuple(Tuple(*limit) for limit in limits)
    if not bounds:
        return body
    if isinstance(body, Sum) and {limit[0] for limit in body.limits}.isdisjoint(bound[0] for bound in bounds):
        return Sum(body, *bounds)
    # The sum around one over the same letter stays apart from it: the letter of the inner one is another.
    made: Expr = Expr.__new__(Sum, body, *bounds)
    made.is_commutative = True
    return made


def modulo(number: Expr, divisor: Expr) -> Expr:
    """The remainder of a division; SymPy compares the two in many ways, in vain for a sum without the divisor."""
    plain = isinstance(divisor, Symbol) and isinstance(number, Add) and divisor not in free_symbols(number)
    return Mod(number, divisor, evaluate=not plain or holds(number, Mod, floor))


@lru_cache(maxsize=SYMBOLS)
def expanded(expression: Expr) -> Expr:
    """The expression multiplied out, as SymPy does."""
    result: Expr = sympy.expand(expression)
    return result


def replaced(expression: Expr, values: Mapping[Expr, Expr]) -> Expr:
    """The expression with every part that is a key replaced, the largest parts first; bound indices too."""
    if not values:
        return expression
    # A part holds a key only if it holds the symbols of the key, of which one is looked for.
    told = [next(iter(all_symbols(key)), None) for key in values]
    looked_for = frozenset(symbol for symbol in told if symbol is not None)
    all_told = None not in told

    def visit(node: Basic) -> Basic:
        if all_told and looked_for.isdisjoint(all_symbols(node)):
            return node
        if node in values:
            return values[node]
        arguments = node.args
        return rebuilt(node, [visit(argument) for argument in arguments]) if arguments else node

    result: Expr = visit(expression)
    return result


def rebuilt(node: Basic, arguments: Sequence[Basic]) -> Basic:
    """A node of the same kind over other arguments; the node itself where they are those that it has."""
    if not any(map(is_not, arguments, node.args)):
        return node
    if isinstance(node, Indexed):
        return element(arguments[0], tuple(arguments[1:]))
    if isinstance(node, Sum):
        return total(arguments[0], arguments[1:])
    if isinstance(node, Mod):
        return modulo(*arguments)
    return node.func(*arguments)


def mapped(node: Basic, change: Callable[[Basic], Basic], kind: type[Basic] = Basic) -> Basic:
    """The node with ``change`` made of each of its arguments of a ``kind``, one level deep.

    It is the step of every walk that rebuilds: a walk says what it does with the nodes that it is about, and maps
    itself over the others. Of a sum or a maximum the body and the ends of its ranges are arguments, but not its
    letters; of an element the subscripts, but not the tensor.
    """

    def changed(part: Basic) -> Basic:
        return change(part) if isinstance(part, kind) else part

    if isinstance(node, ExprWithLimits):
        limits = [rebuilt(limit, [limit[0], *map(changed, limit[1:])]) for limit in node.limits]
        return rebuilt(node, [changed(node.function), *limits])
    unchanged = 1 if isinstance(node, Indexed) else 0
    return rebuilt(node, [*node.args[:unchanged], *map(changed, node.args[unchanged:])])


@lru_cache(maxsize=SYMBOLS)
def free_symbols(expression: Basic) -> frozenset[Symbol]:
    """The symbols in the expression, the names of its tensors among them, that no sum or maximum binds."""
    if isinstance(expression, Symbol):
        return frozenset((expression,))
    if isinstance(expression, ExprWithLimits):
        free = free_symbols(expression.function).difference(limit[0] for limit in expression.limits)
        return free.union(*(free_symbols(end) for limit in expression.limits for end in limit[1:]))
    return frozenset().union(*map(free_symbols, expression.args))


@lru_cache(maxsize=SYMBOLS)
def all_symbols(expression: Basic) -> frozenset[Symbol]:
    """The symbols in the expression, those that are bound in it among them."""
    if isinstance(expression, Symbol):
        return frozenset((expression,))
    return frozenset().union(*map(all_symbols, expression.args))


@lru_cache(maxsize=SYMBOLS)
def kinds(expression: Basic) -> frozenset[type[Basic]]:
    """The classes of the nodes in the expression."""
    return frozenset((type(expression),)).union(*map(kinds, expression.args))


def holds(expression: Basic, *classes: type[Basic]) -> bool:
    """Whether a node of the expression is of one of the classes."""
    return _holds(expression, classes)


@lru_cache(maxsize=SYMBOLS)
def _holds(expression: Basic, classes: tuple[type[Basic], ...]) -> bool:
    return any(issubclass(kind, classes) for kind in kinds(expression))


def parts(expression: Basic, *classes: type[Basic]) -> set[Basic]:
    """The nodes of the expression, itself included, that are of one of the classes."""
    found: set[Basic] = set()
    seen: set[Basic] = set()

    def visit(node: Basic) -> None:
        if node in seen or not holds(node, *classes):
            return
        seen.add(node)
        if isinstance(node, classes):
            found.add(node)
        for argument in node.args:
            visit(argument)

    visit(expression)
    return found
