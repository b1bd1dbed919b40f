"""Whether the packages of Gradsheet are its own, which modules of a user may hide, and have what they need."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("derive", "numeric", "answers", "templates")


def require_own_packages() -> None:
    """See that each package is the one that was installed beside this one.

    Their names are common words: a ``numeric.py`` in the folder where Python was started comes before ours.

    Raises:
        ImportError: another module of that name is found first; the message names its file.
    """
    installed = Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        found = _place(name)
        if found is None:
            raise ImportError(f"the package {name} of Gradsheet is not installed beside {installed / 'gradsheet'}")
        if found.parent != installed:
            raise ImportError(
                f"{found} hides the package {name} of Gradsheet: Python finds it first; rename it, or start Python "
                f"from another folder"
            )


def explain(error: ImportError) -> None:
    """Say which package is missing where that is why an import of ours fails, and how to install it.

    ``python -m gradsheet`` comes by here before there is a command: it ends with one message, as the command does.

    Raises:
        ImportError: a package is missing.
        SystemExit: it is, and this is ``python -m gradsheet``.
    """
    from answers.missing import missing_package

    message = missing_package(error)
    if message is None:
        return
    if sys.argv[:1] == ["-m"]:
        sys.stderr.write(f"error: {message}\n")
        raise SystemExit(2) from error
    raise ImportError(message) from error


def _place(name: str) -> Path | None:
    """The file or folder that an import of ``name`` finds."""
    specification = find_spec(name)
    if specification is None:
        return None
    folders = list(specification.submodule_search_locations or ())
    place = folders[0] if folders else specification.origin
    return Path(place).resolve() if place else None
