"""Whether a text is a way to write a name."""

from __future__ import annotations

from answers.reading import ReadingError, Table, Tensor, read, tree
from answers.reading.tables import spellings


def is_called(text: str, name: str) -> bool:
    """Whether a text is a way to write a name."""
    try:
        node = read(text, Table((Tensor(name, spellings(name)),))).last.node
    except ReadingError:
        return False
    return isinstance(node, tree.Read) and node.name == name
