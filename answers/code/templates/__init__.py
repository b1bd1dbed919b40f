"""The templates of programming parts, one package each: options, cases, a driver, and its Jinja templates.

A new template is a new package here that exports one subclass of ``Programming``; nothing else lists it.
"""

from __future__ import annotations

from functools import lru_cache

from answers.code.programming import Programming
from answers.contract.model import discover
from derive.remembering import ONE


@lru_cache(maxsize=ONE)
def code_templates() -> dict[str, type[Programming]]:
    """The templates by the name that a homework file gives them."""
    return discover(__name__, __path__, Programming, by="template")
