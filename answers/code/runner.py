"""Runs a file on given cases: a program of its own, started in a folder that holds both.

It reads ``plan.json`` and ``cases.npz``, imports what the file needs, gives up all rights (``answers.sandbox``), and
only then calls the functions of ``driver.py`` with the file. What comes of it goes to standard output in frames:
first, up to ``begun``, what it says itself, and behind that what the file may have made up.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
OPENING, BEGUN = 0, "begun"

Results = dict[str, Any]


def main() -> None:
    """Run the cases in the current folder."""
    entry = _loaded("entry", HERE.parent / "sandbox" / "entry.py")
    place, plan, sandbox = entry.output(), entry.plan(), entry.modules()
    send = sandbox.frames.send
    library, how = _library(plan["library"], plan["stand_in"])
    missing = [name for name in plan["requires"] if not _importable(name)]
    for name in missing:
        send(place, OPENING, "missing", name)
    if missing:
        send(place, OPENING, BEGUN, how)
        return
    how = ", ".join([how, *map(_version, plan["requires"])])
    numpy = importlib.import_module("numpy")
    with numpy.load("cases.npz") as given:
        tensors = {name: _tensor(library, given[name]) for name in given.files}
    driver = _loaded("driver", Path("driver.py"))
    if library is not None and not plan["autograd"]:
        _refuse_autograd(library)
    lacks = entry.enter(sandbox, plan)
    for name in lacks:
        send(place, OPENING, "lacks", name)
    send(place, OPENING, BEGUN, how)
    if not (lacks and plan["required"]):
        _run(plan, driver, tensors, sandbox.frames, place)


def _run(plan: Mapping[str, Any], driver: ModuleType, tensors: Results, frames: ModuleType, place: int) -> None:
    """Load the file and run the cases on it: from here on, anything may be other than it seems."""
    file = plan["file"]
    sys.path.insert(0, str(Path.cwd()))
    module, problem = _attempt(file, _loaded, Path(file).stem, Path(file).absolute())
    if problem:
        frames.send(place, OPENING, "problem", problem)
    for number, case in enumerate(plan["cases"] if module is not None else ()):
        prefix = f"{number}/"
        own = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
        results: Results = {}
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            _, note = _attempt(file, getattr(driver, case["run"]), module, case, own, results)
        for name, value in results.items():
            array, refused = _attempt(file, _array, value)
            note = note or (refused and f"{name} is no array of numbers: {refused}")
            if array is not None:
                frames.send_array(place, number, name, array)
        frames.send(place, number, "printed", printed.getvalue())
        if note:
            frames.send(place, number, "note", note)
    frames.send(place, OPENING, "done", "")


def _array(value: Any) -> Any:
    numpy = sys.modules["numpy"]
    plain = value.detach() if hasattr(value, "detach") else value
    return numpy.array(plain, dtype=numpy.float64)


def _tensor(library: ModuleType | None, array: Any) -> Any:
    return array if library is None else library.tensor(array)


def _library(name: str, stand_in: bool) -> tuple[ModuleType | None, str]:
    """The library whose tensors the file gets, None for NumPy's arrays, and its name with its version."""
    numpy = importlib.import_module("numpy")
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


def _refuse_autograd(library: ModuleType) -> None:
    """Have PyTorch say so where it is asked to differentiate, by whatever name: its engine is taken away."""

    def refused(*arguments: object, **named: object) -> None:
        raise RuntimeError("PyTorch was asked to differentiate by itself, which is not allowed here")

    inner = getattr(library, "_C", None)
    for owner, names in {
        inner: ("_ImperativeEngine", "_enter_dual_level", "_jit_script_compile", "_create_graph_by_tracing"),
        getattr(inner, "_functorch", None): ("_grad_increment_nesting", "_jvp_increment_nesting"),
        getattr(inner, "_EngineBase", None): ("run_backward",),
        getattr(library, "jit", None): ("script", "trace", "compile"),
        library: ("compile",),
    }.items():
        for name in names:
            if owner is not None and hasattr(owner, name):
                with contextlib.suppress(TypeError, AttributeError):
                    setattr(owner, name, refused)
    for name in ("torch.autograd", "torch.autograd.variable", "torch.autograd.graph"):
        module = sys.modules.get(name)
        for attribute in ("_execution_engine", "_engine_run_backward"):
            if hasattr(module, attribute):
                setattr(module, attribute, refused)
    variable = getattr(library.autograd, "Variable", None) if hasattr(library, "autograd") else None
    if variable is not None:
        variable._execution_engine = None


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
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename).name == file]
        place = f" (line {lines[-1]} of {file})" if lines else ""
        return None, f"{type(error).__name__}: {_said(error)}{place}"


def _said(error: BaseException) -> str:
    try:
        text = str(error)[:1000]
    except BaseException:
        text = "its message cannot be written"
    return text or ("not enough memory" if isinstance(error, MemoryError) else "")


if __name__ == "__main__":
    main()
