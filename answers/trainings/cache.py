"""Results of trainings and of programs on disk, so that a second build takes seconds."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy
import platformdirs

from derive.remembering import ONE
from numeric.training import Trained, TrainingError, load_arrays, save_arrays

VARIABLE = "GRADSHEET_CACHE"
CODE = ("derive", "numeric")
"""The packages on whose code a result depends."""


def cache_folder() -> Path:
    """The folder that the environment variable names, or the user's cache folder."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else Path(platformdirs.user_cache_dir("gradsheet")) / "trainings"


@lru_cache(maxsize=ONE)
def code_digest() -> str:
    """A hash of the code that derives, compiles and trains, and of NumPy's version."""
    digest = hashlib.sha256(numpy.__version__.encode())
    root = Path(__file__).parents[2]
    for package in CODE:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Cache:
    """A folder with a file for each result, named by a hash of everything that it depends on."""

    folder: Path

    def path(self, what: dict[str, Any]) -> Path:
        """The file for a training that is described so, in values that JSON knows."""
        text = json.dumps({**what, "code": code_digest()}, sort_keys=True)
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()}.npz"

    def find(self, path: Path) -> Trained | None:
        """The result in a file, if it is there and undamaged."""
        arrays = self.arrays(path)
        try:
            return None if arrays is None else unpacked(arrays)
        except (KeyError, ValueError, TypeError):
            return None  # whole, but no result of a training

    def store(self, path: Path, result: Trained) -> None:
        """Keep the result. A folder that cannot be written only means that the next build trains again."""
        self.keep(path, packed(result))

    def arrays(self, path: Path) -> dict[str, Any] | None:
        """The arrays in a file, if it is there and undamaged."""
        if not path.exists():
            return None
        try:
            return load_arrays(path)
        except TrainingError:
            return None  # a damaged file is not trusted, but made again

    def keep(self, path: Path, arrays: Mapping[str, Any]) -> None:
        """Write arrays, if the folder can be written."""
        try:
            save_arrays(path, arrays)
        except OSError:
            return


def packed(result: Trained) -> dict[str, Any]:
    """A result as arrays by name."""
    arrays: dict[str, Any] = {f"parameters/{name}": array for name, array in result.parameters.items()}
    arrays |= {f"history/{name}": values for name, values in result.history.items()}
    arrays |= {f"test/{name}": numpy.array(value) for name, value in result.test.items()}
    return {**arrays, "first_losses": result.first_losses, "stopped": numpy.array(result.stopped)}


def unpacked(arrays: dict[str, Any]) -> Trained:
    """The result that was packed."""

    def group(name: str) -> dict[str, Any]:
        start = f"{name}/"
        return {key.removeprefix(start): array for key, array in arrays.items() if key.startswith(start)}

    test = {name: float(value) for name, value in group("test").items()}
    stopped = str(arrays["stopped"])
    return Trained(group("parameters"), group("history"), test, arrays["first_losses"], stopped)
