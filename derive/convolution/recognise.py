"""Convolutions recognised from affine subscripts: from ``z[k, s*x + d*t - p]*w[j, k, t]`` and nothing else.

The two patterns along an axis with the free index x and the bound index t are

    map[α*x + β*t + γ] kernel[t]      a cross-correlation with stride α, the kernel dilated by β
    map[(x - β*t + γ)/α] kernel[t]    a full convolution, the map dilated by α and the kernel by β
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

import sympy
from sympy import Eq, Expr, Indexed, KroneckerDelta, Mod, Mul, Symbol, floor
from sympy.core.relational import GreaterThan, LessThan, Relational
from sympy.logic.boolalg import And

from derive.calculus.bounds import Ranges, never_negative
from derive.calculus.terms import Term, split
from derive.convolution.nodes import (
    Constant,
    Convolution,
    ConvolutionForm,
    Correlation,
    Map,
    OverChannels,
    Padded,
    Plus,
    SpaceNode,
    Times,
    Total,
    Turned,
    dilated,
)
from derive.expression import symbols, walks
from derive.expression.affine import affine
from derive.expression.functions import Bracket
from derive.expression.partials import partial_read
from derive.forward import Forward
from derive.remembering import ONE, with_forward

if TYPE_CHECKING:
    from derive.steps import Quantity

Shapes = Mapping[str, tuple[Expr, ...]]


@dataclass(frozen=True)
class Pattern:
    """One spatial axis: what the map reads there, ``(outer*x + inner*t + offset)/divisor``, and the sizes."""

    letter: Symbol
    bound: Symbol | None
    outer: Expr
    inner: Expr
    offset: Expr
    divisor: Expr
    places: Expr
    read: Expr
    kernel: Expr

    @property
    def turned(self) -> bool:
        """Whether it is that of a full convolution."""
        return bool(self.outer == 1 and self.inner.is_negative)

    @property
    def swapped(self) -> Pattern:
        """The pattern of a full convolution with map and kernel exchanged."""
        return replace(self, inner=-self.divisor, divisor=-self.inner, read=self.kernel, kernel=self.read)

    @property
    def correlates(self) -> bool:
        """Whether it is that of a cross-correlation."""
        return bool(self.divisor == 1 and self.outer.is_positive and self.inner.is_positive)


@dataclass(frozen=True)
class Reading:
    """A term read as a map and a kernel: their subscripts at the axes that are not spatial, and the patterns."""

    map: Map
    kernel: SpaceNode
    patterns: tuple[Pattern, ...]

    def swapped(self) -> Reading:
        """A full convolution with its map and its kernel exchanged."""
        if not isinstance(self.kernel, Map):
            return self
        return Reading(self.kernel, self.map, tuple(pattern.swapped for pattern in self.patterns))


@with_forward(ONE)
def reads_windows(forward: Forward) -> bool:
    """Whether a row combines indices in a subscript or a delta, as convolutions and pooling do."""
    return any(
        len(_indices(part)) > 1
        for row in forward.rows
        for access in walks.parts(row.expression, Indexed, KroneckerDelta)
        for part in (access.indices if isinstance(access, Indexed) else access.args)
    )


def recognise_convolution(expression: Expr, quantity: Quantity, forward: Forward) -> ConvolutionForm | None:
    """The convolution form of the quantity's elements, or None where there is none."""
    shapes = {name: tensor.shape for name, tensor in forward.tensors.items()}
    for access in symbols.accesses(expression):
        partial = partial_read(access)
        if partial is not None and set(partial.ends) <= set(shapes):
            shapes[symbols.name_of(access)] = shapes[partial.top] + shapes[partial.bottom]
    learnt = {tensor.name for tensor in forward.given if tensor.role == "parameter"}
    return recognise(expression, quantity, shapes, dict(forward.sizes), learnt)


def recognise(
    expression: Expr, quantity: Quantity, shapes: Shapes, sizes: Ranges, learnt: Collection[str] = ()
) -> ConvolutionForm | None:
    """The convolution form with the shapes of the tensors that the expression reads, and what is known of sizes.

    Full convolutions commute: of two tensors the one that is ``learnt`` is called the kernel.
    """
    terms = split(expression)
    readings = [_reading(term, quantity, shapes) for term in terms]
    letters = {tuple(p.letter for p in reading.patterns) for reading in readings if reading}
    if len(letters) > 1:
        return None
    space = next(iter(letters), ())
    if quantity.indices[len(quantity.indices) - len(space) :] != space or len(set(space)) != len(space):
        return None
    extent = quantity.shape[len(quantity.indices) - len(space) :]
    channels = quantity.indices[: len(quantity.indices) - len(space)]
    if not space:
        node = _total(terms, shapes) if len(terms) == 1 else None
        return None if node is None else ConvolutionForm(channels, (), node)
    nodes: list[SpaceNode] = []
    full: list[SpaceNode] = []
    for term, reading in zip(terms, readings, strict=True):
        if reading is None:
            constant = term.expression()
            if walks.free_symbols(constant) & set(space):
                return None
            nodes.append(Constant(constant, extent))
            full.append(nodes[-1])
        else:
            if reading.patterns[0].turned and reading.map.name in learnt:
                reading = reading.swapped()
            nodes.append(_outside(term, _correlation(reading, sizes), reading))
            full.append(
                _outside(term, _convolution(reading, sizes), reading) if reading.patterns[0].turned else nodes[-1]
            )
    same = full == nodes
    return ConvolutionForm(channels, space, _plus(nodes), None if same else _plus(full))


def _plus(nodes: list[SpaceNode]) -> SpaceNode:
    return nodes[0] if len(nodes) == 1 else Plus(tuple(nodes))


def _outside(term: Term, node: SpaceNode, reading: Reading) -> SpaceNode:
    """The node times what is no element, summed over the bound indices that channels read."""
    inner = {pattern.bound for pattern in reading.patterns}
    summed = tuple(pair for pair in term.bound if pair[0] not in inner)
    coefficient = Mul(*(factor for factor in term.factors if not isinstance(factor, Indexed | Bracket)))
    node = OverChannels(node, summed) if summed else node
    return node if coefficient == 1 else Times(coefficient, node)


def _indices(expression: Expr) -> set[Symbol]:
    return {s for s in walks.free_symbols(expression) if s.is_integer and not s.is_positive}


def _reading(term: Term, quantity: Quantity, shapes: Shapes) -> Reading | None:
    accesses = [factor for factor in term.factors if isinstance(factor, Indexed)]
    others = [factor for factor in term.factors if not isinstance(factor, Indexed | Bracket)]
    if not 1 <= len(accesses) <= 2 or any(_indices(factor) or not factor.is_integer for factor in _reads(others)):
        return None
    if any(symbols.name_of(access) not in shapes for access in accesses):
        return None
    for first, *second in permutations(accesses):
        reading = _of_pair(first, second[0] if second else None, term, quantity, shapes)
        if reading is not None:
            return reading
    return None


def _reads(factors: list[Expr]) -> Iterator[Symbol]:
    return (symbol for factor in factors for symbol in walks.free_symbols(factor))


def _of_pair(first: Indexed, second: Indexed | None, term: Term, quantity: Quantity, shapes: Shapes) -> Reading | None:
    """The term with ``first`` as the map and ``second``, or ones, as the kernel."""
    bound = dict(term.bound)
    free = dict(zip(quantity.indices, quantity.shape, strict=True))
    lengths = shapes[symbols.name_of(first)]
    patterns: list[Pattern] = []
    used: list[int] = []
    kernel_axes: list[int] = []
    for axis, subscript in enumerate(first.indices):
        spatial = _pattern(subscript, lengths[axis], free, bound, second, shapes, kernel_axes)
        if spatial is not None:
            patterns.append(spatial)
            used.append(axis)
    if not patterns or not (all(p.correlates for p in patterns) or all(p.turned for p in patterns)):
        return None
    if not _are_last(used, first):
        return None
    rest = [subscript for axis, subscript in enumerate(first.indices) if axis not in used]
    map_node = Map(symbols.name_of(first), tuple(rest), tuple(p.read for p in patterns))
    extent = tuple(p.kernel for p in patterns)
    if second is None:
        kernel: SpaceNode = Constant(sympy.S.One, extent)
    else:
        left = [subscript for axis, subscript in enumerate(second.indices) if axis not in kernel_axes]
        if not _are_last(kernel_axes, second):
            return None
        rest += left
        kernel = Map(symbols.name_of(second), tuple(left), extent)
    gone = {p.letter for p in patterns} | {p.bound for p in patterns if p.bound}
    if any(walks.free_symbols(subscript) & gone for subscript in rest) or not _guarded(term, first, used, patterns):
        return None
    return Reading(map_node, kernel, tuple(patterns))


def _are_last(axes: list[int], access: Indexed) -> bool:
    """Whether the spatial axes are the last ones in their order; a map is said by the subscripts before them."""
    rank = len(access.indices)
    return axes == list(range(rank - len(axes), rank))


def _pattern(
    subscript: Expr,
    length: Expr,
    free: Mapping[Symbol, Expr],
    bound: Mapping[Symbol, Expr],
    second: Indexed | None,
    shapes: Shapes,
    kernel_axes: list[int],
) -> Pattern | None:
    """What the map reads along one axis; the kernel's axis that goes with it is added to ``kernel_axes``."""
    if isinstance(subscript, Symbol):
        return None
    rounded = isinstance(subscript, floor)
    if walks.holds(subscript.args[0] if rounded else subscript, floor, Mod, Indexed):
        return None
    above, divisor = sympy.fraction(sympy.together(subscript.args[0] if rounded else subscript))
    above = sympy.expand(above)
    letters = _indices(above)
    outer = [letter for letter in letters if letter in free]
    inner = [letter for letter in letters if letter in bound]
    if len(outer) != 1 or len(inner) + len(outer) != len(letters) or len(inner) > 1 or _indices(divisor):
        return None
    (x,) = outer
    t = inner[0] if inner else None
    if t is None and subscript == x:
        return None
    found = affine(above, letters)
    if found is None:
        return None
    slope, offset = found.slopes[x], found.constant
    step = found.slopes[t] if t is not None else sympy.S.NegativeOne
    wanted = sympy.Mod(above, divisor) if rounded else (sympy.S.Zero if t is None else t)
    kernel = bound[t] if t is not None else divisor if rounded else sympy.S.One
    if second is not None:
        lengths = shapes[symbols.name_of(second)]
        axis = next(
            (
                n
                for n, subscript_there in enumerate(second.indices)
                if n not in kernel_axes and subscript_there == wanted and lengths[n] == kernel
            ),
            None,
        )
        if axis is None:
            return None
        kernel_axes.append(axis)
    return Pattern(x, t, slope, step, offset, divisor, free[x], length, kernel)


def _guarded(term: Term, access: Indexed, axes: list[int], patterns: list[Pattern]) -> bool:
    """Whether the term's conditions are those of reading 0 outside the map's range and between its elements."""
    conditions = {
        part for factor in term.factors if isinstance(factor, Bracket) for part in And.make_args(factor.args[0])
    }
    for axis, pattern in zip(axes, patterns, strict=True):
        value = access.indices[axis]
        divides = [c for c in conditions if _divides(c, value, pattern.divisor)]
        if pattern.divisor != 1 and not isinstance(value, floor) and not divides:
            return False
        conditions -= {*divides, *(c for c in conditions if _bounds(c, value, pattern))}
    return not conditions


def _divides(condition: Relational, value: Expr, divisor: Expr) -> bool:
    if not isinstance(condition, Eq) or not isinstance(condition.args[0], Mod) or condition.args[1] != 0:
        return False
    above, below = condition.args[0].args
    # SymPy leaves out what the divisor divides anyway: 2 | j + p - 2q is 2 | j + p.
    return bool(below == divisor and sympy.expand(above / divisor - value).is_integer)


def _bounds(condition: Relational, value: Expr, pattern: Pattern) -> bool:
    """Whether the condition says that the value is at least 0, or below the size of the map."""
    if not isinstance(condition, LessThan | GreaterThan):
        return False
    slack = condition.gts - condition.lts
    if isinstance(value, floor):
        above = value.args[0] * pattern.divisor
        return sympy.expand(slack - (pattern.divisor * pattern.read - 1 - above)) == 0
    return any(sympy.expand(slack - end) == 0 for end in (value, pattern.read - 1 - value))


def _correlation(reading: Reading, sizes: Ranges) -> SpaceNode:
    """The reading as a cross-correlation, with the kernel turned where it is a convolution."""
    patterns = reading.patterns
    places = tuple(p.places for p in patterns)
    if patterns[0].correlates:
        kernel = dilated(reading.kernel, tuple(p.inner for p in patterns))
        stride = tuple(p.outer for p in patterns)
        before = tuple(-p.offset for p in patterns)
        source: SpaceNode = reading.map
    else:
        kernel = _turned(dilated(reading.kernel, tuple(-p.inner for p in patterns)))
        stride = (sympy.S.One,) * len(patterns)
        before = tuple(k - 1 - p.offset for k, p in zip(kernel.size, patterns, strict=True))
        source = dilated(reading.map, tuple(p.divisor for p in patterns))
    extent = tuple(sympy.expand(s * (n - 1) + k) for s, n, k in zip(stride, places, kernel.size, strict=True))
    enough = all(never_negative(n - needed, sizes) for n, needed in zip(source.size, extent, strict=True))
    if any(b != 0 for b in before) or not enough:
        source = Padded(source, before, extent)
    return Correlation(source, kernel, stride, places)


def _turned(node: SpaceNode) -> SpaceNode:
    return node if isinstance(node, Constant) else Turned(node)


def _convolution(reading: Reading, sizes: Ranges) -> SpaceNode:
    """The reading as a full convolution, of which the elements from the offset on are taken."""
    patterns = reading.patterns
    node = Convolution(
        dilated(reading.map, tuple(p.divisor for p in patterns)),
        dilated(reading.kernel, tuple(-p.inner for p in patterns)),
    )
    before, places = tuple(-p.offset for p in patterns), tuple(p.places for p in patterns)
    rest = [(n - size, size - n) for n, size in zip(places, node.size, strict=True)]
    whole = all(never_negative(more, sizes) and never_negative(less, sizes) for more, less in rest)
    return node if whole and all(b == 0 for b in before) else Padded(node, before, places)


def _total(terms: list[Term], shapes: Shapes) -> SpaceNode | None:
    """``Σ_x map[x]`` over whole axes: the sum of a map's elements."""
    (term,) = terms
    accesses = [factor for factor in term.factors if isinstance(factor, Indexed)]
    if len(accesses) != 1 or len(term.factors) != 1 or symbols.name_of(accesses[0]) not in shapes:
        return None
    (access,) = accesses
    lengths = shapes[symbols.name_of(access)]
    bound = dict(term.bound)
    summed = [axis for axis, subscript in enumerate(access.indices) if subscript in bound]
    first = len(access.indices) - len(summed)
    tail = [axis for axis in summed if all(later in summed for later in range(axis, len(access.indices)))]
    if not tail or len(tail) > 3 or any(bound[access.indices[axis]] != lengths[axis] for axis in tail) or first == 0:
        return None
    inner = {access.indices[axis] for axis in tail}
    others = tuple(pair for pair in term.bound if pair[0] not in inner)
    channels = tuple(subscript for axis, subscript in enumerate(access.indices) if axis not in tail)
    node: SpaceNode = Total(Map(symbols.name_of(access), channels, tuple(lengths[axis] for axis in tail)))
    return OverChannels(node, others) if others else node
