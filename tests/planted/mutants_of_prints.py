"""Wrong elements written out, matrices, ranges and cells of forward tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sympy import Add, ImmutableDenseMatrix, Indexed, Max, Min

from derive.expression import symbols
from derive.network import TableRow
from tests.planted.planting import Mutant

ANSWERS = {
    "elements": (
        "{kind: layer, layer: Conv1d, options: {outputs: 2, kernel: 2, padding: 1}, written_out: {C: 1, L: 3}, of: [z]}"
    ),
    "limits": "{kind: layer, layer: Conv1d, options: {outputs: 2, kernel: 3, stride: 2}, of: [z], ranges: limits}",
    "brackets": "{kind: layer, layer: Conv1d, options: {outputs: 2, kernel: 3, stride: 2}, of: [z], ranges: brackets}",
    "table": "{kind: forward_table, network: net}",
}

Rule = Callable[..., Any]
CONV = "Conv1d(2, 2, padding=1)"
STRIDED = "Conv1d(2, 3, stride=2)"
ELEMENTS = (CONV, "--wrt", "z", "--written-out", "C=1,L=3")
MATRIX = (CONV, "--wrt", "z", "--toeplitz", "C=1,L=3")
TABLE = ("x:n -> Linear(d) -> ReLU -> Linear(K) -> y_hat", "--loss", "MSE", "--wrt", "b2", "--forward")


def elements(change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Callable[[Rule], Rule]:
    """Other elements written out."""

    def planted(right: Rule) -> Rule:
        def written_out(*given: Any) -> Any:
            found = right(*given)
            return replace(found, elements=change(found.elements))

        return written_out

    return planted


def matrix(change: Callable[[ImmutableDenseMatrix], Any]) -> Callable[[Rule], Rule]:
    """Another matrix."""
    return lambda right: lambda *given: ImmutableDenseMatrix(change(right(*given)))


def one_further(element: Any) -> Any:
    """The element read one place further along the last axis."""
    return element.replace(
        lambda node: isinstance(node, Indexed),
        lambda node: symbols.element(symbols.name_of(node), [*node.indices[:-1], node.indices[-1] + 1]),
    )


def limits(change: Callable[[Any, Any], tuple[Any, Any]], kind: type) -> Callable[[Rule], Rule]:
    """A range that is one longer or shorter at the end that an extreme of a kind says."""

    def planted(right: Rule) -> Rule:
        def in_limits(*given: Any) -> Any:
            return right(*given).replace(lambda node: isinstance(node, kind), lambda node: change(node, 1))

        return in_limits

    return planted


def swapped(right: Rule) -> Rule:
    """Inputs in the column of outputs, and the reverse."""
    return lambda *given: tuple(TableRow(row.label, row.output, row.input) for row in right(*given))


def next_row(right: Rule) -> Rule:
    """The cells of each row in the next one."""

    def table(*given: Any) -> Any:
        rows = right(*given)
        return tuple(replace(row, output=other.output) for row, other in zip(rows, (*rows[1:], rows[0]), strict=True))

    return table


def last_term_lost(right: Rule) -> Rule:
    def definition(*given: Any) -> Any:
        found = right(*given)
        return Add(*found.args[:-1]) if isinstance(found, Add) else found

    return definition


def written(name: str, wrong: Callable[[Rule], Rule]) -> dict[str, Mutant]:
    target = "derive.written_out:written_out"
    return {f"elements: {name}": Mutant(target, wrong, "elements", "1a", derive=ELEMENTS)}


def entries(name: str, wrong: Callable[[Rule], Rule]) -> dict[str, Mutant]:
    why = "no kind of answer prints a Jacobian as a matrix at sizes"
    return {f"matrix: {name}": Mutant("derive.written_out:toeplitz", wrong, derive=MATRIX, only=why)}


def ranges(name: str, wrong: Callable[[Rule], Rule]) -> dict[str, Mutant]:
    derive = (STRIDED, "--wrt", "z", "--ranges", "limits")
    return {f"limits: {name}": Mutant("derive.with_ranges:in_limits", wrong, "limits", "1a", derive=derive)}


MUTANTS = {
    **written("one of the wrong sign", elements(lambda all_: (-all_[0], *all_[1:]))),
    **written("the last one 0", elements(lambda all_: (*all_[:-1], all_[-1] * 0))),
    **written("two swapped", elements(lambda all_: (all_[1], all_[0], *all_[2:]))),
    **written("in reverse order", elements(lambda all_: all_[::-1])),
    **written("a term lost", elements(lambda all_: (all_[0].func(*all_[0].args[1:]), *all_[1:]))),
    **written("one place further", elements(lambda all_: tuple(map(one_further, all_)))),
    **written("a factor", elements(lambda all_: tuple(one * 2 for one in all_))),
    **entries("rows in reverse order", matrix(lambda right: right[::-1, :])),
    **entries("columns in reverse order", matrix(lambda right: right[:, ::-1])),
    **entries("transposed", matrix(lambda right: right.T)),
    **entries("a row lost", matrix(lambda right: right[:-1, :])),
    **entries("of the wrong sign", matrix(lambda right: -right)),
    **entries("one place further", matrix(lambda right: right.applyfunc(one_further))),
    **ranges("from one earlier", limits(lambda node, by: node - by, Max)),
    **ranges("from one later", limits(lambda node, by: node + by, Max)),
    **ranges("to one later", limits(lambda node, by: node + by, Min)),
    **ranges("to one earlier", limits(lambda node, by: node - by, Min)),
    **ranges("no lower limit", limits(lambda node, by: node.args[0] if node.args[0].is_Integer else 0 * node, Max)),
    "table: inputs and outputs swapped": Mutant(
        "derive.network:Network.forward_table", swapped, "table", "1a", only="derive prints no inputs"
    ),
    "table: outputs of the next row": Mutant(
        "derive.network:Network.forward_table", next_row, "table", "1a", only="derive prints values without rows"
    ),
    "table: a term of an output lost": Mutant(
        "derive.calculus.express:Speaker.definition", last_term_lost, "table", "1a", derive=TABLE
    ),
}
