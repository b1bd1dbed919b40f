"""What parts of expressions are up to the letters of their indices: parts alike have the same arrays at one point.

The adjoint of a row stands in every adjoint behind it, each time with other letters. A check evaluates all of them at
the same points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from sympy import Add, Basic, Indexed, Mul, Symbol, Tuple
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef

from derive.expression.symbols import name_of
from derive.remembering import EXPRESSIONS


@dataclass(frozen=True)
class Pattern:
    """An expression without the letters of its indices.

    Expressions of the same ``digest`` are the same function of their free ``letters``, which are in the order in which
    it takes them. ``reads`` are the names of the tensors and real symbols in it, ``weight`` is how many nodes it has.
    """

    digest: bytes
    letters: tuple[Symbol, ...]
    reads: frozenset[str]
    weight: int


@lru_cache(maxsize=EXPRESSIONS)
def pattern(expression: Basic) -> Pattern:
    """The pattern of an expression or of a condition."""
    if isinstance(expression, Symbol):
        return _of_symbol(expression)
    if isinstance(expression, Indexed):
        return _over(("element", name_of(expression)), expression.indices, frozenset((name_of(expression),)))
    if isinstance(expression, ExprWithLimits):
        return _bound(expression)
    if not expression.args:
        return Pattern(_digest(type(expression).__name__, str(expression)), (), frozenset(), 1)
    applied = isinstance(expression, AppliedUndef)
    head = ("applied", expression.func.__name__) if applied else (type(expression).__name__,)
    return _over(head, expression.args, frozenset(), in_any_order=isinstance(expression, Add | Mul))


def _of_symbol(symbol: Symbol) -> Pattern:
    """Indices are integers that may be 0; sizes are positive; other symbols are real numbers."""
    if symbol.is_integer and not symbol.is_positive:
        return Pattern(b"letter", (symbol,), frozenset(), 1)
    kind = "size" if symbol.is_integer else "number"
    reads: frozenset[str] = frozenset() if symbol.is_integer else frozenset((symbol.name,))
    return Pattern(_digest(kind, symbol.name), (), reads, 1)


def _over(head: object, arguments: Iterable[Basic], reads: frozenset[str], *, in_any_order: bool = False) -> Pattern:
    parts = [pattern(argument) for argument in arguments]
    if in_any_order:
        parts.sort(key=lambda part: part.digest)
    return _joined(head, parts, (), reads)


def _bound(expression: ExprWithLimits) -> Pattern:
    """A sum, or whatever else binds indices: those that are bound are told by which of its limits it is."""
    ends = [pattern(Tuple(*limit[1:])) for limit in expression.limits]
    bound = tuple(limit[0] for limit in expression.limits)
    head = (type(expression).__name__, len(bound))
    body = pattern(expression.function)
    if len(set(bound)) < len(bound) or any(end.letters for end in ends):
        # Which letter a limit means depends on the order of the limits: such an expression is alike itself alone.
        free = tuple(dict.fromkeys((*body.letters, *(letter for end in ends for letter in end.letters))))
        whole = _joined((*head, str(expression)), [body, *ends], (), frozenset())
        return Pattern(whole.digest, free, whole.reads, whole.weight)
    return _joined(head, [body, *ends], bound, frozenset())


def _joined(head: object, parts: Sequence[Pattern], bound: tuple[Symbol, ...], reads: frozenset[str]) -> Pattern:
    """The pattern over parts: their digests, and which of its own letters each of theirs is."""
    places: dict[Symbol, int] = {letter: -1 - number for number, letter in enumerate(bound)}
    free: list[Symbol] = []
    told: list[tuple[bytes, tuple[int, ...]]] = []
    for part in parts:
        for letter in part.letters:
            if letter not in places:
                places[letter] = len(free)
                free.append(letter)
        told.append((part.digest, tuple(places[letter] for letter in part.letters)))
    weight = 1 + sum(part.weight for part in parts)
    return Pattern(_digest(head, told), tuple(free), reads.union(*(part.reads for part in parts)), weight)


def _digest(*told: object) -> bytes:
    return blake2b(repr(told).encode(), digest_size=16).digest()
