"""From index notation to matrix notation: Sum_k A[i, k] B[k, j] is the product A B."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import sympy
from sympy import Add, Basic, Expr, Indexed, KroneckerDelta, Mul, Pow, S, Sum, Symbol
from sympy.logic.boolalg import Boolean

from derive.calculus.conditions import together
from derive.expression import walks
from derive.expression.partials import partial_named
from derive.expression.symbols import fresh_indices, name_of, names_in, scalar, subscripts_of
from derive.matrix.build import column_of, diagonal_of, elementwise, plus, product, scale, transpose
from derive.matrix.contract import Contraction, Factor
from derive.matrix.nodes import Identity, Named, Node, Ones, Product, Scale, Slice, Stacked
from derive.matrix.reading import Reading
from derive.matrix.tidy import tidy
from derive.matrix.tree import leaves
from derive.matrix.windows import windows_of

Axes = tuple[Symbol, ...]


def recognise(
    expression: Expr,
    indices: tuple[Symbol, ...],
    shapes: Mapping[str, tuple[Expr, ...]],
    sizes: Mapping[Symbol, Expr],
    rows: frozenset[str] = frozenset(),
    apart: frozenset[str] = frozenset(),
    single: frozenset[str] = frozenset(),
) -> Node | None:
    """The matrix form of an expression whose free indices are ``indices``, or None if it has none.

    The node is 1 by 1 for no index, a column for one; of two indices the first counts the rows.

    Args:
        expression: an expression in elements of tensors, sums, brackets and scalar functions.
        indices: the free indices, in the order rows, columns.
        shapes: the shape of each tensor by name, partial derivatives included.
        sizes: the size of each free index.
        rows: tensors of rank one that are printed as rows.
        apart: tensors whose elements are no coefficients where a label picks them, ``p[y]``: they will be written out.
        single: tensors of one place along every axis, which are read there and are coefficients.

    Raises:
        KeyError: ``sizes`` lacks a free index.
    """
    if len(indices) > 2:
        return None
    recogniser = _Recogniser(shapes, {k: sizes[k] for k in indices}, rows, Reading(apart, single))
    whole = recogniser.node(sympy.sympify(expression), indices)
    return None if whole is None else tidy(whole)


class _Recogniser:
    """One call of ``recognise``: the sizes of the indices met so far, and what was recognised before."""

    def __init__(
        self,
        shapes: Mapping[str, tuple[Expr, ...]],
        sizes: dict[Symbol, Expr],
        rows: frozenset[str],
        reading: Reading,
    ) -> None:
        self.shapes = shapes
        self.rows = rows
        self.sizes = sizes
        self.reading = reading
        gradients = (name for name in shapes if partial_named(name) or (name[0] == "d" and name[1:] in shapes))
        self.contraction = Contraction(sizes, frozenset(gradients))
        self.known: dict[tuple[Expr, Axes], Node | None] = {}

    def node(self, expression: Expr, axes: Axes) -> Node | None:
        """The node of an expression over the axes; what does not read an axis is repeated along it."""
        key = (expression, axes)
        if key not in self.known:
            self.known[key] = self._stacked(expression, axes) or self._sum(
                ([term] for term in Add.make_args(expression)), (), axes
            )
        return self.known[key]

    def _stacked(self, expression: Expr, axes: Axes) -> Node | None:
        """The node of a sum whose terms hold for neighbouring ranges of its one index."""
        if len(axes) != 1 or not isinstance(expression, Add):
            return None
        (k,) = axes
        parts: list[Node] = []
        for window in windows_of(expression, k, self.sizes[k]):
            (inner,) = fresh_indices(1, names_in(expression) | {symbol.name for symbol in self.sizes})
            self.sizes[inner] = window.length
            node = self.node(window.body.xreplace({k: inner + window.low}), (inner,))
            if node is None:
                return None
            parts.append(node)
        return Stacked(tuple(parts)) if parts else None

    def _sum(self, terms: Iterable[list[Expr]], bound: Axes, axes: Axes) -> Node | None:
        nodes: list[Node] = []
        for term in terms:
            node = self._term(term, bound, axes)
            if node is None:
                return None
            nodes.append(node)
        return plus(*sorted(nodes, key=_place_in_sum))

    def _term(self, factors: Sequence[Expr], bound: Axes, axes: Axes) -> Node | None:
        """The node of Sum_bound of the product of the factors: a sum among them whole, or distributed if smaller."""
        flat = self._flattened(factors, bound, axes)
        if flat is None:
            return None
        plain, bound = flat
        # (a + b) c is one product of matrices, a c + b c are two; but where the sum has no form of its own, each of its
        # terms may have one together with the other factors.
        whole = self._contracted(plain, bound, axes)
        for at, factor in enumerate(plain):
            if isinstance(factor, Add) and (whole is None or self._stands_alone(at, plain, bound)):
                rest = (*plain[:at], *plain[at + 1 :])
                distributed = self._sum(([addend, *rest] for addend in factor.args), bound, axes)
                if whole is None or (distributed is not None and leaves(distributed) < leaves(whole)):
                    return distributed
        return whole

    def _contracted(self, factors: Sequence[Expr], bound: Axes, axes: Axes) -> Node | None:
        coefficient: Expr = S.One
        parts: list[Factor] = []
        for factor in factors:
            if self.reading.is_coefficient(factor, self.sizes):
                coefficient *= factor
                continue
            part = self._factor(factor, (*axes, *bound))
            if part is None:
                return None
            parts.append(part)
        node = self.contraction.contract(parts, bound, axes)
        return None if node is None else scale(coefficient, node)

    def _flattened(self, factors: Sequence[Expr], bound: Axes, axes: Axes) -> tuple[list[Expr], Axes] | None:
        """The factors without products and sums over indices, and all bound indices, no two of one name."""
        plain: list[Expr] = []
        waiting = list(reversed(factors))
        while waiting:
            factor = waiting.pop()
            if isinstance(factor, Mul):
                waiting.extend(reversed(factor.args))
            elif isinstance(factor, Sum):
                opened = self._opened(factor, (*axes, *bound))
                if opened is None:
                    return None
                body, variables = opened
                bound = (*bound, *variables)
                waiting.append(body)
            else:
                plain.append(factor)
        return self._divisors_joined(together(list(self._squares_parted(plain, bound)))), bound

    def _opened(self, total: Sum, scope: Axes) -> tuple[Expr, Axes] | None:
        """The body and the bound indices of a sum, renamed where a name is taken; None for unusual bounds."""
        body: Expr = total.function
        variables: list[Symbol] = []
        for k, lower, upper in total.limits:
            length = upper + 1
            if lower != 0 or not self.reading.is_coefficient(length, self.sizes):
                return None
            if k in scope or k in variables or self.sizes.get(k, length) != length:
                taken = names_in(body) | {symbol.name for symbol in self.sizes}
                (renamed,) = fresh_indices(1, taken)
                body, k = walks.replaced(body, {k: renamed}), renamed
            self.sizes[k] = length
            variables.append(k)
        return body, tuple(variables)

    def _squares_parted(self, factors: Sequence[Expr], bound: Axes) -> Iterator[Expr]:
        """The factors with a square as two factors where that makes an inner product: Sum_k v[k]**2 = v^T v."""
        for at, factor in enumerate(factors):
            if isinstance(factor, Pow) and factor.exp == 2 and self._stands_alone(at, factors, bound, width=1):
                yield from (factor.base, factor.base)
            else:
                yield factor

    def _divisors_joined(self, factors: list[Expr]) -> list[Expr]:
        """The factors with divisors that read the same one element as one: 1/(y (1 - y)) of y."""
        joined: dict[frozenset[Indexed], Expr] = {}
        rest: list[Expr] = []
        for factor in factors:
            accesses = (
                walks.parts(factor, Indexed) if isinstance(factor, Pow) and factor.exp.is_negative else frozenset()
            )
            if len(accesses) == 1 and not walks.holds(factor, Sum, KroneckerDelta):
                key = frozenset(accesses)
                joined[key] = joined.get(key, S.One) * factor
            else:
                rest.append(factor)
        return [*rest, *joined.values()]

    def _stands_alone(self, at: int, factors: Sequence[Expr], bound: Axes, width: int = 2) -> bool:
        """Whether a factor reads a bound index that no other reads, and at most ``width`` indices."""
        own = self._axes(factors[at])
        others = [self.reading.symbols(factor) for position, factor in enumerate(factors) if position != at]
        return len(own) <= width and any(k in bound and not any(k in other for other in others) for k in own)

    def _axes(self, expression: Expr) -> frozenset[Symbol]:
        return frozenset(symbol for symbol in self.reading.symbols(expression) if symbol in self.sizes)

    def _factor(self, factor: Expr, scope: Axes) -> Factor | None:
        if isinstance(factor, Indexed):
            return self._element(factor)
        if isinstance(factor, KroneckerDelta):
            return self._delta(factor)
        reads = self._axes(factor)
        axes = self._orientation(factor, reads) or tuple(index for index in scope if index in reads)
        if len(reads) > 2 or len(axes) < len(reads):
            return None
        node = self.node(factor, axes) if isinstance(factor, Add) else self._pointwise(factor, axes)
        return None if node is None else Factor(axes, node)

    def _orientation(self, expression: Basic, reads: frozenset[Symbol]) -> Axes:
        """The order in which an element of the expression reads two indices, none if no element reads both."""
        if isinstance(expression, Indexed):
            subscripts = subscripts_of(expression)
            return subscripts if len(reads) == 2 and set(subscripts) == reads else ()
        return next(filter(None, (self._orientation(part, reads) for part in expression.args)), ())

    def _element(self, access: Indexed) -> Factor | None:
        """An element as a factor: v[i], A[i, j], A[i, i]; a fixed subscript multiplies by a basis column."""
        name, subscripts = name_of(access), subscripts_of(access)
        shape = self.shapes.get(name)
        if shape is None or len(shape) != len(subscripts) or len(shape) > 2:
            return None
        if len(shape) == 1 and (sliced := self._sliced(name, subscripts[0], shape[0])) is not None:
            return sliced
        fixed = [subscript not in self.sizes for subscript in subscripts]
        for subscript, is_fixed, length in zip(subscripts, fixed, shape, strict=True):
            if not (self._is_position(subscript) if is_fixed else self.sizes[subscript] == length):
                return None
        axes = tuple(subscript for subscript in subscripts if subscript in self.sizes)
        if len(shape) == 1:
            column: Node = Named(name, shape[0], S.One)
            if name in self.rows:
                column = transpose(Named(name, S.One, shape[0]))
            return Factor(axes, product(transpose(column_of(subscripts[0], shape[0])), column) if fixed[0] else column)
        matrix = Named(name, *shape)
        if len(axes) == 2:
            return Factor(axes[:1], diagonal_of(matrix)) if axes[0] == axes[1] else Factor(axes, matrix)
        row, column = (column_of(subscript, length) for subscript, length in zip(subscripts, shape, strict=True))
        if not axes:
            return Factor((), product(transpose(row), matrix, column))
        return Factor(axes, product(transpose(matrix), row) if fixed[0] else product(matrix, column))

    def _sliced(self, name: str, subscript: Expr, length: Expr) -> Factor | None:
        """Neighbouring elements of a vector as a factor, v[i + n], or v[i] for fewer i than v has elements."""
        letters = [symbol for symbol in subscript.free_symbols if symbol in self.sizes]
        if len(letters) != 1 or name in self.rows:
            return None
        start = sympy.expand(subscript - letters[0])
        rows = self.sizes[letters[0]]
        inside = sympy.expand(length - start - rows).is_nonnegative and start.is_nonnegative
        if rows == length or not inside or any(symbol in self.sizes for symbol in start.free_symbols):
            return None
        return Factor((letters[0],), Slice(Named(name, length, S.One), start, rows))

    def _is_position(self, subscript: Expr) -> bool:
        """Whether a subscript is an integer that no index changes: a number, a size, a class label."""
        return self.reading.is_coefficient(subscript, self.sizes) and all(
            symbol.name in self.shapes or (symbol.is_integer and symbol.is_positive)
            for symbol in self.reading.symbols(subscript)
        )

    def _delta(self, delta: KroneckerDelta) -> Factor | None:
        """[i = j] as the identity, [i = label] as a basis column."""
        ends = sorted(delta.args, key=lambda end: end not in self.sizes)
        first, second = ends
        if first not in self.sizes:
            return None
        if second in self.sizes:
            square = self.sizes[first] == self.sizes[second]
            return Factor((first, second), Identity(self.sizes[first])) if square else None
        return Factor((first,), column_of(second, self.sizes[first])) if self._is_position(second) else None

    def _pointwise(self, expression: Expr, axes: Axes) -> Node | None:
        """A scalar function applied elementwise, to one tensor if it reads one, else to the nodes inside it."""
        taken = names_in(expression)
        names = (name for name in ("u", "v", "w", *(f"u{count}" for count in range(1, 100))) if name not in taken)
        accesses = walks.parts(expression, Indexed)
        if len(accesses) == 1 and not walks.holds(expression, Sum, KroneckerDelta):
            (access,) = accesses
            variable = scalar(next(names))
            formula = walks.replaced(expression, {access: variable})
            argument = self.node(access, axes)
            if argument is None or not self.reading.is_coefficient(formula, self.sizes):
                return None
            return elementwise(formula, (variable,), (argument,))
        variables: dict[Node, Symbol] = {}
        formula = self._abstracted(expression, axes, variables, names)
        return None if formula is None else elementwise(formula, tuple(variables.values()), tuple(variables))

    def _abstracted(
        self, expression: Basic, axes: Axes, variables: dict[Node, Symbol], names: Iterator[str]
    ) -> Basic | None:
        """The expression with each argument of its function that is a node replaced by a variable."""
        arguments: list[Basic] = []
        for argument in expression.args:
            if isinstance(argument, Boolean):
                inside = self._abstracted(argument, axes, variables, names)
                if inside is None:
                    return None
                arguments.append(inside)
            elif self.reading.is_coefficient(argument, self.sizes):
                arguments.append(argument)
            else:
                node = self.node(argument, axes)
                if node is None:
                    return None
                if node not in variables:
                    variables[node] = scalar(next(names))
                arguments.append(variables[node])
        return expression.func(*arguments) if arguments else None


def _place_in_sum(node: Node) -> int:
    """Positive terms before negative ones; products before names, what is only repeated by ones last."""
    negative = 4 if isinstance(node, Scale) and node.coefficient.could_extract_minus_sign() else 0
    bare = node.node if isinstance(node, Scale) else node
    if isinstance(bare, Product):
        first, last = bare.factors[0], bare.factors[-1]
        repeated = isinstance(first, Ones) or (isinstance(last, Ones) and last.rows == 1)
        return negative + (2 if repeated else 0)
    return negative + 1
