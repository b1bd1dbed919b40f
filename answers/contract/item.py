"""What an item of an answer is: a kind with its options, that makes blocks of a sheet and claims to check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from answers.contract.grains import Steps
from answers.contract.methods import Method
from answers.contract.model import Strict
from answers.latex.sheet import Block
from derive.conventions import Conventions
from derive.derivation import Derivation
from derive.expression.scalar import ScalarFunction
from derive.forward import Forward
from derive.layers import Activation
from derive.layers.definition import LayerDefinition, LossDefinition
from derive.network import Network
from derive.steps import Grain
from numeric.checks.comparison import Comparison


@dataclass(frozen=True)
class Claim:
    """Something that an answer says and that a number can contradict.

    ``quantity`` is what it is about, for a terminal, and ``latex`` the same for a sheet; ``methods`` say
    against what it is compared. ``check`` does the work when it is called. ``begin`` starts what of it runs in
    another process, so that it is done by the time of the check. ``model`` is what the claim is of.
    """

    quantity: str
    latex: str
    methods: tuple[Method, ...]
    check: Callable[[], Comparison]
    begin: Callable[[], object] | None = None
    model: Forward | None = None

    @property
    def method(self) -> str:
        """The methods in words."""
        return ", ".join(method.words for method in self.methods)


@dataclass(frozen=True)
class Answered:
    """An answer: what a key prints, and what it claims. ``files`` go beside the sheets, by their path."""

    blocks: tuple[Block, ...] = ()
    claims: tuple[Claim, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


Shared = TypeVar("Shared")


class Context(Protocol):
    """What an item may ask of the homework that it belongs to."""

    def grain(self, asked: Steps | None = None) -> Grain | None:
        """How finely the key tells a derivation whose item has ``asked`` for these steps; None for its result alone."""

    @property
    def conventions(self) -> Conventions:
        """How the homework is written."""

    def network(self, name: str) -> Network:
        """The network of that name, in the homework's conventions."""

    def shared(self, kind: type[Shared]) -> Shared:
        """What the answers of a homework share of a kind that only some of them know, such as its ``Trainings``."""

    def activations(self) -> Mapping[str, Activation]:
        """The activations that the homework may use, its own among them, by their names."""

    def losses(self) -> tuple[LossDefinition, ...]:
        """The losses that the homework defines."""

    def own(self) -> Mapping[str, LayerDefinition | Activation]:
        """The layers and activations that the homework defines, by their names."""

    def functions(self) -> tuple[ScalarFunction, ...]:
        """The same as scalar functions, which formulas call as they are written: ``sigma(z)``."""

    def first_about(self, network: str) -> str | None:
        """The id of the first part that is answered for that network."""

    def items(self, part: str) -> tuple[Item, ...]:
        """The items of another part's answer."""

    def shown_before(self, item: Item) -> tuple[Derivation, ...]:
        """What the items before this one have derived in the same part."""

    def item(self, part: str, kind: str) -> Item:
        """The first item of that kind in another part's answer."""


class Item(Strict):
    """A kind of answer. Each kind is one module of ``answers.kinds`` that defines one subclass."""

    kind: str
    begins_early: ClassVar[bool] = False
    """Whether its claims have something to begin, before other parts are answered."""

    def blank(self, context: Context) -> tuple[Block, ...]:
        """What the question sheet leaves to be filled in."""
        return ()

    def handout(self, context: Context) -> tuple[tuple[str, str], ...]:
        """Files that go beside the question sheet, by their path."""
        return ()

    def asked(self, context: Context) -> tuple[Derivation, ...]:
        """What is asked for by formulas that can be marked, in the order in which they are asked."""
        return ()

    def answer(self, context: Context) -> Answered:
        """What the key says."""
        raise TypeError(f"{type(self).__name__} does not say what it answers")
