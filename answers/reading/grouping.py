"""Products grouped by shape: which of the factors in a row belong together follows from what can be multiplied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from answers.reading import tree
from answers.reading.applying import filled
from answers.reading.context import Context, Meaning
from answers.reading.errors import Misshapen
from answers.reading.shapes import NONE, SCALAR, Bindings, Shape, merge, of_matrix, same, unify

ELEMENTWISE = frozenset(["⊙", "∘", "⊘", "⊗"])
LONGEST = 24


class Factor(NamedTuple):
    """A factor, with the sign in front of it: "" where none is written."""

    operation: str
    meaning: Meaning


class Grouped(NamedTuple):
    """Some factors that were multiplied: the result, and a key that is the same for groupings of the same value."""

    meaning: Meaning
    scalars: tuple[Any, ...]
    key: Any


def group(context: Context, factors: Sequence[Factor]) -> list[Meaning]:
    """Every grouping of the factors that differs in value.

    Raises:
        Misshapen: they cannot be multiplied in any order.
    """
    if len(factors) == 1:
        return [factors[0].meaning]
    shapes = [factor.meaning.node.shape for factor in factors]
    operations = {factor.operation for factor in factors[1:]}
    if not operations & {"⋆", "∗", "⊘"} and all(not shape.axes for shape in shapes):
        return [_flat(factors, SCALAR)]
    arrays = [shape for shape in shapes if not shape.is_scalar]
    if len(arrays) < 2 and not operations & {"⋆", "∗", "⊘"}:
        return [_flat(factors, arrays[0] if arrays else _widest(shapes))]
    if not operations - {"", "·", "×"}:
        chain = _chain(factors)
        if chain is not None:
            return [chain]
    return _all(context, factors)


def _widest(shapes: Sequence[Shape]) -> Shape:
    return max(shapes, key=lambda shape: len(shape.axes))


def _merged(meanings: Sequence[Meaning]) -> Bindings:
    bindings: Bindings | None = NONE
    for meaning in meanings:
        if meaning.bindings:
            bindings = None if bindings is None else merge(bindings, meaning.bindings)
    if bindings is None:
        raise Misshapen("the lengths of axes contradict each other")
    return bindings


def _flat(factors: Sequence[Factor], shape: Shape) -> Meaning:
    meanings = [factor.meaning for factor in factors]
    kindness = tuple(kind for meaning in meanings for kind in meaning.kindness)
    return Meaning(tree.Times(tuple(meaning.node for meaning in meanings), shape), _merged(meanings), kindness)


def _chain(factors: Sequence[Factor]) -> Meaning | None:
    """Matrices multiplied from left to right, with the numbers taken out, if that can be done."""
    meanings = [factor.meaning for factor in factors]
    bindings = _merged(meanings)
    numbers = [meaning.node for meaning in meanings if meaning.node.shape.is_scalar]
    result: tree.Node | None = None
    for meaning in meanings:
        node = meaning.node
        if node.shape.is_scalar:
            continue
        if result is None:
            result = node
            continue
        if result.shape.is_scalar:
            numbers.append(result)
            result = node
            continue
        made = matrix_product(result, node, bindings)
        if made is None:
            return None
        result, bindings = made
    kindness = tuple(kind for meaning in meanings for kind in meaning.kindness)
    if numbers and result is not None:
        return Meaning(tree.Times((*numbers, result), result.shape), bindings, kindness)
    return None if result is None else Meaning(result, bindings, kindness)


def matrix_product(left: tree.Node, right: tree.Node, bindings: Bindings) -> tuple[tree.Node, Bindings] | None:
    """The product of two matrices, rows or columns, or None if they do not fit."""
    if len(left.shape.axes) > 2 or len(right.shape.axes) > 2:
        return None
    (rows, inner), (outer, columns) = left.shape.matrix, right.shape.matrix
    found = bindings if inner == outer else unify(inner, outer, bindings)
    if found is None:
        return None
    columned = len(right.shape.axes) == 1 and not right.shape.row
    rowed = len(left.shape.axes) == 1 and left.shape.row
    return tree.Matrix(left, right, of_matrix(rows, columns, columned=columned, rowed=rowed)), found


def _all(context: Context, factors: Sequence[Factor]) -> list[Meaning]:
    count = len(factors)
    if count > LONGEST:
        raise Misshapen(f"{count} factors in a row, of which not all are numbers; at most {LONGEST} are grouped")
    best: dict[tuple[int, int], dict[Any, Grouped]] = {}
    for at, factor in enumerate(factors):
        leaf = (at,)
        number = factor.meaning.node.shape.is_scalar
        grouped = Grouped(factor.meaning, (leaf,) if number else (), None if number else leaf)
        best[at, at + 1] = {leaf: grouped}
    for width in range(2, count + 1):
        for start in range(count - width + 1):
            stop = start + width
            found: dict[Any, Grouped] = {}
            for middle in range(start + 1, stop):
                for left in best[start, middle].values():
                    for right in best[middle, stop].values():
                        for made in _two(context, left, factors[middle].operation, right, stop - middle):
                            found.setdefault((made.scalars, made.key, made.meaning.node.shape), made)
            best[start, stop] = found
    whole = list(best[0, count].values())
    if not whole:
        raise Misshapen(f"these cannot be multiplied: {_listed(factors)}")
    return [grouped.meaning for grouped in whole]


def _listed(factors: Sequence[Factor]) -> str:
    shown = [f"{factor.operation or ','} {factor.meaning.node.shape}" for factor in factors]
    return "".join(shown).lstrip(", ")


def _two(context: Context, left: Grouped, operation: str, right: Grouped, width: int) -> Iterator[Grouped]:
    bindings = merge(left.meaning.bindings, right.meaning.bindings)
    if bindings is None:
        return
    a, b = left.meaning.node, right.meaning.node
    if operation in ELEMENTWISE:
        a, b = filled([a, b])
    kindness = left.meaning.kindness + right.meaning.kindness
    scalars = tuple(sorted(left.scalars + right.scalars, key=repr))
    if operation == "⊘":
        if width == 1 or not _elementwise(right.key):
            yield from _quotients(left, right, bindings, kindness)
        return
    if operation in ("⋆", "∗") and (operation == "⋆" or context.table.convolutions):
        yield from _windows(context, left, operation, right, bindings, kindness)
        return
    if a.shape.is_scalar or b.shape.is_scalar:
        key = right.key if a.shape.is_scalar else left.key
        shape = b.shape if a.shape.is_scalar else a.shape
        yield Grouped(Meaning(tree.Times((a, b), shape), bindings, kindness), scalars, key)
        return
    if operation in ("", "·", "×", "*", "∗"):
        product = matrix_product(a, b, bindings)
        if product is not None:
            node, found = product
            yield _collected(Meaning(node, found, kindness), left, right, scalars)
    dotted = operation == "·" and context.kind != "elementwise"
    if dotted or (context.kind == "inner" and operation in ("", "×")):
        yield from _inner(left, right, bindings, kindness, scalars, strict=operation == "·")
    if context.kind == "elementwise" and operation in ("", "×", "·"):
        kindness = (*kindness, "a product of two arrays is read element by element")
        operation = "⊙"
    if operation in ("∘", "⊙", "*", "∗", "⊗"):
        found_or_none = same(a.shape, b.shape, bindings)
        if found_or_none is not None:
            key = ("⊙", *sorted((*_parts(left.key), *_parts(right.key)), key=repr))
            yield Grouped(Meaning(tree.Times((a, b), a.shape), found_or_none, kindness), scalars, key)
    if operation == "⊗" and len(a.shape.axes) == len(b.shape.axes) == 1:
        column = a if not a.shape.row else tree.Transpose(a, Shape(a.shape.axes))
        row = b if b.shape.row else tree.Transpose(b, Shape(b.shape.axes, True))
        shape = Shape((a.shape.axes[0], b.shape.axes[0]))
        outer = tree.Matrix(column, row, shape)
        yield Grouped(Meaning(outer, bindings, kindness), scalars, ("⊗", left.key, right.key))


def _elementwise(key: Any) -> bool:
    return isinstance(key, tuple) and bool(key) and key[0] == "⊙"


def _parts(key: Any) -> tuple[Any, ...]:
    return tuple(key[1:]) if _elementwise(key) else (key,)


def _quotients(left: Grouped, right: Grouped, bindings: Bindings, kindness: tuple[str, ...]) -> Iterator[Grouped]:
    a, b = filled([left.meaning.node, right.meaning.node])
    shape = a.shape if b.shape.is_scalar else b.shape
    found = bindings if a.shape.is_scalar or b.shape.is_scalar else same(a.shape, b.shape, bindings)
    if found is None:
        return
    inverse = ("/", right.scalars, right.key)
    if b.shape.is_scalar:
        scalars, key = tuple(sorted((*left.scalars, inverse), key=repr)), left.key
    else:
        scalars, key = left.scalars, ("⊙", *sorted((*(_parts(left.key) if left.key else ()), inverse), key=repr))
    yield Grouped(Meaning(tree.Over(a, b, shape), found, kindness), scalars, key)


def _inner(
    left: Grouped,
    right: Grouped,
    bindings: Bindings,
    kindness: tuple[str, ...],
    scalars: tuple[Any, ...],
    *,
    strict: bool,
) -> Iterator[Grouped]:
    """The inner product of two columns or two rows."""
    a, b = left.meaning.node, right.meaning.node
    if not (len(a.shape.axes) == len(b.shape.axes) == 1 and a.shape.row == b.shape.row):
        return
    found = unify(a.shape.axes[0], b.shape.axes[0], bindings)
    if found is None:
        return
    node = tree.Reduce("sum", tree.Times((a, b), a.shape), SCALAR)
    said = kindness if strict else (*kindness, "a product of two vectors is read as their inner product")
    key = ("inner", *sorted((left.key, right.key), key=repr))
    yield Grouped(Meaning(node, found, said), tuple(sorted((*scalars, key), key=repr)), None)


def _windows(
    context: Context, left: Grouped, operation: str, right: Grouped, bindings: Bindings, kindness: tuple[str, ...]
) -> Iterator[Grouped]:
    a, b = left.meaning.node, right.meaning.node
    if len(a.shape.axes) != len(b.shape.axes) or not a.shape.axes:
        return
    shape = Shape(tuple(context.unknown() for _ in a.shape.axes))
    node = tree.Windows("correlate" if operation == "⋆" else "convolve", a, b, shape)
    scalars = tuple(sorted(left.scalars + right.scalars, key=repr))
    yield Grouped(Meaning(node, bindings, kindness), scalars, (operation, left.key, right.key))


def _collected(meaning: Meaning, left: Grouped, right: Grouped, scalars: tuple[Any, ...]) -> Grouped:
    """A matrix product with the numbers inside it (row times column) taken out, so that groupings can be compared."""
    chain = [*_links(left), *_links(right)]
    segments: list[list[Any]] = [[]]
    for at, link in enumerate(chain):
        segments[-1].append(link)
        if at + 1 < len(chain) and link[2] and chain[at + 1][1]:
            segments.append([])
    inner = [tuple(segment) for segment in segments if segment[0][1] and segment[-1][2]]
    rest = [link for segment in segments if not (segment[0][1] and segment[-1][2]) for link in segment]
    key = None if not rest else rest[0][0] if len(rest) == 1 else ("@", *rest)
    return Grouped(meaning, tuple(sorted((*scalars, *inner), key=repr)), key)


def _links(grouped: Grouped) -> list[Any]:
    """The factors of a matrix product, with whether they have one row, one column."""
    if isinstance(grouped.key, tuple) and grouped.key and grouped.key[0] == "@":
        return list(grouped.key[1:])
    shape = grouped.meaning.node.shape
    rows, columns = shape.matrix
    return [(grouped.key, rows == 1, columns == 1)]
