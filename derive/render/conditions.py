"""Conditions as pieces: comparisons, chains of them, divisibility."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy
from sympy import Basic, Expr, Indexed, Lt, Mod
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, Not, Or

from derive.expression.comparisons import MIRRORED, solved, tightest
from derive.render.order import natural
from derive.render.piece import Binding, Piece
from derive.render.style import Style


def condition_piece(style: Style, write: Callable[[Expr], Piece], condition: Boolean, joint: str = "and") -> Piece:
    """A condition; those that hold together are joined by ``joint``: ``and`` or ``comma``."""
    if isinstance(condition, And):
        ordered = sorted(tightest(map(solved, condition.args)), key=_order)
        parts = [
            _chain(style, write, *group) if len(group) == 2 else condition_piece(style, write, group[0], joint)
            for group in _chains(ordered)
        ]
        return _joined(style, parts, joint)
    if isinstance(condition, Or):
        parts = [condition_piece(style, write, c) for c in sorted(condition.args, key=_order)]
        return _joined(style, parts, "or")
    if isinstance(condition, Not):
        inner = style.enclose(condition_piece(style, write, condition.args[0]))
        return Piece(style.signs["not"] + inner.text, inner.width + 3, Binding.SUM, inner.tall)
    if not isinstance(condition, Relational):
        raise TypeError(f"expected a condition, got {condition!r} ({type(condition).__name__})")
    condition = solved(condition)
    left, right = condition.args
    sign = condition.rel_op
    if sign == "<=" and _is_below(right):
        right, sign = right + 1, "<"
    if isinstance(left, Mod) and right == 0 and sign == "==":
        return _compared(style, [write(left.args[1]), write(left.args[0])], ["divides"])
    if left.is_number and not right.is_number:
        left, right, sign = right, left, MIRRORED[sign]
    return _compared(style, [write(left), write(right)], [sign])


def is_inside(condition: Boolean, body: Expr) -> bool:
    """Whether a condition only says that a tensor in ``body`` is read inside of its range.

    It compares one of the places that are read with 0 or with sizes; what compares it with an index says more.
    """
    if not isinstance(condition, Relational):
        return False
    difference = condition.lhs - condition.rhs
    places = [place for access in body.atoms(Indexed) for place in access.indices]
    rests = [sympy.expand(difference - sign * place) for place in places for sign in (1, -1)]
    return any(all(letter.is_positive for letter in rest.free_symbols) for rest in rests)


def below_sizes(condition: Boolean) -> Boolean:
    """The condition with ``x < n`` for a size n where SymPy has made n >= x + 1 of it."""
    if isinstance(condition, And):
        return And(*map(below_sizes, condition.args))
    found = _ascending(condition)
    if found is None or found[1] != "<=" or not (found[2].is_Symbol and found[2].is_positive):
        return condition
    low = sympy.expand(found[0])
    return Lt(sympy.together(low - 1), found[2]) if low.as_coeff_Add()[0] == 1 else condition


def _order(condition: Basic) -> tuple[object, ...]:
    """Equalities first, then comparisons, then divisibility."""
    divisible = bool(condition.atoms(Mod))
    equality = isinstance(condition, Relational) and condition.rel_op == "=="
    return divisible, not equality, natural(str(condition))


def _ascending(condition: Boolean) -> tuple[Expr, str, Expr] | None:
    """A comparison with its smaller side on the left, if it is one."""
    if not isinstance(condition, Relational) or condition.rel_op in ("==", "!="):
        return None
    left, right = condition.args
    sign = condition.rel_op
    low, sign, high = (left, sign, right) if sign in ("<", "<=") else (right, MIRRORED[sign], left)
    return (low, "<", high + 1) if sign == "<=" and _is_below(high) else (low, sign, high)


def _is_below(bound: Expr) -> bool:
    """Whether it is less than a size: a <= n - 1 is written a < n."""
    sizes = bool(bound.free_symbols) and all(symbol.is_positive for symbol in bound.free_symbols)
    return sizes and bool(bound.is_integer) and bound.as_coeff_Add()[0].is_negative


def _chains(conditions: Sequence[Boolean]) -> list[tuple[Boolean, ...]]:
    """The conditions, ``0 <= a`` and ``a < n`` in pairs."""
    left = list(conditions)
    groups: list[tuple[Boolean, ...]] = []
    while left:
        first = left.pop(0)
        pair = next((pair for other in left for pair in ((first, other), (other, first)) if _meet(*pair)), None)
        if pair is not None:
            left.remove(pair[0] if pair[1] is first else pair[1])
        groups.append(pair or (first,))
    return groups


def _meet(low: Boolean, high: Boolean) -> bool:
    below, above = _ascending(low), _ascending(high)
    if below is None or above is None or below[2].is_number:
        return False
    return bool(below[2] == above[0] or sympy.together(below[2]) == sympy.together(above[0]))


def _chain(style: Style, write: Callable[[Expr], Piece], low: Boolean, high: Boolean) -> Piece:
    below, above = _ascending(low), _ascending(high)
    if below is None or above is None:
        raise TypeError(f"expected two comparisons, got {low!r} and {high!r}")
    if below[0] == above[2] and below[1] == above[1] == "<=":
        return _compared(style, [write(below[2]), write(below[0])], ["=="])
    return _compared(style, [write(below[0]), write(below[2]), write(above[2])], [below[1], above[1]])


def _compared(style: Style, sides: Sequence[Piece], signs: Sequence[str]) -> Piece:
    shown = [style.signed(side) for side in sides]
    text = shown[0].text + "".join(style.signs[s] + side.text for s, side in zip(signs, shown[1:], strict=True))
    width = sum(side.width for side in shown) + 2 * len(signs)
    return Piece(text, width, Binding.SUM, any(side.tall for side in shown))


def _joined(style: Style, parts: Sequence[Piece], joint: str) -> Piece:
    text = style.signs[joint].join(part.text for part in parts)
    width = sum(part.width for part in parts) + 4 * (len(parts) - 1)
    return Piece(text, width, Binding.SUM, any(part.tall for part in parts))
