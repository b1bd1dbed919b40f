"""What tensors, sizes and functions are called in the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr

from derive.expression.partials import partial_named
from derive.expression.scalar import ScalarFunction
from derive.forward import Forward
from numeric.source import tree
from numeric.source.code import Code, named
from numeric.source.plain import identifier, without_primes


@dataclass(frozen=True)
class Names:
    """Python names for the names of a forward definition. What is not listed keeps its own name.

    Attributes:
        tensors: what stands for tensors and partials, ``{"dl/dW1": "dJdW1", "z": "self.z"}``.
        ranks: the number of axes of the tensors' arrays; by default the number of dimensions that are not 1.
        calls: how a function is called, a pattern with ``a`` for the argument, ``{"log": "safe_log(a)"}``.
        functions: formulas of the named functions that are not in ``calls``; they are written out.
        divisor: the pattern that an array is put through before anything is divided by it.
    """

    tensors: Mapping[str, str] = field(default_factory=dict)
    ranks: Mapping[str, int] = field(default_factory=dict)
    calls: Mapping[str, str] = field(default_factory=dict)
    functions: tuple[ScalarFunction, ...] = ()
    divisor: str = ""

    @classmethod
    def of(
        cls, forward: Forward, tensors: Mapping[str, str] | None = None, calls: Mapping[str, str] | None = None
    ) -> Names:
        """Names for the tensors of a forward definition, with the ranks that it declares."""
        ranks = {name: len(tensor.shape) for name, tensor in forward.tensors.items()}
        return cls(tensors or {}, ranks, calls or {}, forward.functions)

    def tensor(self, name: str) -> Code:
        """What stands for a tensor or a partial: ``dl/dW1`` is ``dldW1`` unless it is called otherwise.

        Raises:
            SourceError: it cannot be written as a name.
        """
        if name in self.tensors:
            return Code(tree.quoted(self.tensors[name]))
        partial = partial_named(name)
        plain = name if partial is None else "|".join((f"d{partial.top}d{partial.bottom}", *partial.held))
        return named(identifier(without_primes(plain)))

    def array_shape(self, name: str, rows: Expr, columns: Expr) -> tuple[Expr, ...]:
        """The shape of the array behind a matrix of the given rows and columns."""
        wide = tuple(length for length in (rows, columns) if length != 1)
        rank = self._rank(name)
        if rank is None or rank == len(wide):
            return wide
        if rank == 2:
            return rows, columns
        return (rows if columns == 1 else columns,)

    def _rank(self, name: str) -> int | None:
        partial = partial_named(name)
        if name in self.ranks or partial is None:
            return self.ranks.get(name)
        top, bottom = (self.ranks.get(part) for part in partial.ends)
        return None if top is None or bottom is None else top + bottom
