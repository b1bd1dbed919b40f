"""Whether the source distribution and the wheel in a folder hold what the checkout holds.

    python .ci/packages.py CHECKOUT FOLDER

It ends with a message that names what is missing, or what differs, or what should not be there.
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

PACKAGES = ("gradsheet", "derive", "numeric", "answers", "templates", "pytest_gradsheet")
BESIDE = ("tests", "docs", "benchmarks")
PAGES = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml")

Contents = Mapping[str, bytes]


def of_checkout(root: Path, folders: tuple[str, ...]) -> Contents:
    """The files of folders of the checkout, without what Python and its tools leave there."""
    paths = (path for folder in folders for path in (root / folder).rglob("*") if path.is_file())
    kept = (path for path in paths if "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in kept}


def of_source(archive: Path) -> Contents:
    """The files of a source distribution, without the folder that they are in."""
    with tarfile.open(archive) as files:
        members = [member for member in files.getmembers() if member.isfile()]
        opened = {member.name: files.extractfile(member) for member in members}
        return {
            str(PurePosixPath(*PurePosixPath(name).parts[1:])): file.read() for name, file in opened.items() if file
        }


def of_wheel(archive: Path) -> Contents:
    """The files of a wheel."""
    with zipfile.ZipFile(archive) as files:
        return {name: files.read(name) for name in files.namelist()}


def differences(what: str, expected: Contents, found: Contents) -> list[str]:
    """A line for each file that is missing or differs."""
    lines = [f"{what} lacks {name}" for name in expected if name not in found]
    return lines + [f"{what}: {name} differs" for name in expected if name in found and found[name] != expected[name]]


def main() -> None:
    """Compare, and end with what is wrong."""
    root, folder = map(Path, sys.argv[1:])
    (source,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    program = of_checkout(root, PACKAGES)
    everything = {**program, **of_checkout(root, BESIDE), **{page: (root / page).read_bytes() for page in PAGES}}
    installed = of_wheel(wheel)
    wrong = differences("the source distribution", everything, of_source(source))
    wrong += differences("the wheel", program, installed)
    wrong += [f"the wheel has {name}" for name in installed if name not in program and ".dist-info/" not in name]
    if not any(name.endswith(".dist-info/licenses/LICENSE") for name in installed):
        wrong.append("the wheel lacks the license")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
