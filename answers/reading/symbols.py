"""The table of symbols that types what is read: what each name is, its shape, and how it is spelt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

Axis = int | str
"""The length of an axis: a number or the name of a size. Names that begin with ``?`` are lengths to be found."""

Layout = Literal["numerator", "gradient", "denominator"]
"""How a partial derivative is laid out as a matrix.

``numerator``: rows are those of what is differentiated, so the gradient of a scalar is a row. ``gradient``: the same,
but the gradient of a scalar has the shape of what it is by. ``denominator``: everything is the transpose of
``numerator``.
"""


@dataclass(frozen=True)
class Tensor:
    """Numbers along ``axes``: none for a scalar; a vector is a column unless it is a ``row``.

    ``outside`` says that it counts as 0 outside its ranges, ``lowest`` that it is never the largest of several there.
    ``whole`` says that it holds whole numbers, so that its elements can be subscripts: a class number, an argmax.
    ``before`` names the tensor that stands one place before the first of the first axis: the state at the beginning of
    a recurrence.
    """

    name: str
    spellings: tuple[str, ...]
    axes: tuple[Axis, ...] = ()
    row: bool = False
    outside: bool = False
    lowest: bool = False
    whole: bool = False
    before: str = ""


@dataclass(frozen=True)
class Size:
    """The length of an axis as a number."""

    name: str
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """A letter that an answer for one element uses; ``axis`` is its range, found from its use if left out."""

    name: str
    spellings: tuple[str, ...]
    axis: Axis | None = None


@dataclass(frozen=True)
class Partial:
    """The derivatives of the tensor ``top`` by the tensor ``bottom``; their values have the axes of both, in order.

    ``name`` is the name of the values. Spelt with the spellings of the two. A second derivative has two names in
    ``bottom``, with a comma between. What stands below a bar behind the partial is ``held``; an ``immediate`` partial,
    of one equation of a recurrence alone, is written with ∂⁺.
    """

    name: str
    top: str
    bottom: str
    layout: Layout = "numerator"
    outside: bool = False
    held: tuple[str, ...] = ()
    immediate: bool = False


@dataclass(frozen=True)
class Function:
    """An elementwise function of the homework, such as f; ``value`` is what it computes, if it is known.

    It is called with the values of the ``letters`` that stand in its formula, such as a slope, by their names.
    """

    name: str
    spellings: tuple[str, ...]
    value: Callable[..., Any] | None = field(default=None, compare=False)
    letters: tuple[str, ...] = ()


Symbol = Tensor | Size | Index | Function


@dataclass(frozen=True)
class Table:
    """Everything that a formula may name.

    ``base`` is what indices count from. ``letters`` says that single letters that stand for nothing else are indices
    where they stand as subscripts. ``convolutions`` says that an asterisk between arrays is the full convolution;
    otherwise it is a product. ``basis`` says that e_i is a column of the identity if nothing else is called e.
    ``along`` is the axis of a matrix, counted from its end, along which a softmax adds up to 1.
    """

    symbols: tuple[Symbol, ...]
    partials: tuple[Partial, ...] = ()
    base: int = 1
    letters: bool = True
    convolutions: bool = False
    basis: bool = False
    along: int = -1

    @cached_property
    def _hash(self) -> int:
        return hash((self.symbols, self.partials, self.base, self.letters, self.convolutions, self.basis, self.along))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def by_name(self) -> Mapping[str, Symbol]:
        """The symbols by their names."""
        return {symbol.name: symbol for symbol in self.symbols}

    @cached_property
    def partial(self) -> Mapping[str, Partial]:
        """The partials by the names of their values."""
        return {partial.name: partial for partial in self.partials}

    @cached_property
    def by_ends(self) -> Mapping[tuple[str, str, tuple[str, ...], bool], Partial]:
        """The partials by what is differentiated, what by, what is held and whether it is that of one equation."""
        return {(p.top, p.bottom, p.held, p.immediate): p for p in self.partials}  # the last of equal ones

    @cached_property
    def in_gradient_layout(self) -> Table:
        """The table with partials in the shape of what they are by."""
        return replace(self, partials=tuple(replace(partial, layout="gradient") for partial in self.partials))

    def axes(self, partial: Partial) -> tuple[tuple[Axis, ...], tuple[Axis, ...]]:
        """The axes of what is differentiated and of what it is differentiated by."""
        ends = [self.by_name[name] for name in (partial.top, *partial.bottom.split(","))]
        top, *bottom = (end.axes if isinstance(end, Tensor) else () for end in ends)
        return top, tuple(axis for own in bottom for axis in own)

    def with_symbols(self, symbols: Iterable[Symbol]) -> Table:
        """The table with more symbols, which hide those of the same names."""
        more = tuple(symbols)
        hidden = {symbol.name for symbol in more}
        kept = tuple(symbol for symbol in self.symbols if symbol.name not in hidden)
        return replace(self, symbols=kept + more)
