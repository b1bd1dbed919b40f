"""Runs an ``mlp.py`` on given cases: a program of its own, started in a folder that holds them.

It reads ``cases.json`` and ``cases.npz`` and writes ``results.json`` and ``results.npz``. It imports
nothing but NumPy, and PyTorch where it is installed.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy

LARGEST_FILE = 50_000_000
PARAMETERS = ("W1", "b1", "W2", "b2")

Results = dict[str, Any]


def main() -> None:
    """Run the cases in the current folder."""
    cases = json.loads(Path("cases.json").read_text(encoding="utf-8"))
    library, how = _library(cases["library"], cases["stand_in"])
    _limit(cases["seconds"])
    report: dict[str, Any] = {"how": how, "problem": "", "notes": {}}
    arrays: Results = {}
    module, report["problem"] = _attempt(_load, "mlp.py")
    if module is not None:
        with numpy.load("cases.npz") as given:
            tensors = {name: _tensor(library, given[name]) for name in given.files}
        for number, case in enumerate(cases["cases"]):
            prefix = f"{number}/"
            own = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
            results: Results = {}
            _, note = _attempt(RUNS[case["run"]], module, case, own, results)
            if note:
                report["notes"][str(number)] = note
            arrays.update({prefix + name: value for name, value in results.items()})
    numpy.savez("results.npz", **arrays)
    Path("results.json").write_text(json.dumps(report), encoding="utf-8")


def _sequence(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """Forward, loss and backward, one after the other, as in training."""
    net = _network(module, case, given)
    y_hat = net.forward(given["x"])
    results["y_hat"] = _array(y_hat)
    loss, slope = getattr(module, case["loss"])(given["y"], y_hat)
    results["loss"], results["dJdy_hat"] = _array(loss), _array(slope)
    net.backward(slope)
    _gradients(net, results)


def _backward(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """Backward alone, from a gradient that is given."""
    net = _network(module, case, given)
    net.forward(given["x"])
    net.backward(given["dJdy_hat"])
    _gradients(net, results)


def _loss(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any], results: Results) -> None:
    """The loss alone, at a prediction that is given."""
    loss, slope = getattr(module, case["loss"])(given["y"], given["y_hat"])
    results["loss"], results["dJdy_hat"] = _array(loss), _array(slope)


RUNS: Mapping[str, Callable[..., None]] = {"sequence": _sequence, "backward": _backward, "loss": _loss}


def _network(module: ModuleType, case: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    (d, n), (outputs, _) = given["W1"].shape, given["W2"].shape
    net = module.MLP(n, d, case["f"], d, outputs, case["g"])
    for name in PARAMETERS:
        net.parameters[name] = given[name]
    net.clear_grad_and_cache()
    return net


def _gradients(net: Any, results: Results) -> None:
    missing = [f"dJd{name}" for name in PARAMETERS if f"dJd{name}" not in net.grads]
    if missing:
        raise KeyError(f"grads holds no {', '.join(missing)}; it holds {', '.join(net.grads) or 'nothing'}")
    for name in PARAMETERS:
        results[f"dJd{name}"] = _array(net.grads[f"dJd{name}"])


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
        library = _loaded("torch", Path(__file__).with_name("torch_stand_in.py"))
        how = f"NumPy {numpy.__version__} in the place of PyTorch"
    else:
        library = importlib.import_module("torch")
        how = f"PyTorch {library.__version__}"
    library.set_default_dtype(library.float64)
    return library, how


def _load(path: str) -> ModuleType:
    return _loaded("mlp", Path(path).absolute())


def _loaded(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _attempt(function: Callable[..., Any], *arguments: Any) -> tuple[Any, str]:
    """What a function returns, and what went wrong in it: the file under test may raise anything, or exit."""
    try:
        return function(*arguments), ""
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename).name == "mlp.py"]
        place = f" (line {lines[-1]} of mlp.py)" if lines else ""
        return None, f"{type(error).__name__}: {error}{place}"


def _limit(seconds: int) -> None:
    """Bound the processor time and the size of files, where the system can."""
    if importlib.util.find_spec("resource") is None:
        return
    resource = importlib.import_module("resource")
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


if __name__ == "__main__":
    main()
