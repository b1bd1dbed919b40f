"""The statements that compute a line, in the memory of what is not needed any more where that is safe."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Indexed, KroneckerDelta, Mul, Sum, Symbol

from derive.expression import symbols
from derive.expression.functions import ArgMax, Bracket
from derive.expression.matrices import InverseEntry, MatrixFunction
from derive.expression.partials import partial_name
from numeric.codegen.arrays import ArraySource
from numeric.codegen.blocks import of_block, summed_sample
from numeric.codegen.slices import Pieces, pieces
from numeric.errors import CompileError
from numeric.lowering.lines import Added, Line, is_product, names
from numeric.lowering.windows import BLOCK, added_back, view
from numeric.source import tree
from numeric.source.code import Code, method
from numeric.source.elements import MASK
from numeric.source.naming import python_name


@dataclass(frozen=True)
class Statements:
    """Writes one line; ``dead`` are the tensors whose arrays may be overwritten, ``windows`` those that are views."""

    source: ArraySource
    line: Line
    dead: frozenset[str]
    windows: frozenset[str] = frozenset()

    def written(self) -> list[ast.stmt]:
        """The statements.

        Raises:
            CompileError: something in the line has no source.
        """
        try:
            return self._written()
        except CompileError as error:
            raise CompileError(f"there is no generated code for {self.line.name}: {error}") from error

    @property
    def _name(self) -> str:
        return python_name(self.line.name)

    @property
    def _source(self) -> ArraySource:
        """The writer inside of the line."""
        limits = [(letter, 0, length - 1) for letter, length in zip(self.line.indices, self.line.shape, strict=True)]
        return self.source.within(limits)

    def _written(self) -> list[ast.stmt]:
        line = self.line
        if isinstance(line.expression, MatrixFunction):
            return [self._of_matrix(line.expression)]
        if line.windows is not None:
            return view(line.windows, self.source.size, self._name, python_name(line.windows.source))
        if line.added:
            return list(self._added())
        axes = (*line.indices, symbols.index("_column")) if line.column else line.indices
        return self._scattered() or self._pieces() or self._in_blocks() or self._steps(self._source, axes)

    def _of_matrix(self, expression: MatrixFunction) -> ast.stmt:
        """The determinants or the inverses of all the matrices in an array."""
        places = tuple(limit[0] for limit in expression.limits)
        ends = expression.place if isinstance(expression, InverseEntry) else ()
        if (*expression.leading, *places) != expression.matrix.indices or (
            *expression.leading,
            *ends,
        ) != self.line.indices:
            raise CompileError(f"{expression} is no function of whole matrices, one after the other")
        name = "inv" if ends else "det"
        value = tree.call(f"np.linalg.{name}", self.source.named(expression.name))
        return tree.assigned(self._name, tree.quoted("array[..., None]", array=value) if self.line.column else value)

    def _added(self) -> Iterator[ast.stmt]:
        """What is added to where windows were read, and then the rest of the line."""
        for number, added in enumerate(self.line.added):
            target = self._name if number == 0 else f"{self._name}_{number}"
            yield from self._added_back(added, target)
            if number:
                yield tree.assigned(self._name, tree.name(target), "+")
        rest = self.line.expression
        if rest != 0:
            yield _added(tree.name(self._name), self._source.value(rest, self.line.indices))

    def _added_back(self, added: Added, target: str) -> list[ast.stmt]:
        windows = added.windows
        outer = {letter: windows.ranges[letter] for letter in windows.outer}
        source = replace(self.source, ranges={**self.source.ranges, **outer})
        if is_product(added.values):
            return self._product_added_back(added, target)
        values = source.value(added.values, windows.outer).node
        first: list[ast.stmt] = []
        if not added.values.has(*windows.inner) and not isinstance(values, ast.Name):
            # It is the same at every place within the windows.
            same = tree.name(python_name(partial_name("l", windows.row.name)))
            first, values = [tree.assigned(same, values)], same
        dtype = self._type_of(added.values)
        return [*first, *added_back(windows, self.source.size, target, self.line.shape, values, dtype)]

    def _product_added_back(self, added: Added, target: str) -> list[ast.stmt]:
        """A matrix product as the gradient of windows, in blocks of samples if it can be."""
        windows = added.windows
        source = replace(self.source, ranges={**self.source.ranges, **windows.ranges})
        text, in_block = of_block(source, added.values, windows.row.indices, windows.outer[0])
        name = tree.name(python_name(partial_name("l", windows.row.name)))
        values = tree.subscript(name, [ast.Constant(...), *(tree.name(str(letter)) for letter in windows.inner)])
        dtype = self._type_of(added.values)
        sizes = (self.source.size, target, self.line.shape)
        if in_block and windows.places[0] is None:
            return added_back(windows, *sizes, values, dtype, tree.assigned(name, text.node))
        text = source.array(added.values, windows.row.indices)
        return [tree.assigned(name, text.node), *added_back(windows, *sizes, values, dtype)]

    def _in_blocks(self) -> list[ast.stmt]:
        """A gradient that is a sum over the samples of a product with windows."""
        expression = self.line.expression
        sample = summed_sample(expression, self.windows)
        if sample is None or self.line.stage != "backward":
            return []
        text, in_block = of_block(self._source, expression, self.line.indices, sample)
        if not in_block:
            return []
        samples = next(self.source.size(upper + 1) for letter, _, upper in expression.limits if letter == sample)
        return [
            self._zeros(expression),
            tree.loop(BLOCK, tree.call("blocks", samples), [tree.assigned(self._name, text.node, "+")]),
        ]

    def _zeros(self, expression: Expr) -> ast.stmt:
        """The array of the line, of zeros as numbers of the type that the expression has."""
        return tree.assigned(self._name, tree.call("np.zeros", self._shape, self._type_of(expression)))

    def _type_of(self, expression: Expr) -> ast.expr:
        return tree.quoted("array.dtype", array=tree.name(python_name(self._real_in(expression))))

    def _real_in(self, expression: Expr) -> str:
        """An array of real numbers that the expression reads."""
        for access in symbols.accesses(expression):
            name = symbols.name_of(access)
            if name not in self.source.integers and name in self.source.shapes:
                return name
        raise CompileError(f"{expression} reads no array of real numbers")

    def _scattered(self) -> list[ast.stmt]:
        """Sums over the places at which an array of integers is an index: the gradient of a table."""
        expression = self.line.expression
        coefficient = sympy.S.One
        if isinstance(expression, Mul):
            sums = [factor for factor in expression.args if isinstance(factor, Sum)]
            if len(sums) != 1:
                return []
            coefficient, expression = expression / sums[0], sums[0]
        if not isinstance(expression, Sum):
            return []
        chosen = [found for factor in Mul.make_args(expression.function) if (found := self._choice(factor)) is not None]
        bound = [letter for letter, _, _ in expression.limits]
        if len(chosen) != 1 or not chosen[0][1].free_symbols >= set(bound):
            return []
        ((letter, place, delta),) = chosen
        own = tuple(subscript for subscript in place.indices if subscript in bound)
        if own != place.indices or len(own) != len(bound):
            return []
        axis = self.line.indices.index(letter)
        before, after = self.line.indices[:axis], self.line.indices[axis + 1 :]
        rest = coefficient * Mul(*(f for f in Mul.make_args(expression.function) if f != delta))
        if rest.has(letter):
            return []
        values = self._source.within(expression.limits).array(rest, (*before, *own, *after))
        index: ast.expr = tree.name(python_name(symbols.name_of(place)))
        if before:
            index = tree.tuple_of([*(tree.quoted("slice(None)") for _ in before), index])
        return [
            self._zeros(rest),
            ast.Expr(tree.call("np.add.at", tree.name(self._name), index, values.node)),
        ]

    def _choice(self, factor: Expr) -> tuple[Symbol, Indexed, Expr] | None:
        """An index of the line and the element of an array of integers that it equals."""
        if isinstance(factor, KroneckerDelta):
            for letter, place in (factor.args[:2], factor.args[1::-1]):
                known = isinstance(place, Indexed) and symbols.name_of(place) in self.source.integers
                if known and letter in self.line.indices:
                    return letter, place, factor
        return None

    @property
    def _shape(self) -> ast.expr:
        return tree.tuple_of(map(self.source.size, self.line.shape))

    def _pieces(self) -> list[ast.stmt]:
        """Values one after the other along an axis, or added to slices of it."""
        found = pieces(self.line, self.source.shapes, self.source.lengths)
        if found is None:
            return []
        axes = self.line.indices
        letter = axes[found.axis]
        writers = [
            replace(self._source, ranges={**self._source.ranges, letter: sympy.expand(piece.end - piece.start)})
            for piece in found.pieces
        ]
        texts = [w.array(piece.expression, axes) for w, piece in zip(writers, found.pieces, strict=True)]
        if found.joined:
            arrays = ast.List([text.node for text in texts], ast.Load())
            joined = tree.call("np.concatenate", arrays, axis=tree.number(found.axis))
            return [tree.assigned(self._name, joined)]
        return list(self._in_slices(found, texts))

    def _in_slices(self, found: Pieces, texts: Sequence[Code]) -> Iterator[ast.stmt]:
        if found.rest == 0:
            yield self._zeros(self.line.expression)
        else:
            rest = replace(self.line, expression=found.rest)
            yield from replace(self, line=rest, dead=frozenset())._owned()
        for piece, text in zip(found.pieces, texts, strict=True):
            start, end = (self.source.size(limit) for limit in (piece.start, piece.end))
            slices = [*(tree.cut() for _ in range(found.axis)), tree.cut(start, end)]
            yield _added(tree.subscript(tree.name(self._name), slices), text)

    def _owned(self) -> list[ast.stmt]:
        """The statements of the line, with an array of its own as the result."""
        statements = self._steps(self._source, self.line.indices)
        *before, last = statements
        if isinstance(self.line.expression, Indexed) and isinstance(last, ast.Assign):
            return [*before, tree.assigned(self._name, tree.method(last.value, "copy"))]
        return statements

    def _steps(self, source: ArraySource, axes: tuple[Symbol, ...]) -> list[ast.stmt]:
        name, expression = self._name, self.line.expression
        for first, sign, rest in self._splits(expression):
            start, operand = source.value(first, axes), self._operand(source, rest, sign, axes)
            if start.shape == axes and not start.whole:
                place = tree.name(name)
                changed = _added(place, operand) if sign == "+" else tree.assigned(place, operand.node, sign)
                return [tree.assigned(name, start.node), changed]
        dead = self._overwritten()
        if isinstance(expression, sympy.exp) and expression.args[0] in dead:
            inner = source.value(expression.args[0], axes).node
            return [tree.assigned(name, tree.quoted("np.exp(array, out=array)", array=inner))]
        text = source.value(expression, axes)
        if self.line.column or (text.shape == axes and isinstance(expression, Indexed | Symbol)):
            return [tree.assigned(name, text.node)]
        if text.whole and self.line.name not in source.integers:
            text = replace(method(text, "astype", text.shape, source.real), whole=False)
        if text.shape != axes:
            if not axes:
                raise CompileError(f"{expression} is no number")
            return [tree.assigned(name, self._broadcast(text))]
        return [tree.assigned(name, text.node)]

    def _broadcast(self, text: Code) -> ast.expr:
        if not text.shape:
            kind = tree.quoted("np.int64") if self.line.name in self.source.integers else self.source.real
            return tree.call("np.full", self._shape, text.node, kind)
        return tree.method(tree.call("np.broadcast_to", text.node, self._shape), "copy")

    def _operand(self, source: ArraySource, rest: Expr, sign: str, axes: tuple[Symbol, ...]) -> Code:
        """What is added or multiplied in place; truth values multiply as they are."""
        return source.value(MASK(rest) if sign == "*" and isinstance(rest, Bracket) else rest, axes)

    def _splits(self, expression: Expr) -> Iterator[tuple[Expr, str, Expr]]:
        """Ways to compute the line as one array that the rest is added to or multiplied with in place."""
        dead = self._overwritten()
        if isinstance(expression, sympy.Add):
            for term in expression.args:
                if isinstance(term, Sum) or term in dead:
                    yield term, "+", expression - term
        if isinstance(expression, Mul):
            numbers = Mul(*(factor for factor in expression.args if not factor.has(Indexed)))
            arrays = Mul(*(factor for factor in expression.args if factor.has(Indexed)))
            for factor in expression.args:
                if factor in dead and not (expression / factor).has(factor):
                    rest = expression / factor
                    inverse = 1 / rest
                    divides = isinstance(inverse, Indexed)
                    yield factor, "/" if divides else "*", inverse if divides else rest
            if numbers != 1 and isinstance(arrays, sympy.Add):
                inverse = 1 / numbers
                divides = inverse.is_integer or inverse.is_Symbol
                yield arrays, "/" if divides else "*", inverse if divides else numbers

    def _overwritten(self) -> set[Expr]:
        """The elements of arrays that the line may overwrite: it reads each once, at its own indices."""
        if self.line.column:
            return set()
        own = {access for access in self.line.expression.atoms(Indexed) if tuple(access.indices) == self.line.indices}
        return {access for access in own if symbols.name_of(access) in self.dead and self._once(access)}

    def _once(self, access: Expr) -> bool:
        name = symbols.name_of(access)
        return sum(symbols.name_of(one) == name for one in self.line.expression.atoms(Indexed)) == 1 and (
            sum(part == access for part in sympy.preorder_traversal(self.line.expression)) == 1
        )


def overwritable(lines: Sequence[Line], position: int, needed: set[str], aliased: set[str]) -> frozenset[str]:
    """The arrays that a function made before a line and that nothing reads after it.

    ``needed`` are those that the function hands on, ``aliased`` those of which another array may be a view.
    """
    later = set().union(*(names(line) for line in lines[position + 1 :]), needed, aliased)
    made = {
        line.name
        for line in lines[:position]
        if not isinstance(line.expression, Indexed | Symbol | ArgMax) and not line.column and line.windows is None
    }
    return frozenset(made - later)


def _added(place: ast.expr, term: Code) -> ast.stmt:
    """What adds a term in place, or subtracts it where it has a minus sign."""
    return tree.assigned(place, term.unsigned.node, "-" if term.negative else "+")
