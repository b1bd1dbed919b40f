"""Which version of Gradsheet this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as of_distribution


def version() -> str:
    """The version that is installed, as ``0.1.0``; of a checkout that is not installed its words say that."""
    try:
        return of_distribution("gradsheet")
    except PackageNotFoundError:
        return "(not installed)"
