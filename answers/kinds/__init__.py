"""The kinds of answers that a homework file can ask for, one module each.

A new kind is a new module here with one subclass of ``Item``; nothing else lists it.
"""

from __future__ import annotations

from functools import lru_cache

from answers.contract.item import Item
from answers.contract.model import discover
from derive.remembering import ONE


@lru_cache(maxsize=ONE)
def kinds() -> dict[str, type[Item]]:
    """The kinds by the name that a homework file gives them."""
    return discover(__name__, __path__, Item)
