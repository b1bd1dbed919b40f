"""Which files a program may read: Python's own library, the packages that it is granted, and what these need."""

from __future__ import annotations

import importlib.util
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from answers.missing import OURS
from derive.remembering import ONE, TRIALS

NOT_PYTHONS = frozenset({"site-packages", "dist-packages"})
LIBRARIES = tuple(map(Path, ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")))
DEVICES = tuple(map(Path, ("/dev/null", "/dev/urandom")))


@dataclass(frozen=True)
class Granted:
    """Entries of folders of packages, by their names there, and what else is read."""

    packages: tuple[tuple[str, Path], ...]
    readable: tuple[Path, ...]


@lru_cache(maxsize=TRIALS)
def granted(names: tuple[str, ...]) -> Granted:
    """What a program may read that may import the packages of these names, installed or not."""
    entries: dict[str, Path] = {}
    for name in names:
        spec = importlib.util.find_spec(name) if name.isidentifier() else None
        if spec is not None and spec.origin is not None:
            place = Path(spec.origin)
            place = place.parent if spec.submodule_search_locations else place
            entries.setdefault(place.name, place.resolve())
    for distribution in _needed(names):
        for entry in _entries(distribution):
            entries.setdefault(entry.name, entry.resolve())
    kept = tuple(sorted((name, path) for name, path in entries.items() if Path(name).stem not in OURS))
    return Granted(kept, (*(path for _, path in kept), *_system()))


def _needed(names: tuple[str, ...]) -> Iterator[metadata.Distribution]:
    """The distributions that bring packages, and all that they require and that is installed."""
    open_names = [distribution for name in names for distribution in _distributions_of(name)]
    seen = set(OURS)
    while open_names:
        name = open_names.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in seen:
            continue
        seen.add(key)
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        yield found
        for requirement in found.requires or ():
            wanted, _, condition = requirement.partition(";")
            if "extra" not in condition and (match := re.match(r"[\w.-]+", wanted)):
                open_names.append(match[0])


def _distributions_of(package: str) -> list[str]:
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return metadata.packages_distributions().get(package, [])
    return [package]


def _entries(distribution: metadata.Distribution) -> Iterator[Path]:
    """What a distribution has in its folder of packages; programs beside it are none of it."""
    record = distribution.read_text("RECORD") or ""
    names = {re.split("[/,]", line, maxsplit=1)[0] for line in record.splitlines()}
    for name in sorted(names - {"..", "", "__pycache__"}):
        if not name.endswith(".pth"):
            yield Path(str(distribution.locate_file(name)))


@lru_cache(maxsize=ONE)
def _system() -> tuple[Path, ...]:
    """Python's own library entry by entry, without the packages in it, and the libraries of the system."""
    paths = sysconfig.get_paths()
    own = {Path(paths["stdlib"]).resolve(), Path(paths["platstdlib"]).resolve()}
    entries = [
        entry for folder in own if folder.is_dir() for entry in folder.iterdir() if entry.name not in NOT_PYTHONS
    ]
    machine = sysconfig.get_config_var("MULTIARCH") or ""
    shared = [folder / machine for folder in LIBRARIES if machine and (folder / machine).is_dir()]
    shared += [file for folder in LIBRARIES if folder.is_dir() for file in folder.glob("*.so*")]
    base = Path(sys.base_prefix).resolve() / "lib"
    shared += [*base.glob("*.so*"), Path("/etc/ld.so.cache")] if base.is_dir() else []
    return (*entries, *{path.resolve() for path in shared}, *DEVICES)
