"""What a description is built into: a forward definition and the lines of its forward table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from derive.forward import Forward

Meeting = Literal["sum", "product", "join"]
"""How values meet: added, multiplied element by element, or one after the other."""


@dataclass(frozen=True)
class Block:
    """One line of a forward table: a layer, what it reads and the tensor it computes.

    ``call`` is how the layer is written when applied to an argument that has no matrix form of its own;
    ``of_loss`` says that it belongs to the loss, such as the softmax of a loss that takes scores. ``rows`` are all that
    the layer computes, by their names; where they are left out, all since the line before. ``meeting`` says how the
    values ``parts`` meet where no layer does it.
    """

    label: str
    reads: str
    value: str
    call: str = ""
    of_loss: bool = False
    rows: tuple[str, ...] = ()
    meeting: Meeting | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Blueprint:
    """A forward definition and its blocks."""

    forward: Forward
    blocks: tuple[Block, ...]
