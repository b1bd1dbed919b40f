"""Matrix forms at one time: ``h[t] = tanh(W x[t] + U h[t-1] + b)``, and sums of such forms over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import sympy
from sympy import Add, Eq, Expr, Ge, Indexed, KroneckerDelta, Mul, Symbol

from derive.calculus.terms import Term, split
from derive.expression import symbols
from derive.expression.functions import Bracket
from derive.expression.partials import ends_of, partial_named
from derive.forward import Forward
from derive.matrix.build import plus
from derive.matrix.nodes import Node
from derive.matrix.recognise import recognise
from derive.matrix.sequences import At, OverTime
from derive.matrix.substitute import substitute
from derive.matrix.tidy import tidy
from derive.steps import Quantity, Step

LETTERS = "tsrqupkv"
"""The indices of time, in the order in which they are used; those that are no names of tensors or sizes."""

Written = Callable[[At], Node | None]
"""What stands for a tensor at one time, where it is written out."""


@dataclass(frozen=True)
class TimeFormer:
    """Finds matrix forms of equations in which time is an index, ``steps`` being its size."""

    forward: Forward
    steps: Expr

    @cached_property
    def letters(self) -> tuple[Symbol, ...]:
        """The indices of time, apart from the names of tensors and sizes."""
        taken = {symbol.name for tensor in self.forward.tensors.values() for symbol in symbols.sizes_in(tensor.shape)}
        free = (letter for letter in LETTERS if letter not in taken | set(self.forward.tensors))
        return tuple(map(symbols.index, free))[:4]

    def lettered(self, quantity: Quantity, expression: Expr) -> tuple[Quantity, Expr]:
        """The equation with indices over time called t, s, r, those of the quantity's denominator first."""
        times = [letter for letter, size in _paired(quantity) if size == self.steps][::-1]
        plain = dict(zip(times, self.letters, strict=False))
        taken = symbols.names_in(expression, *quantity.indices) | {letter.name for letter in self.letters}
        others = [letter for letter in quantity.indices if letter in self.letters and letter not in plain]
        plain |= dict(zip(others, symbols.fresh_indices(len(others), taken), strict=True))
        indices = tuple(plain.get(letter, letter) for letter in quantity.indices)
        free = self.letters[len(times) :]
        renamed = self._with_bound_times(expression, plain, free, taken | symbols.names_in(*indices))
        return replace(quantity, indices=indices), renamed

    def _with_bound_times(
        self, expression: Expr, renaming: Mapping[Symbol, Expr], free: Sequence[Symbol], taken: set[str]
    ) -> Expr:
        """The expression with free indices renamed, and with bound ones over time called by their depth."""
        if not expression.has(sympy.Sum):
            return expression.xreplace(dict(renaming))
        if not isinstance(expression, sympy.Sum):
            parts = [self._with_bound_times(part, renaming, free, taken) for part in expression.args]
            whole: Expr = expression.func(*parts)
            return whole
        inner, left = dict(renaming), list(free)
        for letter, _, upper in expression.limits:
            inner.pop(letter, None)
            if upper == self.steps - 1 and left:
                inner[letter] = left.pop(0)
            elif letter in self.letters:
                (inner[letter],) = symbols.fresh_indices(1, taken | symbols.names_in(*inner.values()))
        limits = [(inner.get(letter, letter), lower, upper) for letter, lower, upper in expression.limits]
        return sympy.Sum(self._with_bound_times(expression.function, inner, left, taken), *limits)

    def formed(self, step: Step, written: Written | None = None) -> Step:
        """The step with its matrix form at the times of its quantity, if it has one."""
        node = self.form(step.expression, step.quantity, written)
        if node is None:
            return step
        at = tuple(letter for letter, size in _paired(step.quantity) if size == self.steps)
        return replace(step, quantity=replace(step.quantity, at=at), matrix=node)

    def form(self, expression: Expr, quantity: Quantity, written: Written | None = None) -> Node | None:
        """The matrix form of an expression at the times of the quantity."""
        axes = {letter: size for letter, size in _paired(quantity) if size != self.steps}
        if len(axes) > 2:
            return None
        groups: dict[tuple[Symbol, ...], list[Term]] = {}
        kept = {letter for letter, size in _paired(quantity) if size == self.steps}
        for term in (self._lettered(term, kept) for term in self._terms(expression)):
            times = tuple(letter for letter, size in term.bound if size == self.steps)
            groups.setdefault(times, []).append(term)
        nodes = []
        for times, terms in groups.items():
            node = (
                self._summed(times, terms, axes, written)
                if times
                else self._recognised(expression_of(terms), axes, written)
            )
            if node is None:
                return None
            nodes.append(node)
        return plus(*nodes)

    def _terms(self, expression: Expr) -> list[Term]:
        """The terms of an expression; multiplied out where a sum over time stands inside of a product."""
        return split(self._multiplied_out(expression))

    def _multiplied_out(self, expression: Expr) -> Expr:
        """The expression without sums over time inside of sums of terms that are factors."""
        if not self._sums_over_time(expression):
            return expression
        if isinstance(expression, Mul):
            factors = [self._multiplied_out(factor) for factor in expression.args]
            whole = [factor for factor in factors if isinstance(factor, Add) and self._sums_over_time(factor)]
            if whole:
                rest = [factor for factor in factors if factor is not whole[0]]
                return Add(*(self._multiplied_out(Mul(part, *rest)) for part in whole[0].args))
            return Mul(*factors)
        if isinstance(expression, sympy.Sum):
            return sympy.Sum(self._multiplied_out(expression.function), *expression.limits)
        return Add(*map(self._multiplied_out, expression.args)) if isinstance(expression, Add) else expression

    def _lettered(self, term: Term, kept: set[Symbol]) -> Term:
        """The term with its bound times called t, s, ... as far as these are free."""
        times = [letter for letter, size in term.bound if size == self.steps]
        times.sort(key=lambda letter: any(_begins(factor, letter) for factor in term.factors))
        others = symbols.names_in(*term.factors) - {letter.name for letter in times}
        free = [letter for letter in self.letters if letter not in kept and letter.name not in others]
        names = dict(zip(times, free, strict=False)) if len(free) >= len(times) else {}
        factors = tuple(factor.xreplace(names) for factor in term.factors)
        return Term(factors, tuple((names.get(letter, letter), size) for letter, size in term.bound))

    def _sums_over_time(self, expression: Expr) -> bool:
        totals = expression.atoms(sympy.Sum)
        return any(upper == self.steps - 1 for total in totals for _, _, upper in total.limits)

    def _summed(
        self, times: tuple[Symbol, ...], terms: list[Term], axes: dict[Symbol, Expr], written: Written | None
    ) -> Node | None:
        """Sums over the times; one that is at least another begins there, and stands inside."""
        lows: dict[Symbol, Expr] = {}
        for factor in terms[0].factors:
            condition = factor.args[0] if isinstance(factor, Bracket) else None
            if isinstance(condition, Ge) and condition.lhs in times and all(factor in term.factors for term in terms):
                lows[condition.lhs] = condition.rhs
        begun = {Bracket(Ge(letter, low)) for letter, low in lows.items()}
        left = [
            Term(
                tuple(factor for factor in term.factors if factor not in begun) or (sympy.S.One,),
                tuple(pair for pair in term.bound if pair[0] not in times),
            )
            for term in terms
        ]
        node = self._recognised(expression_of(left), axes, written)
        for letter in sorted(times, key=lambda letter: letter not in lows):
            node = None if node is None else OverTime(node, letter, lows.get(letter, sympy.S.Zero), self.steps - 1)
        return node

    def _recognised(self, expression: Expr, axes: dict[Symbol, Expr], written: Written | None) -> Node | None:
        """The form of an expression in elements at fixed times: each such tensor is one of lower rank for a while."""
        parts: dict[str, Node] = {}
        numbers: dict[Expr, Expr] = {}
        shapes: dict[str, tuple[Expr, ...]] = {}
        replaced = {}
        for access in symbols.accesses(expression):
            name = symbols.name_of(access)
            shape = self._shape(name)
            if shape is None or not isinstance(access, Indexed):
                continue
            is_time = [size == self.steps for size in shape]
            if not any(is_time):
                shapes[name] = shape
                continue
            times = tuple(index for index, timed in zip(access.indices, is_time, strict=True) if timed)
            rest = tuple(index for index, timed in zip(access.indices, is_time, strict=True) if not timed)
            sizes = tuple(size for size in shape if size != self.steps)
            rows, columns, *more = (*sizes, *[sympy.S.One] * (2 - len(sizes)))
            if more:
                return None
            label = f"{name}@{','.join(map(str, times))}"
            if not rest:
                # A number at each time stands in coefficients, where it is read by its time as in index form.
                numbers[symbols.scalar(label)] = access
                replaced[access] = symbols.scalar(label)
                continue
            whole = At(name, times, rows, columns, self._above(name))
            parts[label] = (written(whole) if written else None) or whole
            shapes[label] = sizes
            replaced[access] = symbols.element(label, rest)
        for delta in expression.atoms(KroneckerDelta):
            if not delta.free_symbols & set(axes):
                replaced[delta] = Bracket(Eq(*delta.args[:2]))
        node = recognise(expression.xreplace(replaced), tuple(axes), shapes, axes)
        if node is None:
            return None
        return substitute(tidy(node).resized(numbers), parts.get)

    def _shape(self, name: str) -> tuple[Expr, ...] | None:
        names = ends_of(name)
        if not all(part in self.forward.tensors for part in names):
            return None
        return tuple(size for part in names for size in self.forward.tensors[part].shape)

    def _above(self, name: str) -> int:
        """How many times the numerator of a partial has."""
        partial = partial_named(name)
        return self.forward.tensors[partial.top].shape.count(self.steps) if partial else 0


def expression_of(terms: list[Term]) -> Expr:
    """The sum of the terms."""
    return Add(*(term.expression() for term in terms))


def _paired(quantity: Quantity) -> list[tuple[Symbol, Expr]]:
    return list(zip(quantity.indices, quantity.shape, strict=True))


def _begins(factor: Expr, letter: Symbol) -> bool:
    """Whether the factor says that the time is at least another."""
    condition = factor.args[0] if isinstance(factor, Bracket) else None
    return isinstance(condition, Ge) and condition.lhs == letter
