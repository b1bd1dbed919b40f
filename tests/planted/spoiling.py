"""Ways to spoil a right derivation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy
from sympy import And, Expr, Sum

from derive.conventions import Layout
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.matrix.nodes import Named, Node

Spoil = Callable[[Derivation], Derivation]


def size(name: str) -> Expr:
    return symbols.size(name)


def at(name: str, *subscripts: Any) -> Expr:
    return symbols.element(name, [sympy.sympify(subscript) for subscript in subscripts])


def place(right: Derivation, number: int) -> Expr:
    """An index of the quantity."""
    return right.quantity.indices[number]


def become(right: Derivation, result: Any) -> Derivation:
    """The result and the last step changed alike, so that they agree with each other."""
    wrong = sympy.sympify(result)
    assert wrong != right.result, right.result
    last = replace(right.steps[-1], expression=wrong, matrix=None) if right.steps else None
    steps = right.steps if last is None else (*right.steps[:-1], last)
    return replace(right, result=wrong, matrix=None, convolution=None, steps=steps)


def wrong(change: Callable[[Expr], Any]) -> Spoil:
    """Another result, made of the right one."""
    return lambda right: become(right, change(right.result))


def doubled(condition: Callable[[Derivation], Any]) -> Spoil:
    """A result that is twice the right one where a condition holds, and right elsewhere."""
    return lambda right: become(right, right.result * (1 + Bracket(condition(right))))


def doubled_for(condition: Any) -> Spoil:
    """A result that is twice the right one at some sizes."""
    return doubled(lambda right: condition)


def swapped(old: Expr, new: Any) -> Spoil:
    return wrong(lambda result: result.xreplace({old: sympy.sympify(new)}))


def elements_of(name: str, change: Callable[..., Expr]) -> Spoil:
    """Every element of a tensor changed, by its subscripts."""

    def changed(result: Expr) -> Expr:
        read = [access for access in symbols.accesses(result) if symbols.name_of(access) == name]
        return result.xreplace({access: change(*symbols.subscripts_of(access)) for access in read})

    return wrong(changed)


def renamed(old: str, new: str) -> Spoil:
    """One tensor in the place of another."""
    return wrong(lambda result: result.xreplace({symbols.base(old): symbols.base(new)}))


def other(change: Callable[[Expr], Any], kind: Any) -> Spoil:
    """Every part of a kind changed."""
    return wrong(lambda result: result.replace(lambda node: isinstance(node, kind), change))


def limits(change: Callable[[Expr, Expr], tuple[Expr, Expr]]) -> Spoil:
    """Every sum over another range."""
    return other(
        lambda node: Sum(node.function, *((index, *change(low, high)) for index, low, high in node.limits)), Sum
    )


def comparisons(old: Any, new: Any) -> Spoil:
    """``>=`` for ``>``, or the like."""
    return other(
        lambda node: Bracket(node.args[0].replace(lambda part: isinstance(part, old), lambda part: new(*part.args))),
        Bracket,
    )


def without(condition: Callable[[Any], bool]) -> Spoil:
    """The result without the conditions of a kind in its brackets."""
    return other(lambda node: Bracket(And(*(c for c in And.make_args(node.args[0]) if not condition(c)))), Bracket)


def dropped_term(number: int) -> Spoil:
    """The result without one of its terms."""

    def change(result: Expr) -> Expr:
        terms = sympy.Add.make_args(sympy.expand(result))
        assert len(terms) > 1
        return sympy.Add(*(term for position, term in enumerate(terms) if position != number % len(terms)))

    return wrong(change)


def moved(name: str, axis: int, by: Any) -> Spoil:
    """A tensor read some places further along an axis."""

    def change(node: Expr) -> Expr:
        if symbols.name_of(node) != name:
            return node
        subscripts = list(symbols.subscripts_of(node))
        subscripts[axis] = subscripts[axis] + by
        return symbols.element(name, subscripts)

    return other(change, sympy.Indexed)


def laid_out(layout: Layout) -> Spoil:
    """The same matrix form, said to be in another layout."""
    return lambda right: replace(right, conventions=right.conventions.with_(layout=layout))


def in_matrix(node: Node | Callable[[Any], Node]) -> Spoil:
    """A wrong matrix form beside a right result."""

    def spoil(right: Derivation) -> Derivation:
        assert right.matrix is not None
        planted = node if isinstance(node, Node) else node(right.matrix)
        assert planted != right.matrix
        return replace(right, matrix=planted)

    return spoil


def in_step(number: int) -> Spoil:
    """A step on the way that is wrong, although what follows is right."""

    def spoil(right: Derivation) -> Derivation:
        steps = list(right.steps)
        steps[number] = replace(steps[number], expression=-steps[number].expression, matrix=None)
        return replace(right, steps=tuple(steps))

    return spoil


def in_rows(change: Callable[[Expr], Expr]) -> Spoil:
    """Rows that were derived themselves, changed, and the result with them: they agree with each other."""

    def spoil(right: Derivation) -> Derivation:
        derived = {row for row, _ in right.forward.gradients}
        rows = tuple(
            replace(row, expression=change(row.expression)) if row.name in derived else row
            for row in right.forward.rows
        )
        changed = replace(right.forward, rows=rows)
        assert changed != right.forward
        scaled = [replace(step, expression=change(step.expression), matrix=None) for step in right.steps]
        return replace(
            right, forward=changed, result=change(right.result), matrix=None, convolution=None, steps=tuple(scaled)
        )

    return spoil


def column(name: str, length: str) -> Named:
    return Named(name, size(length), sympy.Integer(1))
