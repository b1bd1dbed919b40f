"""The shapes of what equations read, inferred from the equations alone: axes that one index runs along are as long.

    y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + eps)*g[i]

x and g have one axis each, of one length: i runs along both, and j along that of x. That length is n, since n divides a
sum over j: it is a mean. What is left, eps, is a real number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from lark import Token, Tree
from sympy import Expr, Symbol

from derive.building.equations import left_indices
from derive.building.hints import element_of
from derive.building.placed import PlacedError, position_of, shown_in
from derive.building.reader import CONSTANTS, Reader, Vocabulary, parse_tree
from derive.errors import DefinitionError, nearest
from derive.expression import symbols
from derive.expression.affine import affine
from derive.expression.identifiers import word
from derive.forward import Domain

Length = str | int
"""The length of an axis as a user gives it."""

USUAL_SIZES: Mapping[str, str] = {"i": "n", "j": "m", "a": "n", "p": "P", "q": "Q", "e": "E_"}
"""What the axis of an index is called, where that is not the index as a capital."""

GREEK = frozenset(
    "alpha beta gamma delta eps epsilon zeta eta theta kappa lambda lam mu nu rho sigma tau phi chi psi omega".split()
)
"""What is no number of terms although it divides a sum."""

Node = tuple[str, str, int]
"""What has a length: an axis of a tensor, an index where it is bound, a size by its name."""


@dataclass(frozen=True)
class Inferred:
    """What was inferred: the tensors that are given, in the order in which they are read; shapes of these and of all
    rows; the sizes by their names, those that follow from others by their formulas, and what the given tensors hold."""

    given: tuple[str, ...]
    shapes: Mapping[str, tuple[Expr, ...]]
    sizes: Mapping[str, Expr]
    derived: tuple[tuple[Symbol, Expr], ...]
    domains: Mapping[str, Domain]


def inferred(
    text: str, functions: frozenset[str], shapes: Mapping[str, Sequence[Length]], scalars: Collection[str] = ()
) -> Inferred:
    """The shapes of the tensors in equations.

    Args:
        functions: the names of functions that have a formula elsewhere.
        shapes: those that are known: ``{"x": ("B", "n")}``, or ``{"w": (3,)}``.
        scalars: names without subscripts that are tensors of one number, and no constants.

    Raises:
        DefinitionError: the text cannot be read, a tensor is read with several numbers of axes or before it is defined,
            or the range of an index is not known.
    """
    tree = parse_tree(text, "rows", functions)
    with shown_in(text, tree):
        walk = _Walk([str(row.children[0]) for row in tree.children], set(scalars))
        for name, shape in shapes.items():
            walk.declare(name, shape)
        for row in tree.children:
            walk.row(row)
        unknown = [name for name in shapes if name not in walk.ranks]
        if unknown:
            raise DefinitionError(
                f"shapes has {unknown[0]}, which no equation reads; {nearest(unknown[0], walk.ranks)}"
            )
        return _Lengths(walk).found()


@dataclass(frozen=True)
class _Read:
    """An axis that is read by arithmetic of indices, with the indices that are in scope there."""

    axis: Node
    subscript: Tree[Any]
    scope: Mapping[str, Node]

    @property
    def letters(self) -> list[str]:
        """The indices that it reads, in the order of the text."""
        names = [str(symbol.children[0]) for symbol in self.subscript.find_data("symbol")]
        return [letter for letter in self.scope if letter in names]


@dataclass
class _Walk:
    """Collects which axes, indices and names of sizes have one length, while the equations are read in order."""

    rows: list[str]
    scalars: set[str]
    ranks: dict[str, int] = field(default_factory=dict)
    above: dict[Node, Node] = field(default_factory=dict)
    numbers: dict[Node, int] = field(default_factory=dict)
    bounds: dict[Node, Tree[Any]] = field(default_factory=dict)
    reads: list[_Read] = field(default_factory=list)
    left: dict[Node, tuple[str, Any]] = field(default_factory=dict)
    sizes: dict[str, None] = field(default_factory=dict)
    plain: dict[str, None] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    defined: set[str] = field(default_factory=set)

    def declare(self, name: str, shape: Sequence[Length]) -> None:
        """Note the lengths of a tensor that are known."""
        for axis, length in enumerate(shape):
            node = ("axis", name, axis)
            if isinstance(length, int):
                self.numbers[node] = length
            else:
                self.is_size(word(length, "a size"), node)
        if not shape:
            self.scalars.add(name)

    def row(self, row: Tree[Any]) -> None:
        """Read a row: its indices have the lengths of its axes."""
        name, subscripts, body = str(row.children[0]), row.children[1], row.children[2]
        letters = left_indices(row)
        scope = {letter: self._index(letter) for letter in letters}
        self._has_axes(row.children[0], len(letters))
        for axis, letter in enumerate(letters):
            place = subscripts.children[axis]
            node = ("axis", name, axis)
            self._alike(node, scope[letter])
            self.left[node] = letter, place.children[0]
            if place.data == "range":
                self._bound(scope[letter], place.children[1])
        self._walk(body, scope)
        self.defined.add(name)

    def _index(self, letter: str) -> Node:
        node = ("index", letter, len(self.above))
        self.above[node] = node
        return node

    def root(self, node: Node) -> Node:
        """What stands for all that has the length of a node."""
        while self.above.setdefault(node, node) != node:
            node = self.above[node]
        return node

    def members(self, root: Node) -> list[Node]:
        """All that has that length, in the order in which it was met."""
        return [node for node in self.above if self.root(node) == root]

    def _alike(self, one: Node, other: Node) -> None:
        first, second = self.root(one), self.root(other)
        self.above[second] = first

    def is_size(self, name: str, node: Node) -> None:
        self.sizes[name] = None
        self._alike(("size", name, 0), node)

    def _bound(self, node: Node, bound: Tree[Any]) -> None:
        """Note the range that is written for an index."""
        if bound.data == "symbol":
            self.is_size(str(bound.children[0]), node)
        elif bound.data == "number":
            self.numbers[node] = int(str(bound.children[0]))
        else:
            self.bounds[node] = bound
            self._names_of_sizes(bound, ())

    def _names_of_sizes(self, tree: Tree[Any], letters: Collection[str]) -> None:
        for symbol in tree.find_data("symbol"):
            name = str(symbol.children[0])
            if name not in letters and name not in self.ranks:
                self.sizes[name] = None

    def _has_axes(self, token: Any, rank: int) -> None:
        """Note the number of axes of a tensor.

        Raises:
            PlacedError: it has another number elsewhere.
        """
        known = self.ranks.setdefault(str(token), rank)
        if known != rank:
            raise PlacedError(
                f"{token} has {known} axes, {rank} subscripts were given; {element_of(str(token), known)}",
                position_of(token),
            )

    def _walk(self, tree: Tree[Any] | Token | None, scope: Mapping[str, Node]) -> None:
        if not isinstance(tree, Tree):
            return
        handler = getattr(self, f"_{tree.data}", None)
        if handler is not None:
            handler(tree, scope)
            return
        for child in tree.children:
            self._walk(child, scope)

    def _symbol(self, tree: Tree[Any], scope: Mapping[str, Node]) -> None:
        name = str(tree.children[0])
        if name in self.scalars or name in self.defined:
            self._has_axes(tree.children[0], 0)
        elif name not in scope and name not in CONSTANTS:
            self.plain[name] = None

    def _access(self, tree: Tree[Any], scope: Mapping[str, Node]) -> None:
        token, subscripts = tree.children
        name = str(token)
        if name in self.rows and name not in self.defined:
            raise PlacedError(f"{name} is read before its own equation has defined it", position_of(token))
        self._has_axes(token, len(subscripts.children))
        for axis, child in enumerate(subscripts.children):
            node = ("axis", name, axis)
            self.root(node)
            letter = str(child.children[0]) if child.data == "symbol" else ""
            if letter in scope:
                self._alike(node, scope[letter])
                continue
            for inner in child.find_data("access"):
                self.domains[str(inner.children[0])] = "class"
            if any(child.find_data("access")):
                self._walk(child, scope)
            else:
                self.reads.append(_Read(node, child, scope))
                if child.data != "symbol":  # an index alone that nothing binds is no size
                    self._names_of_sizes(child, scope)

    def _reduction(self, tree: Tree[Any], scope: Mapping[str, Node]) -> None:
        self._counted(tree, scope, ())

    def _multiply(self, tree: Tree[Any], scope: Mapping[str, Node]) -> None:
        self._product(tree, scope)

    def _divide(self, tree: Tree[Any], scope: Mapping[str, Node]) -> None:
        self._product(tree, scope)

    def _product(self, tree: Tree[Any], scope: Mapping[str, Node]) -> None:
        """Read a product. What divides a sum in it is the number of its terms."""
        above, below = _factors(tree)
        for factor in above:
            if factor.data == "reduction":
                self._counted(factor, scope, below)
            else:
                self._walk(factor, scope)
        for factor in below:
            self._walk(factor, scope)

    def _counted(self, tree: Tree[Any], scope: Mapping[str, Node], below: Sequence[Tree[Any]]) -> None:
        """Read a sum or a maximum that something divides."""
        kind, *ranges, condition, body = tree.children
        inner = dict(scope)
        for part in ranges:
            letter, bound = part.children
            inner[str(letter)] = self._index(str(letter))
            if bound is not None:
                self._bound(inner[str(letter)], bound)
        if str(kind) in ("sum", "Σ"):
            dividing = [name for factor in (*below, *_factors(body)[1]) for name in _names_of_number(factor)]
            counts = [name for name in dividing if name not in scope and name not in GREEK and name not in self.ranks]
            if len(counts) == len(ranges):
                for name, part in zip(counts, ranges, strict=True):
                    self.is_size(name, inner[str(part.children[0])])
        self._walk(condition, inner)
        self._walk(body, inner)

    def _call(self, tree: Tree[Any], scope: Mapping[str, Node]) -> None:
        """Read the application of a function; a logarithm or a root of a tensor's element takes positive numbers."""
        name, *arguments = tree.children
        for argument in arguments:
            if str(name) in ("log", "ln", "sqrt") and argument.data == "access":
                self.domains.setdefault(str(argument.children[0]), "positive")
            if str(name) in ("log", "ln") and argument.data == "subtract" and argument.children[1].data == "access":
                self.domains[str(argument.children[1].children[0])] = "unit"
            self._walk(argument, scope)


def _factors(tree: Tree[Any]) -> tuple[list[Tree[Any]], list[Tree[Any]]]:
    """The factors of a product, and what it is divided by."""
    if not isinstance(tree, Tree) or tree.data not in ("multiply", "divide"):
        return [tree], []
    above, below = _factors(tree.children[0])
    over, under = _factors(tree.children[1])
    return ([*above, *over], [*below, *under]) if tree.data == "multiply" else ([*above, *under], [*below, *over])


def _names_of_number(tree: Tree[Any]) -> Iterator[str]:
    """The names in what may be a number of terms, or its root: n, sqrt(d), n*m."""
    if tree.data == "symbol":
        yield str(tree.children[0])
    elif tree.data == "call" and str(tree.children[0]) == "sqrt" and len(tree.children) == 2:
        yield from _names_of_number(tree.children[1])
    elif tree.data == "multiply":
        for child in tree.children:
            yield from _names_of_number(child)


@dataclass
class _Lengths:
    """Gives every axis its length: a name that the equations have for it, a number, or a letter after its index."""

    walk: _Walk
    lengths: dict[Node, Expr] = field(default_factory=dict)
    derived: list[tuple[Symbol, Expr]] = field(default_factory=list)

    def found(self) -> Inferred:
        """What was inferred."""
        walk = self.walk
        for node in walk.left:
            self._tie(node)
        self._named()
        given = [name for name in walk.ranks if name not in walk.rows]
        for name in given:
            for axis in range(walk.ranks[name]):
                self._length(("axis", name, axis))
        for node in walk.left:
            if walk.root(node) not in self.lengths:
                self._of_window(node)
        shapes = {
            name: tuple(self.lengths[walk.root(("axis", name, axis))] for axis in range(rank))
            for name, rank in walk.ranks.items()
        }
        domains = {name: domain for name, domain in walk.domains.items() if name in given}
        return Inferred(tuple(given), shapes, self._sizes, tuple(self.derived), domains)

    @property
    def _sizes(self) -> dict[str, Expr]:
        """The sizes by the names that the equations have for them."""
        names = self.walk.sizes
        return {name: self.lengths.get(self.walk.root(("size", name, 0)), symbols.size(name)) for name in names}

    def _named(self) -> None:
        """The lengths that the equations, or what is known of shapes, say by a name or a number."""
        for node, number in self.walk.numbers.items():
            self.lengths[self.walk.root(node)] = sympy.Integer(number)
        for name in self.walk.sizes:
            root = self.walk.root(("size", name, 0))
            if self.lengths.setdefault(root, symbols.size(name)) != symbols.size(name):
                if self.lengths[root].is_Integer:
                    continue
                raise DefinitionError(f"{self.lengths[root]} and {name} are both the length of one axis: use one name")

    def _tie(self, node: Node) -> None:
        """Take a size that only the written range of an index knows for the length of the one axis that it moves on."""
        walk = self.walk
        root = walk.root(node)
        bound = next((walk.bounds[index] for index in walk.members(root) if index in walk.bounds), None)
        if bound is None:
            return
        names = dict.fromkeys(str(symbol.children[0]) for symbol in bound.find_data("symbol"))
        moved = [read for read in walk.reads if any(walk.root(read.scope[letter]) == root for letter in read.letters)]
        used = {str(symbol.children[0]) for read in walk.reads for symbol in read.subscript.find_data("symbol")}
        free = [name for name in names if name not in used and len(walk.members(walk.root(("size", name, 0)))) == 1]
        axes = dict.fromkeys(walk.root(read.axis) for read in moved)
        open_ = [axis for axis in axes if all(kind != "size" for kind, _, _ in walk.members(axis))]
        if len(free) == len(open_) == 1:
            walk.is_size(free[0], open_[0])

    def _length(self, node: Node) -> Expr:
        """The length of an axis of what is given, with a name of its own where the equations have none."""
        root = self.walk.root(node)
        if root not in self.lengths:
            letters = [letter for kind, letter, _ in self.walk.members(root) if kind == "index"]
            moving = [letter for read in self.walk.reads if read.axis == node for letter in read.letters]
            called = [USUAL_SIZES.get(letter, letter.upper()) for letter in (*letters, *moving)]
            wanted = called[0] if letters else f"{called[0]}_in" if called else "L"
            self.lengths[root] = symbols.size(self._free(wanted, letters[0] if letters else node[1]))
        return self.lengths[root]

    def _free(self, wanted: str, of: str) -> str:
        """The name, or another one where something is called so already."""
        taken = {*self.walk.ranks, *self.walk.plain, *self.walk.sizes, *map(str, self.lengths.values())}
        tries = (wanted, of.upper(), f"n_{of}", *(f"n_{of}{number}" for number in range(2, 99)))
        return next(name for name in tries if name not in taken)

    def _of_window(self, node: Node) -> None:
        """The length of an axis whose index only moves a window: as many places as the window has inside.

        Raises:
            PlacedError: nothing says it, or the window reads outside of what is given, which is 0 there.
        """
        root, (letter, token) = self.walk.root(node), self.walk.left[node]
        for index in self.walk.members(root):
            if index in self.walk.bounds:
                bound = self._read(self.walk.bounds[index], ())
                self.lengths[root] = bound if bound.is_Integer or bound.is_Symbol else self._derived(letter, bound)
                return
        formulas = {formula for read in self.walk.reads for formula in self._places(read, root)}
        if len(formulas) != 1 or None in formulas:
            raise PlacedError(
                f"the range of index {letter} is not known: say it on the left, {node[1]}[{letter}<size] = ..., "
                "as outside of what they read tensors are 0",
                position_of(token),
            )
        formula = formulas.pop()
        self.lengths[root] = self._derived(letter, formula)

    def _derived(self, letter: str, formula: Expr) -> Symbol:
        symbol = symbols.size(self._free(USUAL_SIZES.get(letter, letter.upper()), letter))
        self.derived.append((symbol, formula))
        return symbol

    def _read(self, tree: Tree[Any], letters: Collection[str]) -> Expr:
        """Arithmetic of indices and sizes as an expression."""
        sizes = Vocabulary({}, self._sizes, {})
        return Reader(sizes, set(letters), place="the range of an index").read(tree)

    def _places(self, read: _Read, root: Node) -> Iterator[Expr | None]:
        """At how many places a window is inside of what it reads; None where it may stand outside."""
        moving = [letter for letter, node in read.scope.items() if self.walk.root(node) == root]
        if not set(read.letters) & set(moving):
            return
        letters = {letter: symbols.index(letter) for letter in read.scope}
        found = affine(self._read(read.subscript, read.scope), letters.values())
        if found is None or self.walk.root(read.axis) not in self.lengths:
            yield None
            return
        room = self.lengths[self.walk.root(read.axis)] - 1 - found.constant
        for letter, slope in found.slopes.items():
            if not slope.is_positive or not found.constant.is_nonnegative:
                yield None
                return
            if letter.name not in moving:
                room -= slope * (self._reach(read.scope[letter.name]) - 1)
        slope = found.slopes[letters[moving[0]]]
        yield sympy.floor(room / slope) + 1

    def _reach(self, index: Node) -> Expr:
        """The number of values of an index."""
        root = self.walk.root(index)
        if root not in self.lengths and index in self.walk.bounds:
            return self._read(self.walk.bounds[index], ())
        return self._length(index)


def as_read(equations: Inferred, functions: frozenset[str]) -> Vocabulary:
    """What the names in the equations stand for."""
    return replace(Vocabulary({}, {}, {}, functions), shapes=dict(equations.shapes), sizes=dict(equations.sizes))
