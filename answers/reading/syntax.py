"""What is written, before it is known what the names are: signs, lists of factors, scripts, brackets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from operator import is_
from typing import Any

from lark import Token

from answers.reading.errors import Unreadable


@dataclass(slots=True)
class Number:
    """A number as it is written."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Word:
    """A name without what stands above or below it, an accent included: ``ŷ``. Also ∂, ∇, ∞, ⊤, 𝟏 (``sort``)."""

    text: str
    start: int
    end: int
    sort: str = "name"


@dataclass(slots=True)
class Script:
    """What stands ``above`` or ``below``, a ``prime``, or what is ``held`` (below a bar behind a partial)."""

    kind: str
    content: Any


@dataclass(slots=True)
class Scripted:
    """Something with scripts."""

    base: Any
    scripts: list[Script]


@dataclass(slots=True)
class Accented:
    """An accent over more than a letter."""

    mark: str
    inside: Any
    start: int
    end: int


@dataclass(slots=True)
class Items:
    """Relations with separators between them: what brackets hold."""

    items: list[Any]
    separators: list[str]
    labels: tuple[str, ...] | None = None


def mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """A node or a list with ``change`` made of each of its parts, one level deep; itself where that changes none.

    What is no syntax, such as a text or a place, has no parts.
    """
    if isinstance(node, list | tuple):
        made = [change(part) for part in node]
        return node if all(map(is_, made, node)) else type(node)(made)
    if isinstance(node, Items):
        items = change(node.items)
        return node if items is node.items else Items(items, list(node.separators))
    if is_dataclass(node) and not isinstance(node, type):
        before = [getattr(node, field.name) for field in fields(node)]
        values = [change(value) for value in before]
        return node if all(map(is_, values, before)) else type(node)(*values)
    return node


@dataclass(slots=True)
class Group:
    """Brackets; ``left`` and ``right`` are their signs."""

    left: str
    inside: Items
    right: str
    start: int
    end: int


@dataclass(slots=True)
class Fraction:
    """A fraction with a bar."""

    top: Any
    bottom: Any
    start: int
    end: int


@dataclass(slots=True)
class Root:
    """A root."""

    degree: str
    inside: Any
    start: int
    end: int


@dataclass(slots=True)
class Big:
    """The sign of a sum, a product or a maximum; ``sign`` is that of what follows."""

    kind: str
    scripts: list[Script]
    sign: str
    start: int
    end: int


@dataclass(slots=True)
class Branches:
    """Cases: values with guards. A guard is None (otherwise) or a list of conditions; a value may be mere words."""

    branches: list[tuple[Any, Items | None]]
    start: int
    end: int


@dataclass(slots=True)
class Prose:
    """Words that are no mathematics."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Grid:
    """A matrix by its entries; None is an empty one, and dots are Words."""

    rows: list[list[Any]]
    start: int
    end: int


@dataclass(slots=True)
class Tail:
    """A further factor, with the sign in front of it; ``open`` while scripts may follow it."""

    operation: str
    sign: str
    factor: Any
    open: bool = False


@dataclass(slots=True)
class Product:
    """Factors in a row: the first has no operation, others have "" where none is written."""

    factors: list[Tail]


@dataclass(slots=True)
class Terms:
    """Terms with their signs."""

    terms: list[tuple[str, Any]]


@dataclass(slots=True)
class Relation:
    """Sides with the relations between them.

    ``leading`` is a relation in front of the first; a ``guard`` behind the last says where it holds.
    """

    sides: list[Any]
    signs: list[Token]
    leading: bool = False
    guard: Items | None = None


@dataclass(slots=True)
class Not:
    """A condition that must not hold."""

    inside: Any


@dataclass(slots=True)
class Mark:
    """A sign that stands alone as a script: +, *, or an operation before a power (⊙ 2)."""

    sign: str
    power: Any = None


def without_sets(relation: Relation) -> Relation:
    """A chain without the set that its last side is said to be in."""
    while relation.signs and str(relation.signs[-1]) in ("∈", "∉"):
        relation = Relation(relation.sides[:-1], relation.signs[:-1], relation.leading, relation.guard)
    return relation


def of_component(relation: Relation, number: int, text: str) -> Relation:
    """What an equation of several names says of one of them: ``(m, n) = arg max_{m, n} z`` that m is its m.

    Raises:
        Unreadable: it is no such equation.
    """
    left, right = relation.sides if len(relation.sides) == 2 else (None, None)
    big = right.factors[0].factor if isinstance(right, Product) else None
    if not isinstance(left, Group) or not isinstance(big, Big) or len(left.inside.items) <= number:
        raise Unreadable("this is no equation of several names and the place of a maximum", text, 0, len(text))
    below = [item for script in big.scripts if script.kind == "below" for item in script.content.items]
    # Behind the indices stand conditions on them, if there are any.
    count = len(left.inside.items)
    letters = below if any(not isinstance(item, Relation) for item in below[count:]) else below[:count]
    if len(letters) != count:
        raise Unreadable(f"{len(left.inside.items)} names for {len(letters)} indices", text, *place_of(left))
    letter = letters[number]
    letter = letter.sides[1 if len(letter.sides) == 3 else 0] if isinstance(letter, Relation) else letter
    whole = Group("(", Items([right], []), ")", *place_of(right))
    coordinate = Scripted(whole, [Script("below", Items([letter], []))])
    return Relation([left.inside.items[number], coordinate], relation.signs)


def place_of(node: Any) -> tuple[int, int]:
    """Where a part of the syntax begins and ends."""
    if isinstance(node, Scripted):
        return place_of(node.base)
    if isinstance(node, Product):
        return place_of(node.factors[0].factor)[0], place_of(node.factors[-1].factor)[1]
    if isinstance(node, Terms):
        return place_of(node.terms[0][1])[0], place_of(node.terms[-1][1])[1]
    if isinstance(node, Relation):
        return place_of(node.sides[0])[0], place_of(node.sides[-1])[1]
    if isinstance(node, Items) and node.items:
        return place_of(node.items[0])[0], place_of(node.items[-1])[1]
    if isinstance(node, Tail):
        return place_of(node.factor)
    return getattr(node, "start", 0), getattr(node, "end", 0)
