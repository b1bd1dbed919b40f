"""What a formula says: an immutable tree whose every node has a shape.

Shapes may hold lengths that only the whole formula determines (``?1``); a ``Reading`` knows what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from answers.reading.shapes import SCALAR, Shape
from answers.reading.symbols import Axis


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written, or a constant: π, ∞."""

    value: float
    shape: Shape = SCALAR


@dataclass(frozen=True, slots=True)
class Length:
    """The length of an axis as a number."""

    axis: Axis
    shape: Shape = SCALAR


@dataclass(frozen=True, slots=True)
class Place:
    """The value of an index; ``slot`` tells it from others of the same letter."""

    letter: str
    slot: int
    shape: Shape = SCALAR


@dataclass(frozen=True, slots=True)
class Read:
    """A tensor, or a slice or an element of it: ``subscripts`` for each axis, None where the axis stays whole."""

    name: str
    subscripts: tuple[Node | None, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Pick:
    """A slice or an element of a value."""

    inside: Node
    subscripts: tuple[Node, ...]
    shape: Shape = SCALAR


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows: from 0 without the last number, from 1 with it."""

    inside: Node
    start: Node
    stop: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms that are added; numbers are added to every element."""

    terms: tuple[Node, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Negative:
    """The opposite."""

    inside: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Times:
    """An elementwise product; numbers multiply every element."""

    factors: tuple[Node, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Over:
    """An elementwise quotient."""

    top: Node
    bottom: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Matrix:
    """A product of matrices."""

    left: Node
    right: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Transpose:
    """A transpose."""

    inside: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Power:
    """Every element to a power."""

    inside: Node
    exponent: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class MatrixPower:
    """A square matrix multiplied with itself as often as a number of letters says."""

    inside: Node
    exponent: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Inverse:
    """The inverse of a matrix."""

    inside: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Apply:
    """An elementwise function, with so many primes, of arguments of one shape or numbers.

    ``slopes`` are the places of the arguments by which it is differentiated.
    """

    function: str
    arguments: tuple[Node, ...]
    primes: int
    shape: Shape
    slopes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Derivative:
    """The derivative of a number by an element of a tensor, all other tensors kept as they are."""

    inside: Node
    name: str
    subscripts: tuple[Node, ...]
    shape: Shape = SCALAR


@dataclass(frozen=True, slots=True)
class Reduce:
    """A function of a whole array: sum, norm, trace, diag, softmax, ..."""

    function: str
    inside: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Compare:
    """1 where ``left sign right`` holds, else 0. The signs are =, ≠, <, >, ≤, ≥ and ``divides``."""

    left: Node
    sign: str
    right: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Logic:
    """1 where all (``and``), some (``or``) or none (``not``) of the conditions hold, else 0."""

    kind: Literal["and", "or", "not"]
    parts: tuple[Node, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Cases:
    """The value of the first branch whose condition holds; None is a condition that always holds."""

    branches: tuple[tuple[Node, Node | None], ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Undefined:
    """What is said to have no value."""

    words: str
    shape: Shape = SCALAR


@dataclass(frozen=True, slots=True)
class Bound:
    """An index of a sum: from ``low`` to ``high``, or over the whole ``axis``."""

    letter: str
    slot: int
    low: Node | None
    high: Node | None
    axis: Axis


BigKind = Literal["sum", "product", "max", "min", "argmax", "argmin"]


@dataclass(frozen=True, slots=True)
class Big:
    """A sum, product, maximum or place of a maximum over indices under a condition.

    ``which`` of several indices a place is told of; all in one number, counted through, if it is None.
    """

    kind: BigKind
    bounds: tuple[Bound, ...]
    condition: Node | None
    body: Node
    shape: Shape
    which: int | None = None


@dataclass(frozen=True, slots=True)
class Ones:
    """An array of ones, or of zeros."""

    value: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity matrix."""

    shape: Shape


@dataclass(frozen=True, slots=True)
class Basis:
    """The vector that is 1 at a place and 0 elsewhere."""

    place: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Rows:
    """A matrix or a column by its elements, row by row; elements may be columns or matrices."""

    rows: tuple[tuple[Node, ...], ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Family:
    """A row, a column or a matrix of which one entry stands for all: an index for each axis."""

    bounds: tuple[Bound, ...]
    body: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Windows:
    """A product of maps over space: cross-correlation (⋆) or full convolution (∗)."""

    kind: Literal["correlate", "convolve"]
    left: Node
    right: Node
    shape: Shape


@dataclass(frozen=True, slots=True)
class Spread:
    """A map over space that is padded, cropped, dilated, turned or thinned out, by one number or one for each axis."""

    kind: Literal["pad", "crop", "dilate", "rot180", "stride"]
    numbers: tuple[Node, ...]
    inside: Node
    shape: Shape


Node = (
    Number | Length | Place | Read | Pick | Slice | Sum | Negative | Times | Over | Matrix | Transpose | Power
    | MatrixPower | Inverse | Apply | Reduce | Compare | Logic | Cases | Undefined | Big | Ones | Identity | Basis
    | Rows | Family | Windows | Spread | Derivative
)  # fmt: skip
