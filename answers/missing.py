"""A package that is not installed: which one, and what pip is to install. What is imported here is Python's own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

OURS = frozenset({"gradsheet", "derive", "numeric", "answers", "templates", "pytest_gradsheet"})
"""The packages that Gradsheet consists of."""


def missing_package(error: ImportError) -> str | None:
    """Which package is missing, and how to install it; None if the module is one of ours, whose absence is a fault.

    A library may raise an error of its own where what it needs is missing: it is told by what that error came of.
    """
    cause: BaseException | None = error
    while cause is not None and not (isinstance(cause, ModuleNotFoundError) and cause.name):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    package = str(cause.name).partition(".")[0]
    if package in OURS:
        return None
    wanted = shlex.join(list(_not_installed()) or [package])
    return f"Gradsheet needs the package {package}, which is not installed: python -m pip install {wanted}"


def _not_installed() -> Iterator[str]:
    """The requirements of Gradsheet that are not there; of a checkout its folder, which brings all of them."""
    try:
        required = requires("gradsheet") or []
    except PackageNotFoundError:
        required = []
        yield str(Path(__file__).parents[1])
    for requirement in required:
        name, _, condition = requirement.partition(";")
        try:
            version(re.split(r"[^\w.-]", name, maxsplit=1)[0])
        except PackageNotFoundError:
            if not condition:
                yield requirement
