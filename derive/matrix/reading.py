"""What an expression reads: index symbols, and elements of tensors."""

from __future__ import annotations

from collections.abc import Container

from sympy import Basic, Expr, Indexed, KroneckerDelta, Sum, Symbol

from derive.expression.symbols import name_of


class Reading:
    """Answers what expressions read, and remembers the answers.

    Elements of the tensors in ``apart`` are never numbers, though a label alone picks them. Tensors in ``single`` are
    numbers, read at the first place.
    """

    def __init__(self, apart: frozenset[str] = frozenset(), single: frozenset[str] = frozenset()) -> None:
        self.apart = apart
        self.single = single
        self._known: dict[Basic, tuple[frozenset[Symbol], bool]] = {}

    def symbols(self, expression: Basic) -> frozenset[Symbol]:
        """The free symbols of an expression, names of tensors left out."""
        return self._read(expression)[0]

    def has_tensor(self, expression: Basic) -> bool:
        """Whether the expression holds an element that an index may change, a sum or a Kronecker delta."""
        return self._read(expression)[1]

    def is_coefficient(self, expression: Expr, indices: Container[Symbol]) -> bool:
        """Whether the expression is a scalar: of numbers, sizes, tensors of rank zero and elements that labels pick."""
        symbols, has_tensor = self._read(expression)
        return not has_tensor and not any(symbol in indices for symbol in symbols)

    def _read(self, expression: Basic) -> tuple[frozenset[Symbol], bool]:
        known = self._known.get(expression)
        if known is None:
            known = self._known[expression] = self._read_anew(expression)
        return known

    def _read_anew(self, expression: Basic) -> tuple[frozenset[Symbol], bool]:
        if isinstance(expression, Symbol):
            return frozenset((expression,)), False
        if isinstance(expression, Sum):
            bounds = [bound for limit in expression.limits for bound in limit[1:]]
            inside = self.symbols(expression.function).union(*map(self.symbols, bounds))
            return inside.difference(expression.variables), True
        parts = expression.indices if isinstance(expression, Indexed) else expression.args
        symbols: frozenset[Symbol] = frozenset().union(*map(self.symbols, parts))
        own = isinstance(expression, KroneckerDelta) or (
            isinstance(expression, Indexed) and not self._picked(expression)
        )
        return symbols, own or any(map(self.has_tensor, parts))

    def _picked(self, access: Indexed) -> bool:
        """Whether a label alone says which element it is, ``p[y]`` for the class y: one number for all indices."""
        if name_of(access) in self.single:
            return all(subscript == 0 for subscript in access.indices)
        labels = all(isinstance(subscript, Symbol) and not subscript.is_integer for subscript in access.indices)
        return labels and name_of(access) not in self.apart
