"""What is drawn of a computational graph, compared with the graph and the numbers in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from sympy import Expr, Float, N
from sympy.core.function import AppliedUndef

from answers.latex.sheet import Picture
from answers.readback.called import is_called
from answers.readback.drawings import Drawing, DrawnNode, Undrawn, drawing_of
from answers.reading import Point, ReadingError, Table, Tensor, read, tree
from answers.reading.tables import table_of
from derive.expression.partials import partial_name
from derive.graph import Backward, Edge, Node, ScalarGraph
from derive.graph.numbers import Uncertain
from derive.graph.structure import Operation, slots

U, V = 1.75, 0.6
"""Numbers that operators are tried at."""
TERM = re.compile(r"(-?\d+(?:\.\d+)?)(?:/(\d+))?(?: \\cdot 10\^\{(-?\d+)\})?")
DISTANCE = re.compile(r"(?P<whole>-?\d+) (?P<sign>[+-]|\\pm) (?P<distance>.+)")
PARTIAL = re.compile(r"\\partial (.+?)/\\partial\(\\cdot\)")
INFIX = (("+", "+"), ("-", "-"), (r"\times", r"\cdot"), (r"\div", "/"))
ORDERED = ("-", "/", "^")
"""Operators for which it matters which argument is the first."""
PRECISION = 60
CLOSE = 1e-9
OFTEN = 1 + Fraction(1, 10**9)


def misdrawn(picture: Picture, graph: ScalarGraph, backward: Backward | None, *, gradients: bool) -> Iterator[str]:
    """What of a drawing is not so, in words; ``backward`` has the numbers that it shows, ``gradients`` too or not."""
    try:
        drawn = drawing_of(picture.latex, len(graph.nodes))
    except Undrawn as reason:
        yield str(reason)
        return
    for shown, node in zip(drawn.nodes, graph.nodes, strict=True):
        yield from _misnamed(shown, node, graph)
    ordered = {place for place, node in enumerate(graph.nodes) if node.name in ORDERED}
    arrows = sorted((one.source, one.target, one.slot if one.target in ordered else 0) for one in drawn.arrows)
    if arrows != sorted((edge.source, edge.target, edge.slot if edge.target in ordered else 0) for edge in graph.edges):
        yield "the arrows are others than those of the graph"
        return
    if backward is None:
        numbers = [one for arrow in drawn.arrows for one in (arrow.above, arrow.below)]
        yield from (f"{one} stands at an arrow" for one in (*numbers, *(node.below for node in drawn.nodes)) if one)
    else:
        yield from _misplaced(drawn, graph, backward, gradients=gradients)
    for name in PARTIAL.findall(picture.caption):
        if backward is None or not is_called(name, backward.output):
            yield f"the numbers are said to be gradients of {name}"


def misnumbered(lines: Iterable[str], backward: Backward) -> Iterator[str]:
    """What of the numbers that a terminal shows is not so, in words.

    There is a line for each value of the equations and for the gradient by each input.
    """
    graph = backward.forward.graph
    expected = {name: backward.forward[name] for name in graph.model.row}
    expected |= {partial_name(backward.output, name): backward[name] for name in graph.inputs}
    table = table_of(graph.model)
    for line in lines:
        left, _, number = line.partition(" = ")
        try:
            node = read(left, table).last.node
        except ReadingError as reason:
            yield f"{line}: printed, but not read: {reason}"
            continue
        name = node.name if isinstance(node, tree.Read) else ""
        if name not in expected:
            yield f"{line}: no number is asked for with that name, or it stands there twice"
        elif not _says(_as_latex(number), expected.pop(name)):
            yield f"{line}: that is not what was found"
    yield from (f"nothing says what {name} is" for name in expected)


def _misplaced(drawn: Drawing, graph: ScalarGraph, backward: Backward, *, gradients: bool) -> Iterator[str]:
    """The numbers at arrows and under nodes that are wrong, or that are too many or too few."""
    edges: dict[tuple[int, int], list[Edge]] = {}
    for edge in graph.edges:
        edges.setdefault((edge.source, edge.target), []).append(edge)
    for arrow in drawn.arrows:
        there = edges[arrow.source, arrow.target]
        same = (
            [edge for edge in there if edge.slot == arrow.slot] if graph.nodes[arrow.target].name in ORDERED else there
        )
        if not _says(arrow.above, backward.forward.values[arrow.source]):
            yield f"{arrow.above or 'nothing'} stands above the arrow from {drawn.nodes[arrow.source].text}"
        flows = [backward.edges[edge] for edge in same] if gradients else []
        if not any(_says(arrow.below, flow) for flow in flows) if gradients else arrow.below:
            yield f"{arrow.below or 'nothing'} stands below the arrow from {drawn.nodes[arrow.source].text}"
    for place, node in enumerate(drawn.nodes):
        several = gradients and len(graph.readers[place]) > 1 and graph.nodes[place].kind != "constant"
        if not _says(node.below, backward.gradients[place]) if several else node.below:
            yield f"{node.below or 'nothing'} stands under {node.text}"


def _misnamed(shown: DrawnNode, node: Node, graph: ScalarGraph) -> Iterator[str]:
    """What in a node is not what the node is."""
    kind = node.kind if node.kind != "value" else "output" if node.name in graph.outputs else "value"
    if shown.shape != kind:
        yield f"{shown.text} is drawn as {shown.shape}, and is {kind}"
    elif node.operation is None:
        right = is_called(shown.text, node.name) if node.constant is None else _says(shown.text, node.constant)
        if not right:
            yield f"{shown.text} stands in the node of {node.name}"
    elif not _computes(shown.text, node.operation):
        yield f"{shown.text} stands in the box of {node.name}"


def _computes(label: str, operation: Operation) -> bool:
    """Whether what stands in a box is what the operator computes, tried at numbers."""
    formula = operation.formula
    if formula.atoms(AppliedUndef) and is_called(label, operation.sign):
        return True
    table = Table((Tensor("u", ("u",)), Tensor("v", ("v",))))
    try:
        found = float(read(_applied(label, operation.arity), table).last.value(Point(table, {"u": U, "v": V})))
    except (ReadingError, TypeError):
        return False
    expected = N(formula.xreplace(dict(zip(slots(operation.arity), (Float(U), Float(V)), strict=False))))
    return bool(expected.is_number and abs(found - float(expected)) < CLOSE)


def _applied(label: str, arity: int) -> str:
    """The formula of an operator, in u and v."""
    signs = dict(INFIX)
    plain = label.strip()
    if arity == 2:
        return "u^{v}" if "wedge" in plain else f"u {signs[plain]} v" if plain in signs else f"{plain}(u, v)"
    if plain == "1/x":
        return "1/u"
    if plain == "-":
        return "-u"
    first, last = plain.split(" ")[0], plain.split(" ")[-1]
    if " " in plain and first in signs:
        return f"u {signs[first]} {plain.removeprefix(first)}"
    if " " in plain and last in signs:
        return f"{plain.removesuffix(last)} {signs[last]} u"
    return plain.replace(r"\cdot", "u") if r"\cdot" in plain else f"{plain}(u)"


def _as_latex(number: str) -> str:
    """A number as a terminal shows it, in LaTeX."""
    powers = re.sub(r"10\^(-?\d+)", r"10^{\1}", number.replace("−", "-"))
    return powers.replace("·", r" \cdot ").replace("±", r"\pm")


def _says(text: str, number: Expr) -> bool:
    """Whether a text says a number to the digits that it has; what is not 0 is not said to be."""
    try:
        said, tolerance = _stated(text)
    except ValueError:
        return False
    known = number.whole if isinstance(number, Uncertain) else number
    true = Fraction(int(known.p), int(known.q)) if known.is_Rational else Fraction(str(N(known, PRECISION)))
    return abs(said - true) <= tolerance * OFTEN and (said == 0) == (true == 0)


def _stated(text: str) -> tuple[Fraction, Fraction]:
    """A number as it is printed, and by how much its last digit may be off.

    Raises:
        ValueError: it is none.
    """
    if (apart := DISTANCE.fullmatch(text)) is not None:
        whole, distance = Fraction(apart["whole"]), apart["distance"]
        if apart["sign"] == r"\pm":
            bound = re.fullmatch(r"10\^\{(-?\d+)\}", distance)
            if bound is None:
                raise ValueError(text)
            return whole, Fraction(10) ** int(bound[1])
        step, tolerance = _stated(distance)
        return (whole - step if apart["sign"] == "-" else whole + step), tolerance
    found = TERM.fullmatch(text)
    if found is None:
        raise ValueError(text)
    digits, divisor, exponent = found.groups()
    power = Fraction(10) ** int(exponent or 0)
    rounded = "." in digits or exponent is not None
    places = len(digits.partition(".")[2])
    return Fraction(digits) / int(divisor or 1) * power, Fraction(10) ** -places * power / 2 if rounded else Fraction(0)
