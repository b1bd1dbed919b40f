"""The compiler of index expressions: one small function for each node of SymPy's tree."""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from typing import Any

import numpy
import sympy
from sympy import Expr, Indexed, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from derive.expression import symbols, walks
from derive.expression.functions import ArgMax, Bracket, Maximum
from derive.expression.matrices import DeterminantOf, InverseEntry, ProductOver
from derive.expression.rules import Rules
from derive.expression.scalar import ScalarFunction
from derive.expression.truth import COMPARISONS
from derive.remembering import EXPRESSIONS, LIBRARY, TRIALS
from numeric.arrays import functions as scalar_functions
from numeric.arrays.axes import Array, Axis, Evaluator, Scope, Value, free_axis
from numeric.arrays.functions import real_part
from numeric.enclosed.elimination import determinant, inverse
from numeric.errors import ExpressionError
from numeric.expression import operations
from numeric.expression.access import access
from numeric.expression.operations import Factors, Part
from numeric.expression.sharing import shared
from numeric.expression.sums import in_nested_order, summed_product
from numeric.source.elements import WHERE
from numeric.source.function import DECAY, bounded_branches


@dataclass(frozen=True)
class Compiler:
    """Compiles expressions inside the sums, and inside the function formula, that it stands for.

    ``depth`` is the number of index axes so far. ``reads`` collects the names of the tensors that are met.
    ``parts`` are those that are compiled already, each by its place among the axes. With ``shares`` the values of its
    larger parts are taken from those that the scope has of parts alike, if it keeps any.
    """

    axes: Mapping[Symbol, Axis]
    depth: int
    functions: tuple[ScalarFunction, ...]
    variables: frozenset[Symbol]
    reads: set[str]
    parts: dict[Hashable, Part] = field(default_factory=dict)
    shares: bool = False

    def compile(self, expression: Expr) -> Evaluator:
        """The function that evaluates ``expression``.

        Raises:
            ExpressionError: the expression holds something that has no number here.
        """
        if expression.is_Number or expression.is_NumberSymbol:
            return operations.constant(expression)
        if expression.is_Symbol:
            return self.symbol(expression)
        return self._part(expression, self._anew)

    def _part(self, expression: Any, compiled: Callable[[Any], Evaluator]) -> Evaluator:
        """The part that an expression or a condition is among these axes; compiled once."""
        free = walks.free_symbols(expression)
        key = expression, self.depth, *(pair for pair in self.axes.items() if pair[0] in free)
        if key in self.parts:
            self.parts[key].again = True
        else:
            self.parts[key] = Part(compiled(expression))
        return self.parts[key]

    def _anew(self, expression: Expr) -> Evaluator:
        found = shared(expression, self.axes, self._in_place, self._alone) if self.shares else None
        if found is None:
            return self._by_kind(expression)
        self.reads.update(found.form.reads)
        return found

    def _in_place(self, expression: Expr) -> Evaluator:
        return replace(self, parts={}, shares=False, reads=set())._by_kind(expression)

    def _alone(self, expression: Expr, letters: tuple[Symbol, ...]) -> Evaluator:
        axes = {letter: free_axis(place, len(letters)) for place, letter in enumerate(letters)}
        return replace(self, axes=axes, depth=len(letters), parts={}, reads=set())._by_kind(expression)

    def _by_kind(self, expression: Expr) -> Evaluator:
        method = METHODS.of(expression)
        if method is not None:
            return method(self, expression)
        if len(expression.args) == 1:
            function, argument = scalar_functions.elementary(expression.func), self.compile(expression.args[0])
            return lambda scope: operations.plain(function(argument(scope)))
        pair = scalar_functions.of_two(expression.func)
        if pair is not None:
            first, second = self.compile_all(expression.args)
            return lambda scope: operations.plain(pair(first(scope), second(scope)))
        raise ExpressionError(f"{type(expression).__name__} has no number here: {expression}")

    def compile_all(self, expressions: tuple[Expr, ...]) -> list[Evaluator]:
        """The functions that evaluate each of ``expressions``."""
        return [self.compile(expression) for expression in expressions]

    def symbol(self, symbol: Symbol) -> Evaluator:
        if symbol in self.variables:
            return lambda scope: scope.variables[symbol]
        if symbol in self.axes:
            return self.axes[symbol].values
        if symbol.is_integer:
            return lambda scope: scope.size(symbol)
        name = symbol.name
        self.reads.add(name)
        return lambda scope: scope.array(name)

    def indexed(self, expression: Indexed) -> Evaluator:
        name = symbols.name_of(expression)
        self.reads.add(name)
        subscripts = symbols.subscripts_of(expression)
        plain = [self.axes.get(subscript) for subscript in subscripts]
        return access(name, self.compile_all(subscripts), plain)

    def add(self, expression: Expr) -> Evaluator:
        terms = self.compile_all(expression.args)
        return lambda scope: reduce(operator.add, (term(scope) for term in terms))

    def product(self, expression: Expr) -> Evaluator:
        return self.factors(expression).value

    def factors(self, expression: Expr) -> Factors:
        """The factors of a product, apart by what is done with them."""
        above: list[Evaluator] = []
        below: list[Evaluator] = []
        guards: list[Evaluator] = []
        for factor in expression.args:
            if isinstance(factor, Bracket | sympy.KroneckerDelta):
                guards.append(self.guard(factor))
            elif factor.is_Rational:
                above.append(operations.constant(sympy.Integer(factor.p)))
                below.append(operations.constant(sympy.Integer(factor.q)))
            elif isinstance(factor, sympy.Pow) and factor.exp.is_number and factor.exp.is_negative:
                below.append(self.compile(1 / factor))
            else:
                above.append(self.compile(factor))
        return Factors(tuple(above), tuple(below), tuple(guards))

    def power(self, expression: Expr) -> Evaluator:
        base, exponent = expression.base, expression.exp
        value = self.compile(base)
        if exponent.is_number and exponent.is_negative:
            inverse = self.compile(1 / expression)
            return lambda scope: operations.quotient(1, inverse(scope))
        if exponent == sympy.Rational(1, 2):
            root = scalar_functions.of_any(numpy.sqrt, "sqrt")
            return lambda scope: operations.plain(root(value(scope)))
        if exponent == 2:
            return lambda scope: operations.plain(numpy.square(value(scope)))
        power = self.compile(exponent)
        return lambda scope: operations.power(value(scope), power(scope))

    def sum(self, expression: sympy.Sum) -> Evaluator:
        in_order = in_nested_order(expression, frozenset(walks.free_symbols(expression).intersection(self.axes)))
        if in_order != expression:
            return self.compile(in_order)
        inner, added = self._inside(expression, expression.limits)
        factors = inner.factors(expression.function) if isinstance(expression.function, sympy.Mul) else None
        body = factors.value if factors is not None else inner.compile(expression.function)

        def evaluate(scope: Scope) -> Value:
            counts = [axis.count(scope) for axis in added]
            if factors is not None and not factors.below:
                values, guards = [[part(scope) for part in parts] for parts in (factors.above, factors.guards)]
                total = summed_product(values, guards, 2 + self.depth, counts)
                if total is not None:
                    return total
                value = factors.multiplied(values, [], guards, scope)
            else:
                value = body(scope)
            for axis, count in zip(reversed(added), reversed(counts), strict=True):
                value = operations.summed(value, axis, count)
            return value

        return evaluate

    def arg_max(self, expression: ArgMax) -> Evaluator:
        """The first place, in reading order, at which the body is largest over the bound indices."""
        spread, count = self._over(expression, expression.function), len(expression.limits)

        def evaluate(scope: Scope) -> Value:
            values = numpy.asarray(real_part(spread(scope)))
            # The axes of the bound indices become one, so that NumPy's argmax takes the first of equal values.
            return numpy.argmax(values.reshape(-1, *values.shape[count:]), axis=0).astype(scope.real)

        return evaluate

    def _inside(self, whole: Any, limits: Sequence[Any]) -> tuple[Compiler, list[Axis]]:
        """The compiler of what stands inside of bound indices, and their axes, each before those that there were."""
        added: list[Axis] = []
        axes = dict(self.axes)
        for letter, lower, upper in limits:
            first, last = self.bound(lower, whole), self.bound(upper, whole)
            axes[letter] = operations.axis_of(-2 - self.depth - len(added), first, last)
            added.append(axes[letter])
        return replace(self, axes=axes, depth=self.depth + len(added)), added

    def _over(self, expression: Any, body: Expr) -> Callable[[Scope], Array]:
        """A body over bound indices, which become its first axes."""
        inner, added = self._inside(expression, expression.limits[::-1])
        compiled = inner.compile(body)
        depth = -added[0].position - 1

        def spread(scope: Scope) -> Array:
            values = numpy.asarray(compiled(scope))
            counts = tuple(axis.count(scope) for axis in reversed(added))
            return numpy.broadcast_to(values, numpy.broadcast_shapes(values.shape, (*counts, *(1,) * depth)))

        return spread

    def product_over(self, expression: ProductOver) -> Evaluator:
        """The product of the body over the bound indices."""
        spread, axes = self._over(expression, expression.function), tuple(range(len(expression.limits)))
        return lambda scope: spread(scope).prod(axis=axes)

    def determinant(self, expression: DeterminantOf) -> Evaluator:
        """The determinant of a matrix."""
        spread = self._over(expression, expression.matrix)
        return lambda scope: determinant(numpy.moveaxis(spread(scope), (0, 1), (-2, -1)))

    def inverse(self, expression: InverseEntry) -> Evaluator:
        """An element of the inverse of a matrix; 0 outside of it."""
        spread = self._over(expression, expression.matrix)
        places = self.compile_all(expression.place)

        def evaluate(scope: Scope) -> Value:
            whole = inverse(numpy.moveaxis(spread(scope), (0, 1), (-2, -1)))
            row, column = (numpy.asarray(real_part(place(scope))).astype(int) for place in places)
            shape = numpy.broadcast_shapes(whole.shape[:-2], row.shape, column.shape)
            row, column = (numpy.broadcast_to(place, shape) for place in (row, column))
            last = whole.shape[-1] - 1
            within = (row >= 0) & (row <= last) & (column >= 0) & (column <= last)
            whole = numpy.broadcast_to(whole, (*shape, *whole.shape[-2:]))
            found = whole[(*numpy.indices(shape, sparse=True), row.clip(0, last), column.clip(0, last))]
            return numpy.where(within, found, numpy.zeros((), found.dtype))

        return evaluate

    def piecewise(self, expression: Expr) -> Evaluator:
        """The first value whose condition holds."""
        branches = [(self.compile(value), self.condition(condition)) for value, condition in expression.args]

        def evaluate(scope: Scope) -> Value:
            result: Value = numpy.asarray(numpy.nan, dtype=scope.real)
            for value, condition in reversed(branches):
                result = numpy.where(condition(scope), value(scope), result)
            return result

        return evaluate

    def bound(self, expression: Expr, whole: Expr) -> Callable[[Scope], int]:
        if expression.free_symbols & set(self.axes):
            raise ExpressionError(f"the range of a sum depends on an index: {whole}")
        value = self.compile(expression)
        return lambda scope: round(float(value(scope)))

    def guard(self, expression: Expr) -> Evaluator:
        if isinstance(expression, Bracket):
            return self.condition(expression.args[0])
        left, right = self.compile_all(_whole(*expression.args[:2]))
        return lambda scope: real_part(left(scope)) == real_part(right(scope))

    def indicator(self, expression: Expr) -> Evaluator:
        guard = self.guard(expression)
        return lambda scope: numpy.asarray(guard(scope), dtype=scope.real)

    def condition(self, condition: Any) -> Evaluator:
        """The function that says where a condition holds.

        Raises:
            ExpressionError: it is no condition that has a truth value here.
        """
        if condition in (sympy.true, sympy.false):
            return lambda scope: condition == sympy.true
        return self._part(condition, self._condition)

    def _condition(self, condition: Any) -> Evaluator:
        if isinstance(condition, sympy.Not):
            inner = self.condition(condition.args[0])
            return lambda scope: numpy.logical_not(inner(scope))
        if isinstance(condition, sympy.And | sympy.Or):
            combine = numpy.logical_and if isinstance(condition, sympy.And) else numpy.logical_or
            parts = [self.condition(part) for part in condition.args]
            return lambda scope: reduce(combine, (part(scope) for part in parts))
        if not isinstance(condition, Relational):
            raise ExpressionError(f"{condition} is not a condition that has a truth value here")
        compare = COMPARISONS[condition.rel_op]
        left, right = self.compile_all(_whole(*condition.args))
        return lambda scope: compare(real_part(left(scope)), real_part(right(scope)))

    def modulus(self, expression: Expr) -> Evaluator:
        left, right = self.compile_all(expression.args)
        return lambda scope: operations.remainder(left(scope), right(scope))

    def extreme(self, expression: Expr) -> Evaluator:
        values, largest = self.compile_all(expression.args), isinstance(expression, sympy.Max)
        return lambda scope: scalar_functions.extreme([value(scope) for value in values], largest)

    def applied(self, expression: AppliedUndef) -> Evaluator:
        name = expression.func.__name__
        if len(expression.args) != 1:
            return self._of_several(name, expression.args)
        if name in scalar_functions.FLOATING and self._is_floating(name):
            plain = scalar_functions.of_any(scalar_functions.FLOATING[name], name)
            inner_value = self.compile(expression.args[0])
            return lambda scope: operations.plain(plain(inner_value(scope)))
        function = scalar_functions.formula_of(name, self.functions)
        function = replace(function, formula=_bounded(function))
        inner = replace(self, axes={}, variables=frozenset({function.variable}), parts={}, shares=False)
        argument, formula = self.compile(expression.args[0]), inner.compile(function.formula)
        return lambda scope: formula(scope.with_variables({function.variable: argument(scope)}))

    def _of_several(self, name: str, arguments: tuple[Expr, ...]) -> Evaluator:
        """An unknown function of several numbers, or one of its slopes."""
        if not scalar_functions.is_unknown(name):
            raise ExpressionError(f"the named function {name} takes one argument, not {len(arguments)}")
        variables, formula = scalar_functions.stand_in_of_several(name, len(arguments))
        inner = replace(self, axes={}, variables=frozenset(variables), parts={}, shares=False)
        values, body = self.compile_all(arguments), inner.compile(formula)
        return lambda scope: body(
            scope.with_variables({one: value(scope) for one, value in zip(variables, values, strict=True)})
        )

    def _is_floating(self, name: str) -> bool:
        """Whether no function of that name is declared in another way than SymPy's."""
        declared = [function for function in self.functions if function.name == name]
        known = getattr(sympy, name, None)
        return known is None or all(_is_same(function, known) for function in declared)

    def where(self, expression: Expr) -> Evaluator:
        """The first value where the condition holds, the second where it does not."""
        condition = self.condition(expression.args[0].args[0])
        first, second = self.compile_all(expression.args[1:])
        return lambda scope: numpy.where(condition(scope), first(scope), second(scope))

    def maximum(self, expression: Maximum) -> Evaluator:
        """The largest value of the body over the bound indices."""
        inner, added = self._inside(expression, expression.limits)
        body = inner.compile(expression.function)

        def evaluate(scope: Scope) -> Value:
            value = numpy.asarray(real_part(body(scope)))
            for axis in reversed(added):
                value = value.max(axis=0) if value.ndim >= -axis.position else value
            return value

        return evaluate


@lru_cache(maxsize=LIBRARY)
def _bounded(function: ScalarFunction) -> Expr:
    """The formula of a function, in exp(-|z|) where it is rational in exp(z)."""
    branches = bounded_branches(function)
    if branches is None:
        return function.formula
    # |z| with a slope at 0, where the complex step would else see none: that of the side that is taken there.
    distance = function.variable * (2 * Bracket(function.variable >= 0) - 1)
    decay = {DECAY: sympy.exp(-distance)}
    right, left = (branch.xreplace(decay) for branch in branches)
    return WHERE(Bracket(function.variable >= 0), right, left) if right != left else right


@lru_cache(maxsize=TRIALS)
def _is_same(function: ScalarFunction, known: Any) -> bool:
    """Whether a declared function is SymPy's of the same name."""
    return bool(sympy.simplify(function.formula - known(function.variable).rewrite(sympy.exp)) == 0)


@lru_cache(maxsize=EXPRESSIONS)
def _whole(left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """Two sides to compare, multiplied out where both are quotients of integers: 1/3 + 2/3 - 1 may not be 0."""
    difference = sympy.sympify(left - right)
    if difference.is_number or not all(symbol.is_integer for symbol in difference.free_symbols):
        return left, right
    numerator, denominator = sympy.fraction(sympy.together(difference))
    return (numerator, sympy.S.Zero) if denominator.is_positive else (left, right)


METHODS: Rules[Callable[[Compiler, Any], Evaluator]] = Rules(
    {
        Indexed: Compiler.indexed,
        Symbol: Compiler.symbol,
        sympy.Add: Compiler.add,
        sympy.Mul: Compiler.product,
        sympy.Pow: Compiler.power,
        sympy.Sum: Compiler.sum,
        ArgMax: Compiler.arg_max,
        sympy.Piecewise: Compiler.piecewise,
        Bracket | sympy.KroneckerDelta: Compiler.indicator,
        WHERE: Compiler.where,
        Maximum: Compiler.maximum,
        ProductOver: Compiler.product_over,
        DeterminantOf: Compiler.determinant,
        InverseEntry: Compiler.inverse,
        AppliedUndef: Compiler.applied,
        sympy.Mod: Compiler.modulus,
        sympy.Max | sympy.Min: Compiler.extreme,
    }
)
