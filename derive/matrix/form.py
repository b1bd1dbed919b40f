"""Matrix forms of a network's expressions, in its layout and in a vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import sympy
from sympy import Add, Expr, KroneckerDelta, S, Sum

from derive.building.blueprint import Block
from derive.conventions import Layout
from derive.expression import symbols, walks
from derive.expression.partials import partial_named
from derive.forward import Forward
from derive.matrix.build import transpose
from derive.matrix.nodes import Apply, Named, Node
from derive.matrix.recognise import recognise
from derive.matrix.substitute import coefficient_names, substitute
from derive.matrix.tidy import tidy
from derive.matrix.tree import leaves
from derive.matrix.units import Numbers, enlarged, with_units, without_units
from derive.steps import Quantity


class Former:
    """Finds matrix forms with the shapes of one forward definition."""

    def __init__(self, forward: Forward, blocks: tuple[Block, ...], layout: Layout) -> None:
        self.forward = forward
        self.block = {block.value: block for block in blocks}
        self.layout = layout
        self._definitions: dict[tuple[str, frozenset[str]], Node | None] = {}
        self._forms: dict[tuple[Expr, Quantity, frozenset[str]], Node | None] = {}

    def form(self, expression: Expr, quantity: Quantity, hidden: frozenset[str] = frozenset()) -> Node | None:
        """The matrix form of the quantity in the layout, or None where there is none.

        Values in ``hidden`` are replaced by their forward equations in matrix form.
        """
        key = (expression, quantity, hidden)
        if key not in self._forms:
            self._forms[key] = self._form(*key)
        return self._forms[key]

    def _form(self, expression: Expr, quantity: Quantity, hidden: frozenset[str]) -> Node | None:
        if len(quantity.indices) > 2:
            return self._between_vectors(expression, quantity, hidden)
        node = self._recognised(expression, quantity, hidden)
        if node is None:
            return None
        partial = quantity.partial
        if partial is not None:
            node = lay_out(node, self.layout, self.ranks[partial.top], self.ranks[partial.bottom])
        return self._finished(node, hidden)

    def _between_vectors(self, expression: Expr, quantity: Quantity, hidden: frozenset[str]) -> Node | None:
        """The matrix of a derivative between tensors with one axis of several places each: weights of one row."""
        partial = quantity.partial
        if partial is None:
            return None
        tops = self.ranks[partial.top]
        kept = [place for place, length in enumerate(quantity.shape) if length != 1]
        if [place < tops for place in kept] != [True, False]:
            return None
        first = {index: S.Zero for place, index in enumerate(quantity.indices) if place not in kept}
        indices, shape = ([one[place] for place in kept] for one in (quantity.indices, quantity.shape))
        plain = Quantity(quantity.name, tuple(indices), tuple(shape))
        node = self._recognised(expression.xreplace(first), plain, hidden)
        return None if node is None else self._finished(node, hidden)

    def value(self, name: str, hidden: frozenset[str], *, written_out: bool) -> Node | None:
        """The matrix form of a tensor's forward value: its name, or its equation."""
        node = (
            self.definition(name, hidden)
            if name in self.forward.row and (written_out or name in hidden)
            else self._leaf(name)
        )
        finished = None if node is None else self._finished(node, hidden)
        if finished is None or (written_out and _reads(finished) & self._internal - {name}):
            return None
        return finished

    @property
    def _internal(self) -> frozenset[str]:
        """The rows that no answer names."""
        return frozenset(row.name for row in self.forward.rows if row.tensor.role == "hidden")

    def _finished(self, node: Node, hidden: frozenset[str]) -> Node | None:
        """The node with hidden values written out; None where one stands in a coefficient, which has no node."""
        if coefficient_names(node) & hidden:
            return None
        written = tidy(substitute(node, lambda name: self._written(name, hidden) if name in hidden else None))
        return without_units(written, self.layout)

    def definition(self, name: str, hidden: frozenset[str] = frozenset()) -> Node | None:
        """The forward equation of a tensor in matrix form; what it reads of ``hidden`` is to be written out."""
        if (name, hidden) not in self._definitions:
            self._definitions[name, hidden] = self._definition(name, hidden)
        return self._definitions[name, hidden]

    def _definition(self, name: str, hidden: frozenset[str]) -> Node | None:
        row = self.forward.row[name]
        block = self.block.get(name)
        reads_hidden = any(
            self.forward.tensors[symbols.name_of(access)].role == "hidden"
            for access in symbols.accesses(row.expression)
            if symbols.name_of(access) in self.forward.tensors
        )
        # What has another shape than its argument is no function applied to it, such as softmax(z) is.
        if block and block.call and reads_hidden and self._keeps_shape(block):
            leaf = self._leaf(block.reads)
            return None if leaf is None else Apply(block.call, leaf, block.reads, name)
        return self._recognised(row.expression, Quantity(name, row.indices, row.tensor.shape), hidden)

    def _keeps_shape(self, block: Block) -> bool:
        tensors = self.forward.tensors
        return tensors[block.value].shape == tensors[block.reads].shape

    def _written(self, name: str, hidden: frozenset[str]) -> Node | None:
        definition = self.definition(name, hidden)
        return (
            None
            if definition is None
            else substitute(definition, lambda n: self._written(n, hidden) if n in hidden else None)
        )

    def _leaf(self, name: str) -> Node | None:
        shape = enlarged(self.forward.tensors[name].shape)
        if len(shape) > 2:
            return None
        rows, columns = (*shape, *[sympy.S.One] * (2 - len(shape)))
        return Named(name, rows, columns)

    def _recognised(self, expression: Expr, quantity: Quantity, hidden: frozenset[str] = frozenset()) -> Node | None:
        if len(quantity.indices) > 2:
            return None
        whole = all(length == 1 for length in quantity.shape)
        single = self._numbers.without(hidden).names_in(expression, partials=whole)
        expression = with_units(expression, single)
        sizes = dict(zip(quantity.indices, enlarged(quantity.shape), strict=True))
        candidates = [expression]
        if any(walks.holds(part, KroneckerDelta) for part in walks.parts(expression, Add)):
            candidates.append(sympy.expand(expression)) if not walks.holds(expression, Sum) else None
        rows = self._rows(expression) if self.layout == "numerator" else frozenset()
        found = [
            recognise(candidate, quantity.indices, self._shapes(candidate), sizes, rows, hidden, single)
            for candidate in candidates
        ]
        nodes = [tidy(substitute(node, self._transposed)) for node in found if node is not None]
        return min(nodes, key=leaves) if nodes else None

    @cached_property
    def _numbers(self) -> Numbers:
        """The tensors that are one number each, though they have axes."""
        return Numbers.of(self.forward)

    def _transposed(self, name: str) -> Node | None:
        """The gradient of a scalar by a matrix as numerator layout stores it, and so reads it: transposed."""
        partial = partial_named(name)
        if self.layout != "numerator" or partial is None:
            return None
        if self.ranks.get(partial.top) != 0 or self.ranks[partial.bottom] != 2:
            return None
        rows, columns = enlarged(self.forward.tensors[partial.bottom].shape)
        return transpose(Named(name, columns, rows))

    def _rows(self, expression: Expr) -> frozenset[str]:
        """The gradients of scalars in the expression that numerator layout prints as rows."""
        names = {symbols.name_of(access) for access in symbols.accesses(expression)}
        partials = {name: partial_named(name) for name in names}
        return frozenset(
            name
            for name, partial in partials.items()
            if partial and self.ranks[partial.top] == 0 and self.ranks[partial.bottom] == 1
        )

    def _shapes(self, expression: Expr) -> dict[str, tuple[Expr, ...]]:
        shapes = {}
        for access in symbols.accesses(expression):
            name = symbols.name_of(access)
            partial = partial_named(name)
            if name in self.forward.tensors:
                shapes[name] = enlarged(self.forward.tensors[name].shape)
            elif partial is not None and all(part in self.forward.tensors for part in partial.ends):
                shapes[name] = enlarged(
                    self.forward.tensors[partial.top].shape + self.forward.tensors[partial.bottom].shape
                )
        return shapes

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """The number of axes of every tensor."""
        return {name: len(tensor.shape) for name, tensor in self.forward.tensors.items()}


def _reads(node: Node) -> frozenset[str]:
    """The tensors whose matrices a node holds."""
    return frozenset(part.name for part in node.walk() if isinstance(part, Named))


def lay_out(node: Node, layout: Layout, numerator_rank: int, denominator_rank: int) -> Node:
    """The derivative in the layout, from the node over the numerator's indices followed by the denominator's.

    The gradient layout gives the derivative of a scalar the shape of the denominator: dl/dW is as W, dl/dy
    is a column. The numerator layout transposes it: dl/dy is a row. A Jacobian, the derivative of a column
    by a column, has the rows of its numerator in both, as textbooks that store gradients as columns write it.

    Raises:
        ValueError: a rank is negative, or the ranks add up to more than 2.
    """
    if min(numerator_rank, denominator_rank) < 0 or numerator_rank + denominator_rank > 2:
        raise ValueError(
            f"expected a derivative of rank at most 2, got a numerator of rank {numerator_rank} "
            f"and a denominator of rank {denominator_rank}"
        )
    return tidy(transpose(node) if layout == "numerator" and numerator_rank == 0 else node)
