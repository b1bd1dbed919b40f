"""Evidence: a computation of ours whose result a text quotes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from answers.kinds.item import Claim, Context
from answers.latex.sheet import Block
from answers.model_base import Strict


@dataclass(frozen=True)
class Found:
    """What a computation found: values by name for the text (LaTeX or plain), figures, and claims."""

    values: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    claims: tuple[Claim, ...] = ()


class Evidence(Strict):
    """A kind of evidence. Each kind is one module of this package that defines one subclass."""

    kind: str

    def find(self, context: Context) -> Found:
        """Do the computation; the same options give the same result."""
        raise TypeError(f"{type(self).__name__} does not say what it finds")
