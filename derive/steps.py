"""What a derivation holds: a quantity, its result, and the steps from the chain rule to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sympy import Basic, Expr, Symbol

from derive.conventions import USUAL, Conventions, IndexBase, Layout
from derive.convolution.nodes import ConvolutionForm
from derive.expression.partials import Partial, partial_named
from derive.forward import Forward
from derive.matrix.nodes import Node
from derive.step_rules import StepRule

Notation = Literal["matrix", "index", "cases", "convolution"]
"""Whole tensors; elements; elements with brackets and deltas written as cases; or maps over space.

What has no form in a notation is written in elements."""


@dataclass(frozen=True)
class Quantity:
    """The left side of an equation: ``dl/dW1[i, j]``, ``dz2/dz1[i, j]``, ``z1[i]``.

    The indices of a partial are those of its numerator followed by those of its denominator, and so is
    the shape, whatever the layout in which it is printed. The matrix form is that ``at`` certain indices, which
    then are times: ``h[t]``.
    """

    name: str
    indices: tuple[Symbol, ...]
    shape: tuple[Expr, ...]
    at: tuple[Symbol, ...] = ()

    @property
    def partial(self) -> Partial | None:
        """The partial that it is, None for a value."""
        return partial_named(self.name)


Grain = Literal["lecture", "full"]
"""How finely a derivation is told: each line one idea, as a lecturer writes it; or every rule that was applied."""


@dataclass(frozen=True)
class Sentence:
    """What is said beside an equation: words, and expressions that are set as mathematics.

    ``beside`` are expressions that are not said: they read tensors with letters that the sentence has, and so tell
    what these run over.
    """

    parts: tuple[str | Basic, ...]
    beside: tuple[Basic, ...] = ()


@dataclass(frozen=True)
class Step:
    """One equation ``quantity = expression`` of a derivation, with the rule that led to it.

    ``sentence`` is what an instructor would write beside it; names in braces, ``{dl/dz1}``, are set as
    symbols in a text. ``matrix`` is the same value in matrix form, where there is one.
    """

    quantity: Quantity
    expression: Expr
    rule: StepRule
    sentence: str | Sentence
    matrix: Node | None = None


@dataclass(frozen=True)
class Derived:
    """The derivation of one quantity of a forward definition, as what is to be printed or computed.

    ``result`` is its element at ``quantity.indices``; ``matrix`` the whole of it in the layout of the conventions;
    ``convolution`` its maps over space, where it is made of convolutions. ``notes`` say what a reader must know.
    ``outside`` are the tensors that the result reads outside their ranges, where they count as 0; others it does not
    read there. None leaves that open. ``allowed`` are the symbols that the question allows; all are if it is None.
    """

    forward: Forward
    quantity: Quantity
    result: Expr
    steps: tuple[Step, ...]
    matrix: Node | None = None
    conventions: Conventions = USUAL
    notes: tuple[str, ...] = field(default=())
    convolution: ConvolutionForm | None = None
    outside: frozenset[str] | None = None
    grain: Grain = "full"
    allowed: frozenset[str] | None = field(default=None, compare=False, repr=False)

    @property
    def layout(self) -> Layout:
        """How derivatives are laid out."""
        return self.conventions.layout

    @property
    def index_base(self) -> IndexBase:
        """What printed indices count from."""
        return self.conventions.index_base

    @property
    def shape(self) -> tuple[Expr, ...]:
        """The dimensions in the order of the quantity's indices."""
        return self.quantity.shape
