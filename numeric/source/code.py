"""Expressions of Python with the shapes of their arrays, and what is made of them: sums, products, calls."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from sympy import Expr

from numeric.source import tree
from numeric.source.printing import printed

Shape = tuple[Expr, ...]


@dataclass(frozen=True)
class Code:
    """An expression, and what its neighbours must know of it.

    ``shape`` is that of the array that it evaluates to, () for a number. ``whole`` marks an array of truth values or
    integers: a factor as it is, but no term of a sum.
    """

    node: ast.expr
    shape: Shape = ()
    whole: bool = False

    @property
    def negative(self) -> bool:
        """Whether a minus sign stands in front of it."""
        return tree.is_negative(self.node)

    @property
    def unsigned(self) -> Code:
        """The code without its sign."""
        return replace(self, node=self.node.operand) if tree.is_negative(self.node) else self

    @property
    def source(self) -> str:
        """The expression as text."""
        return printed(self.node)


def named(word: str, shape: Shape = (), *, whole: bool = False) -> Code:
    """A variable."""
    return Code(tree.name(word), shape, whole)


def constant(value: int | float) -> Code:
    """A number."""
    return Code(tree.number(value))


def broadcast(shapes: Iterable[Shape]) -> Shape:
    """The shape to which arrays of these shapes are broadcast, aligned on the right."""
    result: Shape = ()
    for shape in shapes:
        rank = max(len(result), len(shape))
        padded = [(*[1] * (rank - len(known)), *known) for known in (result, shape)]
        result = tuple(b if a == 1 else a for a, b in zip(*padded, strict=True))
    return result


def combined(operator: ast.operator, parts: Sequence[Code], *, whole: bool = False) -> Code:
    """The parts with an operator between them, from the left on."""
    node = reduce(lambda left, right: tree.binary(left, operator, right), (part.node for part in parts))
    return Code(node, broadcast(part.shape for part in parts), whole)


def compared(left: Code, sign: ast.cmpop, right: Code, *, whole: bool = False) -> Code:
    """A comparison."""
    return Code(ast.Compare(left.node, [sign], [right.node]), broadcast([left.shape, right.shape]), whole)


def inverted(code: Code) -> Code:
    """Truth values, the other way round."""
    return replace(code, node=ast.UnaryOp(ast.Invert(), code.node))


def real(code: Code) -> Code:
    """The code as an array of real numbers."""
    if not code.whole:
        return code
    node = _times(ast.Constant(1.0), code.unsigned.node)
    return Code(tree.negative(node) if code.negative else node, code.shape)


def negated(code: Code) -> Code:
    """The code with the other sign."""
    if code.negative:
        return code.unsigned
    plain = real(code)
    return Code(tree.negative(plain.node), plain.shape)


def added(terms: Sequence[Code]) -> Code:
    """A sum: terms with a plus sign first, so that ``y_hat - y`` begins with no sign."""
    if len(terms) == 1:
        return terms[0]
    return summed([real(term) for term in terms])


def summed(terms: Sequence[Code], *, whole: bool = False) -> Code:
    """A sum of terms as they are, those with a plus sign first."""
    first, *others = sorted(terms, key=lambda term: term.negative)
    node = first.node
    for term in others:
        node = tree.binary(node, ast.Sub() if term.negative else ast.Add(), term.unsigned.node)
    return Code(node, broadcast(term.shape for term in terms), whole)


def multiplied(above: Sequence[Code], below: Sequence[Code] = (), divisor: str = "") -> Code:
    """An elementwise product and quotient, arrays that divide put through the pattern ``divisor``."""
    negative = sum(code.negative for code in (*above, *below)) % 2 == 1
    top = [code.unsigned for code in above if not tree.same(code.unsigned.node, ast.Constant(1))]
    shape = broadcast(code.shape for code in (*above, *below))
    if len(top) == 1 and not below and top[0].shape == shape:
        return negated(top[0]) if negative else top[0]
    if negative:
        top.sort(key=lambda code: code.whole)  # truth values take no minus sign
        top[:1] = [real(code) for code in top[:1]]
    node = reduce(_times, (code.node for code in top)) if top else ast.Constant(1)
    arrays = [code.unsigned for code in below if code.shape]
    numbers = [code.unsigned for code in below if not code.shape]
    for group in (arrays, numbers):
        if group:
            under = reduce(_times, (code.node for code in group))
            if divisor and group is arrays:
                under = tree.quoted(divisor, a=under)
            node = tree.binary(node, ast.Div(), under)
    factors = [code for code in above if code.shape]
    whole = bool(factors) and not below and all(code.whole for code in factors)
    return Code(tree.negative(node) if negative else node, shape, whole)


def _times(left: ast.expr, right: ast.expr) -> ast.expr:
    """A product; factors of a factor follow those before it, so that no brackets are needed."""
    if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult | ast.Div):
        return tree.binary(_times(left, right.left), right.op, right.right)
    return tree.binary(left, ast.Mult(), right)


def matrix_product(left: Code, right: Code) -> Code:
    """``left @ right`` by the rules of arrays of one and two axes."""
    left, right = real(left), real(right)
    return Code(tree.binary(left.node, ast.MatMult(), right.node), left.shape[:-1] + right.shape[1:])


def called(pattern: str, *arguments: Code) -> Code:
    """A call by its pattern, such as ``torch.maximum(a, b)``, elementwise in its arguments."""
    parts = {hole: real(argument).node for hole, argument in zip("ab", arguments, strict=False)}
    return Code(tree.quoted(pattern, parts), broadcast(argument.shape for argument in arguments))


def method(code: Code, name: str, shape: Shape, *arguments: ast.expr, **keywords: ast.expr) -> Code:
    """A call of a method, with the shape of its result."""
    return Code(tree.method(code.node, name, *arguments, **keywords), shape, code.whole)


def at(code: Code, places: Iterable[ast.expr], shape: Shape) -> Code:
    """What stands at places of an array."""
    return Code(tree.subscript(code.node, places), shape, code.whole)


def transposed(code: Code) -> Code:
    """``.T``."""
    return replace(code, node=ast.Attribute(code.node, "T", ast.Load()), shape=code.shape[::-1])
