"""What a network does while no unit changes its side: every layer as a matrix and a vector, derived from its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy
from sympy import Dummy, Expr, Indexed, Symbol
from sympy.core.function import AppliedUndef

from answers.errors import HomeworkContentError
from answers.formulas.curves import breaks
from derive.building.blueprint import Block
from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.expression.scalar import ScalarFunction
from derive.matrix.build import plus, product, zero
from derive.matrix.nodes import Identity, Named, Node, Plus
from derive.network import Network
from derive.steps import Quantity


@dataclass(frozen=True)
class Stage:
    """A stage of a network as ``value = slope·reads + offset``, where its units keep their sides.

    ``matrix`` and ``offset`` give the value in the input itself. A stage that ``bends`` has a slope that depends on
    the sides; it is then named, and ``slope`` is that name.
    """

    block: Block
    slope: Node
    matrix: Node
    offset: Node
    jacobian: Derivation
    bends: bool
    sides: tuple[float, ...] = ()


def stages(network: Network) -> tuple[Stage, ...]:
    """The stages from the input to the prediction.

    Raises:
        HomeworkContentError: a stage is neither linear nor made of straight pieces through the origin.
    """
    source = network.forward.tensors[network.blocks[0].reads]
    if len(source.shape) != 1:
        raise HomeworkContentError(f"the input {source.name} has {len(source.shape)} axes, expected a vector")
    matrix: Node = Identity(source.shape[0])
    offset: Node = zero(source.shape[0])
    found: list[Stage] = []
    for block in network.blocks:
        if block.value == "l":
            break
        stage = _stage(network, block, matrix, offset, 1 + sum(stage.bends for stage in found))
        matrix, offset = stage.matrix, stage.offset
        found.append(stage)
    return tuple(found)


def _stage(network: Network, block: Block, matrix: Node, offset: Node, number: int) -> Stage:
    row = network.forward.row[block.value]
    functions = network.forward.function
    jacobian = network.jacobian(block.value, block.reads)
    applied = [use for use in row.expression.atoms(AppliedUndef) if use.func.__name__ in functions]
    if applied or row.expression.has(Bracket):
        rows = row.tensor.shape[0]
        _require_straight(row.expression, block, functions)
        slope: Node = Named(f"D{number}", rows, rows)
        sides = _sides(row.expression, functions)
        return Stage(block, slope, product(slope, matrix), _applied(slope, offset), jacobian, True, sides)
    if jacobian.matrix is None or not _is_constant(jacobian):
        raise HomeworkContentError(f"the stage {block.label} is not linear in {block.reads}")
    # An affine map is its Jacobian times the argument and its value at 0, for which every element read is set to 0.
    constant = row.expression.replace(
        lambda node: isinstance(node, Indexed) and symbols.name_of(node) == block.reads, lambda _: sympy.S.Zero
    ).doit(deep=False)
    own = network.deriver.former.form(sympy.expand(constant), Quantity(block.value, row.indices, row.tensor.shape))
    if own is None:
        raise HomeworkContentError(f"the constant of the stage {block.label} has no matrix form")
    total = plus(_applied(jacobian.matrix, offset), own)
    return Stage(block, jacobian.matrix, product(jacobian.matrix, matrix), total, jacobian, False)


def _applied(matrix: Node, column: Node) -> Node:
    """The matrix times a column, term by term."""
    if isinstance(column, Plus):
        return plus(*(product(matrix, term) for term in column.terms))
    return product(matrix, column)


def _is_constant(jacobian: Derivation) -> bool:
    """Whether a derivative reads parameters alone."""
    parameters = {tensor.name for tensor in jacobian.forward.given if tensor.role == "parameter"}
    return all(symbols.name_of(access) in parameters for access in symbols.accesses(jacobian.result))


def _written_out(expression: Expr, functions: dict[str, ScalarFunction]) -> Expr:
    while uses := [use for use in expression.atoms(AppliedUndef) if use.func.__name__ in functions]:
        expression = expression.xreplace({use: functions[use.func.__name__].at(use.args[0]) for use in uses})
    return expression


def _element(expression: Expr) -> Expr:
    (element,) = expression.atoms(Indexed)
    return element


def _require_straight(expression: Expr, block: Block, functions: dict[str, ScalarFunction]) -> None:
    """Complain unless the function is a multiple of its argument on each side of its kinks."""
    written = _written_out(expression, functions)
    u = Symbol("u", real=True)
    plain = written.xreplace({_element(written): u})
    # Whatever values the conditions have, 0 or 1 each, what is left must be c*u: so letters stand for them, and one
    # question is asked instead of one for each combination. A constant term would move the kink of the next stage.
    piece = plain.xreplace({bracket: Dummy() for bracket in plain.atoms(Bracket)})
    if not piece.is_polynomial(u) or sympy.Poly(piece, u).degree() > 1 or sympy.expand(piece).subs(u, 0) != 0:
        raise HomeworkContentError(
            f"the stage {block.label} is not made of straight pieces through the origin, as ReLU and LeakyReLU are"
        )


def _sides(expression: Expr, functions: dict[str, ScalarFunction]) -> tuple[float, ...]:
    written = _written_out(expression, functions)
    u = Symbol("u", real=True)
    return breaks(written.xreplace({_element(written): u}), u, tuple(functions.values()))


def bending(found: tuple[Stage, ...]) -> Iterator[Stage]:
    """The stages whose slope depends on the sides of their units."""
    return (stage for stage in found if stage.bends)
