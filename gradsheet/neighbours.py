"""Whether the packages that Gradsheet consists of are its own, or modules of a user that hide them."""

from __future__ import annotations

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


def _place(name: str) -> Path | None:
    """The file or folder that an import of ``name`` finds."""
    specification = find_spec(name)
    if specification is None:
        return None
    folders = list(specification.submodule_search_locations or ())
    place = folders[0] if folders else specification.origin
    return Path(place).resolve() if place else None
