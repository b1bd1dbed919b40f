"""What a forward definition is: tensors, and named equations between their elements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sympy import Expr, Indexed, Symbol

from derive.expression.partials import partial_named
from derive.expression.scalar import ScalarFunction

Role = Literal["input", "target", "parameter", "buffer", "value", "hidden", "loss"]
"""What a tensor is for. A ``target`` is what a loss compares the prediction with. A ``buffer`` is shared by all
samples as parameters are, but not learnt. ``hidden`` rows are internal to a layer (softmax's sum): answers never
name them."""

Domain = Literal["real", "positive", "unit", "simplex", "binary", "one_hot", "class", "log_simplex", "index"]
"""Which numbers a tensor holds: ``unit`` is (0, 1), ``simplex`` and ``one_hot`` sum to 1 along one
axis, ``class`` is an integer that is used as a subscript, ``index`` one that the forward pass computes."""


Reduction = Literal["mean", "sum"]
"""Over a batch, the mean or the sum of the samples' losses."""


@dataclass(frozen=True)
class Tensor:
    """A named array of real numbers with a symbolic shape; ``along`` is the axis along which probabilities sum to 1."""

    name: str
    shape: tuple[Expr, ...]
    role: Role = "value"
    domain: Domain = "real"
    along: int = -1

    @property
    def is_weight(self) -> bool:
        """Whether it is a weight: a parameter with several axes, which a weight decay shrinks, and not a bias."""
        return self.role == "parameter" and len(self.shape) > 1


@dataclass(frozen=True)
class Row:
    """One forward equation ``tensor[indices] = expression``, true for all values of the indices.

    ``indices`` are distinct index symbols, one for each axis of the tensor. The expression holds
    elements of tensors that come earlier, ``Sum``s with bounds ``(k, 0, size - 1)``, brackets and
    scalar functions.
    """

    tensor: Tensor
    indices: tuple[Symbol, ...]
    expression: Expr

    @property
    def name(self) -> str:
        """The name of the tensor that the row defines."""
        return self.tensor.name


@dataclass(frozen=True)
class Forward:
    """A forward definition: what is given, and the rows that compute the rest, in order.

    ``functions`` are the named scalar functions (``sigma``, ``ReLU``) that the rows apply; a function
    that the rows apply and that is not among them is unknown, such as ``f``. ``sizes`` are dimensions that
    follow from others, by their formula: ``H_out = floor((H + 2p - k)/s) + 1``.

    In a recurrence rows also read what they or later rows were one step earlier, ``h[t-1,k]``, where t is the
    first index of each of them. ``initial`` gives the tensor that each such state is before the first step.

    ``reduction`` says how the losses of several samples make one. An upstream gradient is that of what comes of
    all samples, so where one is given the terms are summed.

    ``gradients`` names the rows that were derived from the rows before them, each with the partial that it is: those
    rows are claims, not definitions.
    """

    given: tuple[Tensor, ...]
    rows: tuple[Row, ...]
    functions: tuple[ScalarFunction, ...] = ()
    sizes: tuple[tuple[Symbol, Expr], ...] = ()
    initial: tuple[tuple[str, str], ...] = ()
    reduction: Reduction = "mean"
    gradients: tuple[tuple[str, str], ...] = ()

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Worked out once, since what is known of a definition is looked up by it all the time.
        return hash((self.given, self.rows, self.functions, self.sizes, self.initial, self.reduction, self.gradients))

    @cached_property
    def cycle(self) -> tuple[str, ...]:
        """The rows of a recurrence, which depend on one another from step to step; none in a plain definition."""
        states = {state for state, _ in self.initial}
        places = [
            place
            for place, row in enumerate(self.rows)
            if row.name in states or any(str(access.base.label) in states for access in _shifted(row))
        ]
        return tuple(row.name for row in self.rows[min(places) : max(places) + 1]) if places else ()

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """Every tensor by name, the given ones first."""
        return {t.name: t for t in (*self.given, *(row.tensor for row in self.rows))}

    def shape_of(self, name: str) -> tuple[Expr, ...]:
        """The shape of a tensor or of a partial, that of its numerator and of its denominator; () of anything else."""
        if name in self.tensors:
            return self.tensors[name].shape
        partial = partial_named(name)
        ends = () if partial is None else partial.ends
        return tuple(length for part in ends if part in self.tensors for length in self.tensors[part].shape)

    def holds_places(self, name: str) -> bool:
        """Whether the values of a tensor are places, which count as indices do: those of a maximum, class numbers."""
        return name in self.tensors and self.tensors[name].domain in ("index", "class")

    @cached_property
    def row(self) -> dict[str, Row]:
        """The rows by the name of the tensor that each defines."""
        return {row.name: row for row in self.rows}

    @cached_property
    def function(self) -> dict[str, ScalarFunction]:
        """The scalar functions by name."""
        return {f.name: f for f in self.functions}

    def __getstate__(self) -> dict[str, object]:
        names = ("given", "rows", "functions", "sizes", "initial", "reduction", "gradients")
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)


def _shifted(row: Row) -> list[Indexed]:
    """What the row reads at another time than its own: where the first subscript is more than an index."""
    return [access for access in row.expression.atoms(Indexed) if not access.indices[0].is_Symbol]
