"""Functions and what they are applied to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from answers.reading import functions, syntax, tree
from answers.reading.context import Context, Meaning, joined
from answers.reading.errors import Misshapen
from answers.reading.matching import matches
from answers.reading.scripts import between_commas
from answers.reading.shapes import SCALAR, Bindings, Shape, is_unknown, same, unify
from answers.reading.spelling import labels_of
from answers.reading.symbols import Function


class Called(NamedTuple):
    """A function as it is written: its primes, the numbers below it, the power above it.

    ``slopes`` are the places of the arguments by which it is differentiated, as in ∂₁F(x, w), from 0 on.
    """

    name: str
    sort: str
    primes: int = 0
    below: tuple[Any, ...] = ()
    above: tuple[Any, ...] = ()
    slopes: tuple[int, ...] = ()


def function_of(context: Context, raw: Any) -> Called | None:
    """The function that a name is, or None. Symbols of the table hide functions that are known anyway."""
    scripts: Sequence[syntax.Script] = ()
    base = raw
    if isinstance(raw, syntax.Scripted):
        base, scripts = raw.base, [script for script in raw.scripts if script.kind != "slope"]
    if not isinstance(base, syntax.Word) or base.sort != "name":
        return None
    text = base.text
    entries = context.known.entries.get(text, ())
    if entries:
        options = matches(context, text, scripts)
        for entry, below, above in options:
            if isinstance(entry.symbol, Function):
                return _called(entry.symbol.name, "own", below, above)._replace(slopes=_slopes_of(raw))
        if options:
            return None
    if text not in functions.NAMES or context.letter(text) is not None:
        return None
    below = [script.content for script in scripts if script.kind == "below"]
    above = [
        syntax.Mark("'") if script.kind == "prime" else script.content for script in scripts if script.kind != "below"
    ]
    if text == "Φ" and below and labels_of(below[0]) == ("tanh",):
        return _called("Phi_tanh", "elementwise", below[1:], above)
    name = functions.elementwise_name(text)
    if name is not None:
        if name == "log" and below:
            return _called(f"log{''.join(labels_of(below[0]))}", "elementwise", below[1:], above)
        return _called(name, "elementwise", below, above)
    if text in functions.REDUCING:
        return _called(functions.REDUCING[text], "reducing", below, above)
    if text in functions.SPREADING:
        return _called(functions.SPREADING[text], "spreading", below, above)
    if text in functions.PAIRWISE:
        return _called(text, "pairwise", below, above)
    if text in functions.SEVERAL:
        return _called(text, "several", below, above)
    return None


def _slopes_of(raw: Any) -> tuple[int, ...]:
    """The places of the arguments by which a function is differentiated, from 0 on."""
    scripts = raw.scripts if isinstance(raw, syntax.Scripted) else ()
    return tuple(script.content for script in scripts if script.kind == "slope")


def _called(name: str, sort: str, below: list[Any], above: list[Any]) -> Called:
    primes, rest = 0, []
    for content in above:
        if isinstance(content, syntax.Mark) and set(content.sign) == {"'"}:
            primes += len(content.sign)
        elif isinstance(content, syntax.Items) and labels_of(content) and set(labels_of(content)) == {"′"}:
            primes += 1
        else:
            rest.append(content)
    return Called(name, sort, primes, tuple(below), tuple(rest))


def applied(context: Context, function: Called, arguments: Sequence[list[Meaning]]) -> list[Meaning]:
    """A function of arguments.

    Raises:
        Misshapen: it takes no such arguments.
    """
    if function.sort == "spreading":
        return _spread(context, function, arguments)
    if function.below and function.sort in ("elementwise", "own"):
        raise Misshapen(f"what stands below the function {function.name} means nothing here")

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        return [_applied(function, nodes, bindings)]

    return joined(arguments, made)


def _applied(function: Called, nodes: list[tree.Node], bindings: Bindings) -> Meaning:
    if function.sort == "reducing":
        if len(nodes) != 1:
            raise Misshapen(f"{function.name} takes one argument, not {len(nodes)}")
        return Meaning(tree.Reduce(function.name, nodes[0], _reduced(function.name, nodes[0].shape)), bindings)
    if function.sort == "pairwise":
        if len(nodes) != 2:
            raise Misshapen(f"the function {function.name} takes two arguments, not {len(nodes)}")
        return _together(function, filled(nodes), bindings)
    if function.sort == "several":
        nodes = filled(nodes)
        if len(nodes) == 1:
            return Meaning(tree.Reduce(function.name, nodes[0], SCALAR), bindings)
        return _together(function, nodes, bindings)
    if function.sort == "own" and (len(nodes) > 1 or function.slopes):
        if max(function.slopes, default=0) >= len(nodes):
            raise Misshapen(f"the function {function.name} has {len(nodes)} arguments here, and no further slope")
        return _together(function, filled(nodes), bindings)
    if len(nodes) != 1:
        raise Misshapen(f"the function {function.name} takes one argument, not {len(nodes)}")
    return Meaning(tree.Apply(function.name, (nodes[0],), function.primes, nodes[0].shape), bindings)


def _together(function: Called, nodes: Sequence[tree.Node], bindings: Bindings) -> Meaning:
    """A function of several values, element by element."""
    shape, found = common(nodes, bindings)
    return Meaning(tree.Apply(function.name, tuple(nodes), 0, shape, function.slopes), found)


def filled(nodes: Sequence[tree.Node]) -> list[tree.Node]:
    """The values, with a bare 𝟏 or 𝟎 as the row or the matrix that the others are: 𝟏 − ŷ over a batch."""
    others = [node.shape for node in nodes if not _is_bare(node) and not node.shape.is_scalar]
    if not others or len(others) == len(nodes):
        return list(nodes)
    shape = others[0]
    return [tree.Ones(node.value, shape) if isinstance(node, tree.Ones) and _is_bare(node) else node for node in nodes]


def spread_out(nodes: Sequence[tree.Node], bindings: Bindings) -> list[tree.Node] | None:
    """Terms with a row that stands for each row of a matrix beside it; None if there is none."""
    matrix = next((node.shape for node in nodes if len(node.shape.axes) == 2), None)
    if matrix is None:
        return None
    rows = [node for node in nodes if len(node.shape.axes) == 1 and node.shape.row]
    if not rows or any(unify(row.shape.axes[0], matrix.axes[1], bindings) is None for row in rows):
        return None
    ones = tree.Ones(1, Shape((matrix.axes[0],)))
    return [tree.Matrix(ones, node, matrix) if node in rows else node for node in nodes]


def _is_bare(node: tree.Node) -> bool:
    return isinstance(node, tree.Ones) and len(node.shape.axes) == 1 and is_unknown(node.shape.axes[0])


def common(nodes: Sequence[tree.Node], bindings: Bindings) -> tuple[Shape, Bindings]:
    """The shape that values have together, numbers going with everything.

    Raises:
        Misshapen: two of them differ.
    """
    shape: Shape | None = None
    for node in nodes:
        own = node.shape
        if not own.axes or (shape is not None and own == shape):
            continue
        if shape is None or (shape.is_scalar and not own.is_scalar):
            shape = own
            continue
        if own.is_scalar:
            continue
        found = same(shape, own, bindings)
        if found is None:
            raise Misshapen(f"{shape} and {own} do not go together")
        bindings = found
    return shape or SCALAR, bindings


def _reduced(name: str, shape: Shape) -> Shape:
    if name in ("softmax", "logsoftmax"):
        return shape
    if name == "diag":
        if len(shape.axes) == 1:
            return Shape((shape.axes[0], shape.axes[0]))
        if len(shape.axes) == 2:
            several = tuple(axis for axis in shape.axes if axis != 1)
            return Shape(several * 2 if len(several) == 1 else shape.axes[:1])
        raise Misshapen(f"diag takes a vector or a matrix; this is {shape}")
    if name in ("trace", "det") and len(shape.axes) != 2:
        raise Misshapen(f"{name} takes a matrix; this is {shape}")
    return SCALAR


def _spread(context: Context, function: Called, arguments: Sequence[list[Meaning]]) -> list[Meaning]:
    if len(arguments) != 1:
        raise Misshapen(f"{function.name} takes one map over space")
    numbers = [context.read(item) for item in between_commas(function.below)]

    def made(nodes: list[tree.Node], bindings: Bindings) -> list[Meaning]:
        inside, *counts = nodes
        rank = len(inside.shape.axes)
        if not rank or len(counts) not in ((0,) if function.name == "rot180" else (1, rank)):
            raise Misshapen(f"{function.name} takes a map over space, and one number or one for each of its axes")
        keeps = function.name == "rot180"
        shape = inside.shape if keeps else Shape(tuple(context.unknown() for _ in inside.shape.axes))
        return [Meaning(tree.Spread(function.name, tuple(counts), inside, shape), bindings)]  # type: ignore[arg-type]

    return joined([arguments[0], *numbers], made)
