"""Runs a file on given cases: a program of its own, started in a folder that holds both, with the file's name.

It reads ``cases.json`` and ``cases.npz``, calls the functions of ``driver.py``, and writes ``results.json``
and ``results.npz``. Beside its limits it imports nothing but NumPy, and what the file needs.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy

HERE = Path(__file__).parent
SANDBOX = HERE.parent / "sandbox"

MOST_PRINTED = 10000
"""So many characters of what a case prints are kept."""

Results = dict[str, Any]


def main() -> None:
    """Run the cases in the current folder."""
    file = sys.argv[1]
    plan = json.loads(Path("cases.json").read_text(encoding="utf-8"))
    library, how = _library(plan["library"], plan["stand_in"])
    lacking = [name for name in plan["requires"] if not _importable(name)]
    if lacking:
        Path("results.json").write_text(json.dumps({"how": how, "lacking": lacking}), encoding="utf-8")
        return
    how = ", ".join([how, *map(_version, plan["requires"])])
    with numpy.load("cases.npz") as given:
        tensors = {name: _tensor(library, given[name]) for name in given.files}
    driver = _loaded("driver", Path("driver.py"))
    confinement = _loaded("confinement", SANDBOX / "confinement.py")
    confinement.limit(plan["seconds"], plan["megabytes"])
    landlock = _loaded("landlock", SANDBOX / "landlock.py")
    landlock.restrict(landlock.WRITE, {Path.cwd(): landlock.WRITE, Path(os.devnull): landlock.WRITE})
    confinement.enclose(Path.cwd())
    report: dict[str, Any] = {"how": how, "problem": "", "notes": {}, "printed": {}}
    arrays: Results = {}
    sys.path.insert(0, str(Path.cwd()))
    module, report["problem"] = _attempt(file, _loaded, Path(file).stem, Path(file).absolute())
    for number, case in enumerate(plan["cases"] if module is not None else ()):
        prefix = f"{number}/"
        own = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
        results: Results = {}
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            _, note = _attempt(file, getattr(driver, case["run"]), module, case, own, results)
        report["printed"][str(number)] = printed.getvalue()[:MOST_PRINTED]
        if note:
            report["notes"][str(number)] = note
        arrays.update({prefix + name: _array(value) for name, value in results.items()})
    numpy.savez("results.npz", **arrays)
    Path("results.json").write_text(json.dumps(report), encoding="utf-8")


def _array(value: Any) -> Any:
    plain = value.detach() if hasattr(value, "detach") else value
    return numpy.array(plain, dtype=numpy.float64)


def _tensor(library: ModuleType | None, array: Any) -> Any:
    return array if library is None else library.tensor(array)


def _library(name: str, stand_in: bool) -> tuple[ModuleType | None, str]:
    """The library whose tensors the file gets, None for NumPy's arrays, and its name with its version."""
    if name == "numpy":
        return None, f"NumPy {numpy.__version__}"
    if stand_in or importlib.util.find_spec("torch") is None:
        library = _loaded("torch", HERE / "torch_stand_in.py")
        how = f"NumPy {numpy.__version__} in the place of PyTorch"
    else:
        library = importlib.import_module("torch")
        how = f"PyTorch {library.__version__}"
    library.set_default_dtype(library.float64)
    return library, how


def _importable(package: str) -> bool:
    """Whether a package can be imported, with all that it needs itself; Keras needs one of its backends."""
    try:
        importlib.import_module(package)
    except ImportError:
        return False
    return True


def _version(package: str) -> str:
    """A package that the file needs, imported while nothing is limited, and its version."""
    return f"{package} {getattr(importlib.import_module(package), '__version__', '')}".strip()


def _loaded(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _attempt(file: str, function: Callable[..., Any], *arguments: Any) -> tuple[Any, str]:
    """What a function returns, and what went wrong in it: the file under test may raise anything, or exit."""
    try:
        return function(*arguments), ""
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename).name == file]
        place = f" (line {lines[-1]} of {file})" if lines else ""
        return None, f"{type(error).__name__}: {_said(error)}{place}"


def _said(error: BaseException) -> str:
    text = str(error)
    return text or ("not enough memory" if isinstance(error, MemoryError) else "")


if __name__ == "__main__":
    main()
