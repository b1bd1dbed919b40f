"""One letter for one axis: the same in every equation of a forward definition, forward and backward.

Axes that the rows read with one index are one axis: the rows of W1, b1 and z1. Each has a letter of its own as far as
the letters reach; where an equation needs a second index on an axis, it gets one that stands for no axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sympy import Basic, Expr, Indexed, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef

from derive.expression import symbols, walks
from derive.expression.partials import ends_of
from derive.forward import Forward
from derive.remembering import ONE, with_forward
from derive.steps import Quantity, Sentence, Step

POOL = "ijkmpqrstuvwnac"
"""Letters for indices, in the order in which they are given out."""

PLACES = "pqrstuvw"
"""Letters for axes that no row reads with an index alone: the places that windows move over."""

NEVER = frozenset("defglo")
"""Letters that are no indices though an equation has them: they mean other things beside derivatives."""

Axis = tuple[str, int]
"""A tensor and the number of one of its axes."""


class Lettering:
    """The letters of the axes of one forward definition."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        self._steps: dict[tuple[Step, str], Step] = {}
        self._parent: dict[Axis, Axis] = {}
        self._taken = _names(forward) | NEVER
        self._pool = [letter for letter in POOL if letter not in self._taken]
        named: list[tuple[str, Axis]] = []
        ranged: list[tuple[str, Axis]] = []
        for row in forward.rows:
            holders: dict[Symbol, list[Axis]] = {
                letter: [(row.name, place)] for place, letter in enumerate(row.indices)
            }
            ranged += [(letter.name, axes[0]) for letter, axes in holders.items()]
            named += [(letter.name, axes[0]) for letter, axes in holders.items()]
            named += self._joined(row.expression, holders)
        every = [(tensor.name, place) for tensor in forward.tensors.values() for place in range(len(tensor.shape))]
        self._letter: dict[Axis, str] = {}
        # The letter for all elements of a row says more than one of a sum in another row.
        wanted_by = {self._root(axis): letter for letter, axis in reversed(ranged)}
        for wanted, axis in (*named, *(("", axis) for axis in every)):
            self._give(wanted_by.get(self._root(axis), wanted), self._root(axis))

    def step(self, step: Step, top: str) -> Step:
        """The step in these letters; ``top`` is what the derivation differentiates.

        Derivations share most of their steps: what is the same step has one object, so that comparing takes no time.
        """
        if (step, top) not in self._steps:
            self._steps[step, top] = self._step(step, top)
        return self._steps[step, top]

    def _step(self, step: Step, top: str) -> Step:
        env = self._free(step.quantity, top)
        if env is None:
            return step
        within = self._extended(env, [step.expression])
        sentence = step.sentence
        if isinstance(sentence, Sentence):
            parts = sentence.parts
            said = self._extended(within, [*sentence.beside, *(part for part in parts if isinstance(part, Basic))])
            sentence = Sentence(tuple(self._visited(part, said) if isinstance(part, Basic) else part for part in parts))
        expression = self._visited(step.expression, within)
        return replace(step, quantity=_renamed(step.quantity, env), expression=expression, sentence=sentence)

    def equation(self, quantity: Quantity, expression: Expr) -> tuple[Quantity, Expr]:
        """A quantity and what it is in these letters."""
        env = self._free(quantity, ends_of(quantity.name)[0])
        if env is None:
            return quantity, expression
        return _renamed(quantity, env), self._visited(expression, self._extended(env, [expression]))

    def _joined(self, expression: Basic, holders: Mapping[Symbol, list[Axis]]) -> Iterator[tuple[str, Axis]]:
        """Note which axes the expression reads with one index; the bound letters with an axis that each reads."""
        if isinstance(expression, ExprWithLimits):
            letters = sorted((letter for letter, _, _ in expression.limits), key=str)
            own: dict[Symbol, list[Axis]] = {letter: [] for letter in letters}
            inner = list(self._joined(expression.function, {**holders, **own}))
            yield from ((letter.name, axes[0]) for letter, axes in own.items() if axes)
            yield from inner
            return
        if isinstance(expression, Indexed):
            for place, subscript in enumerate(expression.indices):
                if subscript in holders:
                    axis = (symbols.name_of(expression), place)
                    for other in holders[subscript]:
                        self._parent[self._root(axis)] = self._root(other)
                    holders[subscript].append(axis)
        for part in expression.args:
            if walks.holds(part, Indexed, Symbol):
                yield from self._joined(part, holders)

    def _root(self, axis: Axis) -> Axis:
        while self._parent.get(axis, axis) != axis:
            axis = self._parent[axis]
        return axis

    def _give(self, wanted: str, axis: Axis) -> None:
        """The axis gets the letter that its equation has for it if that is free, or the next one."""
        if axis in self._letter or not self._pool:
            return
        given = set(self._letter.values())
        own = len(wanted) == 1 and wanted not in given | self._taken
        order = self._pool if wanted else sorted(self._pool, key=lambda letter: letter not in PLACES)
        free = [letter for letter in order if letter not in given]
        self._letter[axis] = wanted if own else (free or self._pool)[0]

    def _free(self, quantity: Quantity, top: str) -> dict[Symbol, Symbol] | None:
        """New letters for the indices of a quantity; None where it is none of this definition."""
        ends = ends_of(quantity.name)
        tensors = self.forward.tensors
        if not all(end in tensors for end in ends):
            return None
        axes = [(end, place) for end in ends for place in range(len(tensors[end].shape))]
        if len(axes) != len(quantity.indices):
            return None
        pairs = list(zip(quantity.indices, axes, strict=True))
        if ends[0] != top:
            # In the passage of dl/dz1 its own index stands below, in the partials of what reads it.
            above = len(tensors[ends[0]].shape)
            pairs = [*pairs[above:], *pairs[:above]]
        env: dict[Symbol, Symbol] = {}
        for letter, axis in pairs:
            env[letter] = self._chosen(axis, letter, env.values())
        return env

    def _extended(self, env: Mapping[Symbol, Symbol], parts: Sequence[Basic]) -> dict[Symbol, Symbol]:
        """The new letters, and such for what else is free in the parts."""
        env = dict(env)
        for part in parts:
            for letter in sorted(walks.free_symbols(part) - set(env), key=str):
                if letter.is_integer and not letter.is_positive:
                    env[letter] = self._chosen(self._axis_of(letter, part), letter, env.values())
        return env

    def _visited(self, node: Basic, env: Mapping[Symbol, Symbol], around: frozenset[Symbol] = frozenset()) -> Basic:
        """An expression with its free letters replaced, and its bound ones by those of their axes.

        ``around`` are letters of sums that it stands in. One of them may be hidden in ``env``, where a sum inside had
        the same letter before; none is given out again.
        """
        if isinstance(node, Symbol):
            return env.get(node, node)
        if not isinstance(node, ExprWithLimits):
            return walks.mapped(node, lambda part: self._visited(part, env, around))
        inner = dict(env)
        letters = [letter for letter, _, _ in node.limits]
        outside = {*around, *env.values()}
        for letter in sorted(letters, key=lambda one: (self._axis_of(one, node.function) or ("~", 0), str(one))):
            new = self._chosen(self._axis_of(letter, node.function), letter, outside)
            inner[letter] = new
            outside.add(new)
        within = frozenset(outside)
        limits = [
            (inner[k], self._visited(low, inner, within), self._visited(high, inner, within))
            for k, low, high in node.limits
        ]
        body = self._visited(node.function, inner, within)
        return walks.total(body, limits) if isinstance(node, Sum) else node.func(body, *limits)

    def _axis_of(self, letter: Symbol, expression: Basic) -> Axis | None:
        """The axis that an expression reads with the letter alone."""
        for access in symbols.accesses(expression):
            if isinstance(access, Indexed) and letter in access.indices:
                ends = ends_of(symbols.name_of(access))
                axes = [
                    (end, place)
                    for end in ends
                    if end in self.forward.tensors
                    for place in range(len(self.forward.tensors[end].shape))
                ]
                if len(axes) == len(access.indices):
                    return axes[access.indices.index(letter)]
        return None

    def _chosen(self, axis: Axis | None, letter: Symbol, used: Iterable[Symbol]) -> Symbol:
        """The letter of the axis if no other index has it, else one of no axis."""
        taken = {symbol.name for symbol in used}
        own = self._letter.get(self._root(axis)) if axis is not None else None
        wanted = [] if own is None else [own]
        others = [one for one in self._pool if one not in self._letter.values()]
        for name in (
            *wanted,
            *([letter.name] if axis is None and letter.name not in self._taken else []),
            *others,
            *self._pool,
        ):
            if name not in taken:
                return symbols.index(name)
        (fresh,) = symbols.fresh_indices(1, {*taken, *self._taken})
        return fresh


@with_forward(ONE)
def lettering_of(forward: Forward) -> Lettering:
    """The letters of the axes of a forward definition."""
    return Lettering(forward)


def _names(forward: Forward) -> frozenset[str]:
    """The names of tensors, sizes and functions, which letters keep away from."""
    rows = [row.expression for row in forward.rows]
    shapes = [length for tensor in forward.tensors.values() for length in tensor.shape]
    formulas = [part for each in forward.sizes for part in each]
    sizes = {size.name for size in symbols.sizes_in([*rows, *shapes, *formulas])}
    functions = {applied.func.__name__ for row in rows for applied in walks.parts(row, AppliedUndef)}
    return frozenset({*sizes, *forward.tensors, *functions})


def _renamed(quantity: Quantity, env: Mapping[Symbol, Symbol]) -> Quantity:
    return replace(quantity, indices=tuple(env.get(letter, letter) for letter in quantity.indices))
