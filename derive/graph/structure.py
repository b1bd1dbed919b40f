"""What a computational graph is made of: operations, nodes, edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sympy import Add, Expr, Function, Symbol

from derive.building.known import ELEMENTARY
from derive.building.reader import parse_formula
from derive.building.shorthands import WITH_CONSTANT
from derive.calculus.differentiate import Slope, contributions
from derive.expression import symbols
from derive.expression.functions import largest, smallest


def slots(count: int) -> tuple[Symbol, ...]:
    """What an operation of so many arguments reads, in their order."""
    return tuple(symbols.scalar(f"_argument{place}") for place in range(count))


ARITHMETIC: MappingProxyType[str, Callable[[Expr, Expr], Expr]] = MappingProxyType(
    {
        "+": lambda first, second: first + second,
        "-": lambda first, second: first - second,
        "*": lambda first, second: first * second,
        "/": lambda first, second: first / second,
        "^": lambda first, second: first**second,
    }
)

OF_TWO: MappingProxyType[str, Callable[..., Expr]] = MappingProxyType({**ARITHMETIC, "max": largest, "min": smallest})
"""The operations of two arguments, or of more."""

Kind = Literal["input", "constant", "value", "operator"]
"""A ``value`` has a name and is computed; an ``operator`` has an operation."""


@dataclass(frozen=True)
class Operation:
    """A primitive, such as ``+``, or a function that is kept whole, such as ``sigma`` or an unknown ``f1``.

    An operation of two arguments may hold a ``constant`` in the place of one of its arguments, so that ``+ 1`` is an
    operation of one argument; ``leading`` says that it stands on the left, as in 1/x. A largest or smallest value, and
    a function that is no primitive, may be that of ``several`` arguments.
    """

    sign: str
    constant: Expr | None = None
    leading: bool = False
    several: int = 0

    @property
    def arity(self) -> int:
        """How many arguments it reads."""
        return self.several or (2 if self.sign in OF_TWO and self.constant is None else 1)

    @property
    def is_reciprocal(self) -> bool:
        """Whether it is 1/x."""
        return self.sign == "/" and self.leading and self.constant == 1

    @property
    def is_negation(self) -> bool:
        """Whether it is multiplication by −1."""
        return self.sign == "*" and self.constant == -1

    @property
    def is_written_out(self) -> bool:
        """Whether it is an activation with its constant, whose formula says what it computes."""
        return bool(self.several) and self.sign in WITH_CONSTANT

    @property
    def formula(self) -> Expr:
        """What it computes from its ``slots``."""
        read = slots(self.arity)
        if self.sign not in OF_TWO:
            if self.is_written_out:
                variables, text = WITH_CONSTANT[self.sign]
                return parse_formula(text, constants=dict(zip(variables, read, strict=True)))
            function = ELEMENTARY.get(self.sign) or Function(self.sign)
            result: Expr = function(*read)
            return result
        held = () if self.constant is None else (self.constant,)
        return OF_TWO[self.sign](*(*held, *read) if self.leading else (*read, *held))

    def at(self, *arguments: Expr) -> Expr:
        """Its value at arguments."""
        return self.formula.xreplace(dict(zip(slots(self.arity), arguments, strict=True)))

    def slope(self, place: int, slope_of: Slope) -> Expr:
        """Its local partial by the argument at ``place``, derived from its formula."""
        return Add(*(part.slope for part in contributions(self.formula, slots(self.arity)[place].name, slope_of)))


@dataclass(frozen=True)
class Node:
    """A value or an operator. ``arguments`` are the places of the nodes that it reads, in order.

    ``name`` is that of a value, the digits of a constant, the sign of an operator. A named value reads the one
    node that computes it.
    """

    name: str
    kind: Kind
    arguments: tuple[int, ...] = ()
    operation: Operation | None = None
    constant: Expr | None = None


@dataclass(frozen=True, order=True)
class Edge:
    """An arrow from the node at ``source`` to argument number ``slot`` of the node at ``target``."""

    source: int
    target: int
    slot: int
