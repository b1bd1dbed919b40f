"""Numbers of a graph that are right: exact where they are rational, else to so many digits that intervals prove.

Both passes are computed in intervals, with more digits each time until every number has as many as it needs. Beside
them go short exact expressions, so that what is rational, such as exp(log(2)), is known to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias, TypeVar

import sympy
from mpmath import libmp
from sympy import Add, Expr, Rational
from sympy.core.function import AppliedUndef

from derive.calculus.slopes import SlopeTable
from derive.errors import DeriveError
from derive.expression.functions import Bracket
from derive.expression.scalar import ScalarFunction
from derive.graph.graph import Graph
from derive.graph.numbers import Uncertain
from derive.graph.structure import ARITHMETIC, Edge, Node, Operation, slots
from derive.numbers.intervals import Enclosing, Interval, UndecidedError
from derive.numbers.magnitudes import MOST_DIGITS, digits, exceeds
from derive.remembering import EXPRESSIONS, TRIALS

BITS = 520
"""The precision that numbers have in the end, about 156 digits."""

FIRST, LAST, BUDGET = 640, 40960, 1 << 22
"""Intervals begin with the first precision, which doubles up to the last, or less in a graph of many nodes."""

NEAR = 40
"""Bits to which the distance of a number from the nearest whole one is known."""

COST = 24
"""Operations in an exact expression; what would have more goes on as an interval alone."""

SHORT = 60
"""Digits of a rational number of which a function is written exactly."""

Exact: TypeAlias = Expr | None
Key = TypeVar("Key")


@dataclass(frozen=True)
class Flow:
    """What flows back along an arrow: the derivative of the output at its end, times the local partial."""

    edge: Edge


@dataclass(frozen=True)
class Numbers:
    """Values at all nodes, or gradients at all nodes and along all arrows, as intervals beside exact expressions."""

    nodes: tuple[Interval, ...]
    edges: Mapping[Edge, Interval] = field(default_factory=dict)


def node_values(graph: Graph, inputs: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The value of every node from the rational values of the inputs.

    Raises:
        DeriveError: a node has no finite real value, or it cannot be decided.
    """
    exact = exact_values(graph, inputs)
    found = _certain(graph, lambda precision: dict(enumerate(values(graph, inputs, precision))), dict(enumerate(exact)))
    return tuple(found[place] for place in range(len(graph.nodes)))


def gradients(
    graph: Graph, inputs: tuple[Expr, ...], output: int
) -> tuple[tuple[Expr, ...], dict[Edge, Expr], dict[Edge, Expr]]:
    """The derivative of an output at every node, the local partial along every arrow, and the product of both.

    Raises:
        DeriveError: as ``node_values`` does.
    """
    exact_nodes, exact_slopes = _exact_backward(graph, inputs, output)
    exact: dict[int | Edge | Flow, Exact] = dict(enumerate(exact_nodes))
    for edge, slope in exact_slopes.items():
        exact[edge] = slope
        exact[Flow(edge)] = _product(exact_nodes[edge.target], slope)

    def at(precision: int) -> dict[int | Edge | Flow, Interval]:
        slopes = local_slopes(graph, inputs, precision)
        nodes = _backward(graph, output, slopes, exact_nodes, precision)
        found: dict[int | Edge | Flow, Interval] = dict(enumerate(nodes))
        plain = Enclosing(precision, {})
        for edge, slope in slopes.items():
            found[edge] = slope
            with _Naming(graph.nodes[edge.target], "the gradient behind "):
                found[Flow(edge)] = plain.arithmetic("*", nodes[edge.target], slope)
        return found

    found = _certain(graph, at, exact)
    nodes = tuple(found[place] for place in range(len(graph.nodes)))
    return nodes, {edge: found[edge] for edge in graph.edges}, {edge: found[Flow(edge)] for edge in graph.edges}


@lru_cache(maxsize=TRIALS)
def values(graph: Graph, inputs: tuple[Expr, ...], precision: int) -> tuple[Interval, ...]:
    """Intervals of the values of all nodes."""
    functions = {function.name: function for function in graph.functions}
    exact, given = exact_values(graph, inputs), iter(inputs)
    plain = Enclosing(precision, functions)
    found: list[Interval] = []
    for place, node in enumerate(graph.nodes):
        known = next(given) if node.kind == "input" else exact[place] if node.constant is None else node.constant
        with _Naming(node):
            if known is not None and (known.is_Rational or (node.operation is None and not node.arguments)):
                found.append(plain.of(known))
            elif node.operation is None:
                found.append(found[node.arguments[0]])
            else:
                found.append(_applied(node.operation, [found[at] for at in node.arguments], plain))
    return tuple(found)


@lru_cache(maxsize=TRIALS)
def local_slopes(graph: Graph, inputs: tuple[Expr, ...], precision: int) -> dict[Edge, Interval]:
    """Intervals of the local partials along all arrows."""
    functions = {function.name: function for function in graph.functions}
    known = values(graph, inputs, precision)
    found = {}
    for edge in graph.edges:
        node = graph.nodes[edge.target]
        at = {slot: known[argument] for slot, argument in zip(slots(len(node.arguments)), node.arguments, strict=True)}
        with _Naming(node, "the slope of "):
            found[edge] = Enclosing(precision, functions, {**at}).of(_slope(node, edge.slot, graph.functions))
    return found


def _backward(
    graph: Graph, output: int, slopes: Mapping[Edge, Interval], exact: Sequence[Exact], precision: int
) -> list[Interval]:
    plain = Enclosing(precision, {})
    zero = plain.of(sympy.S.Zero)
    found = [zero] * len(graph.nodes)
    for place in reversed(range(output + 1)):
        known = exact[place]
        if known is not None and known.is_Rational:
            found[place] = plain.of(known)
            continue
        with _Naming(graph.nodes[place], "the gradient by "):
            for edge in graph.readers[place]:
                term = plain.arithmetic("*", found[edge.target], slopes[edge])
                found[place] = plain.arithmetic("+", found[place], term)
    return found


@lru_cache(maxsize=TRIALS)
def exact_values(graph: Graph, inputs: tuple[Expr, ...]) -> tuple[Exact, ...]:
    """The value of every node as a short exact expression, None where there is none."""
    given = iter(inputs)
    found: list[Exact] = []
    for node in graph.nodes:
        arguments = [found[argument] for argument in node.arguments]
        if node.kind == "input":
            found.append(next(given))
        elif node.operation is None:
            found.append(arguments[0] if arguments else node.constant)
        else:
            found.append(_exactly(graph.functions, node.operation.formula, arguments, node.operation.sign))
    return tuple(found)


@lru_cache(maxsize=TRIALS)
def _exact_backward(graph: Graph, inputs: tuple[Expr, ...], output: int) -> tuple[tuple[Exact, ...], dict[Edge, Exact]]:
    known = exact_values(graph, inputs)
    slopes: dict[Edge, Exact] = {}
    for edge in graph.edges:
        node = graph.nodes[edge.target]
        sign = "" if node.operation is None else node.operation.sign
        formula = _slope(node, edge.slot, graph.functions)
        slopes[edge] = _exactly(graph.functions, formula, [known[argument] for argument in node.arguments], sign)
    found: list[Exact] = [sympy.S.Zero] * len(graph.nodes)
    found[output] = sympy.S.One
    for place in reversed(range(output)):
        terms = [_product(found[edge.target], slopes[edge]) for edge in graph.readers[place]]
        found[place] = None if None in terms else _short(Add(*(term for term in terms if term is not None)))
    return tuple(found), slopes


def _product(first: Exact, second: Exact) -> Exact:
    if first == 0 or second == 0:
        return sympy.S.Zero
    return None if first is None or second is None else _short(first * second)


def _exactly(functions: tuple[ScalarFunction, ...], formula: Expr, arguments: Sequence[Exact], sign: str) -> Exact:
    """The formula at exact arguments, None where that would be long or is not known to be exact."""
    known = [argument for argument in arguments if argument is not None]
    if formula.is_number and not formula.free_symbols:
        return _short(formula)
    if len(known) < len(arguments):
        return None
    rational = all(argument.is_Rational for argument in known)
    jumps = any(not isinstance(part, AppliedUndef) and part.func in JUMPS for part in formula.atoms(sympy.Function))
    written = written_out(functions, formula)
    if (jumps or written.has(*JUMPS)) and not rational:
        return None
    if sign not in ARITHMETIC and any(argument.is_Rational and digits(argument) > SHORT for argument in known):
        return None
    at = dict(zip(slots(len(known)), known, strict=True))
    for part in written.atoms(sympy.Pow):
        base, exponent = part.base.xreplace(at), part.exp.xreplace(at)
        if base == 0 and not exponent.is_positive:
            return None
        if (
            exponent.is_Rational
            and (coefficient := base.as_coeff_Mul()[0]).is_Rational
            and exceeds(coefficient, exponent)
        ):
            return None
    return _short(written.xreplace(at))


def _short(value: Expr) -> Exact:
    if value.is_Rational:
        return value if value.is_finite and digits(value) <= MOST_DIGITS else None
    if value.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I, Bracket, sympy.Float):
        return None
    return value if sympy.count_ops(value) <= COST else None


JUMPS = (Bracket, sympy.Abs, sympy.sign, sympy.floor, sympy.ceiling, sympy.Mod)


def written_out(functions: tuple[ScalarFunction, ...], expression: Expr) -> Expr:
    """The expression with functions replaced by their formulas."""
    formulas = {function.name: function for function in functions}
    while applied := [call for call in expression.atoms(AppliedUndef) if call.func.__name__ in formulas]:
        expression = expression.xreplace({call: formulas[call.func.__name__].at(call.args[0]) for call in applied})
    return expression


@lru_cache(maxsize=EXPRESSIONS)
def _slope_of(operation: Operation, slot: int, functions: tuple[ScalarFunction, ...]) -> Expr:
    """The local partial in its ``slots``, as differentiation leaves it: folded back, 1 - y², it would lose digits."""
    return operation.slope(slot, SlopeTable(functions, folded=False))


def _slope(node: Node, slot: int, functions: tuple[ScalarFunction, ...]) -> Expr:
    return sympy.S.One if node.operation is None else _slope_of(node.operation, slot, functions)


def _applied(operation: Operation, arguments: list[Interval], plain: Enclosing) -> Interval:
    if operation.sign in ARITHMETIC:
        if operation.constant is not None:
            constant = plain.of(operation.constant)
            arguments = [constant, *arguments] if operation.leading else [*arguments, constant]
        return plain.arithmetic(operation.sign, *arguments)
    at: dict[Expr, Interval] = dict(zip(slots(len(arguments)), arguments, strict=True))
    return Enclosing(plain.precision, plain.functions, at).of(operation.formula)


def _certain(graph: Graph, at: Callable[[int], dict[Key, Interval]], exact: Mapping[Key, Exact]) -> dict[Key, Expr]:
    """The numbers, from intervals to a precision that grows until each is known as well as it has to be."""
    found: dict[Key, Expr] = {key: value for key, value in exact.items() if value is not None and value.is_Rational}
    for precision in _precisions(len(graph.nodes)):
        last = precision == _precisions(len(graph.nodes))[-1]
        try:
            intervals = at(precision)
        except UndecidedError as error:
            if last:
                shown = int(precision * 0.301)
                raise DeriveError(f"{error}, which {shown} digits do not decide") from None
            continue
        for key, interval in intervals.items():
            if key not in found:
                number = _settled(interval)
                if number is None and last:
                    number = _uncertain(interval, exact[key])
                if number is not None:
                    found[key] = number
        if len(found) == len(exact):
            break
    return found


def _precisions(nodes: int) -> list[int]:
    last = min(LAST, max(4 * FIRST, BUDGET // max(1, nodes)))
    found = [FIRST]
    while found[-1] * 2 <= last:
        found.append(found[-1] * 2)
    return found


def _settled(interval: Interval) -> Exact:
    """The number, if its digits and the distance from the nearest whole number are known."""
    if interval.is_point and (whole := interval.whole()) is not None:
        return Rational(whole)
    number = interval.agreed(BITS)
    size = 0 if number is None else int(number._mpf_[2] + number._mpf_[3])
    if number is None or not SMALL <= size <= LARGE:
        return number
    nearest = int(libmp.to_int(libmp.mpf_add(interval.low, libmp.fhalf), "f"))
    return number if _distance(interval, nearest).agreed(NEAR) is not None else None


SMALL, LARGE = -1, 20
"""The logarithms to base 2 between which it matters how near a number is to a whole one."""


def _distance(interval: Interval, whole: int) -> Interval:
    number = libmp.from_int(whole)
    return Interval(libmp.mpf_sub(interval.low, number), libmp.mpf_sub(interval.high, number))


def _uncertain(interval: Interval, exact: Exact) -> Expr:
    """What is known of a number that no precision settles: it is whole, or how far it is at most from that."""
    whole = interval.whole() or 0
    if exact is not None and _cancels(exact - whole):
        return Rational(whole)
    distance = _distance(interval, whole)
    furthest = max(int(end[2]) + int(end[3]) for end in distance.ends if end[1])
    return Uncertain(Rational(whole), Rational(int(furthest * 0.30103) + 1))


def _cancels(expression: Expr) -> bool:
    """Whether an exact expression is 0 because its terms cancel when it is multiplied out."""
    if expression.has(sympy.sin, sympy.cos, sympy.tan):
        expression = expression.rewrite(sympy.exp)
    numerator, _ = sympy.fraction(sympy.together(expression))
    return bool(sympy.expand(numerator) == 0)


@dataclass(frozen=True)
class _Naming:
    """Says in errors which node they are about."""

    node: Node
    before: str = ""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        name = f"{self.before}{self.node.name}"
        if isinstance(error, UndecidedError):
            raise UndecidedError(f"{name} meets {error}") from None
        if isinstance(error, DeriveError):
            raise DeriveError(f"{name} has no finite real value here: {error}") from None
