"""What counts as wrong input: an error message and exit code 2, not a traceback."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path


def input_errors() -> tuple[type[Exception], ...]:
    """The exceptions that say that the input is wrong. Imported when one was raised: the program starts fast."""
    from answers.errors import HomeworkContentError, HomeworkError, PdfError, SandboxError
    from answers.files import OutputError
    from derive.errors import DeriveError
    from numeric.codegen import CompileError

    return DeriveError, HomeworkError, HomeworkContentError, OutputError, PdfError, SandboxError, CompileError


def missing_package(error: ModuleNotFoundError) -> str | None:
    """Which package is missing, and how to install it; None if the module is one of ours, whose absence is a fault."""
    from answers.sandbox.packages import OURS

    package = (error.name or "").partition(".")[0]
    if not package or package in OURS:
        return None
    wanted = shlex.join(list(_not_installed()) or [package])
    return f"Gradsheet needs the package {package}, which is not installed: python -m pip install {wanted}"


def _not_installed() -> Iterator[str]:
    """The requirements of Gradsheet that are not there; of a checkout its folder, which brings all of them."""
    from importlib.metadata import PackageNotFoundError, requires, version

    try:
        required = requires("gradsheet") or []
    except PackageNotFoundError:
        required = []
        yield str(Path(__file__).parents[2])
    for requirement in required:
        name, _, condition = requirement.partition(";")
        try:
            version(re.split(r"[^\w.-]", name, maxsplit=1)[0])
        except PackageNotFoundError:
            if not condition:
                yield requirement
