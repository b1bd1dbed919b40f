"""The arrays that a compiled function is given: checked before it runs, whatever library they are of."""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy
from sympy import Symbol

from derive.errors import nearest
from derive.forward import Tensor
from numeric.arrays.sizes import lengths, require_windows, sizes_from
from numeric.errors import ArrayError
from numeric.lowering.lines import Plan

Arrays = Mapping[str, Any]

REAL = ("float32", "float64")

ARRAYS: Mapping[str, tuple[str, str]] = {
    "numpy": ("numpy", "NumPy array"),
    "torch": ("torch", "tensor of PyTorch"),
    "jax": ("jax", "JAX array"),
    "array_api": ("array_api_compat", "array of a library with the Array API standard"),
}
"""For each target the package that knows its arrays, and what they are called."""


@dataclass(frozen=True)
class Arguments:
    """What the arrays of a plan must be; ``labels`` are the layers that they belong to.

    ``settings`` are the sizes that no array shows and that are given by name, such as a stride.
    """

    plan: Plan
    labels: Mapping[str, str]
    settings: Mapping[str, Symbol]
    target: str = "numpy"
    _valid: dict[str, tuple[object, ...]] = field(default_factory=dict, compare=False, repr=False)

    def check(self, call: str, params: Arrays, given: tuple[Any, ...], tensors: tuple[Tensor, ...]) -> None:
        """Check the arrays, unless a call with the same shapes and types was right before; labels always.

        Raises:
            ArrayError: an array is missing, is no array, or has a wrong shape or type; a label is out of range.
        """
        if len(given) != len(tensors):
            names = ", ".join(tensor.name for tensor in tensors)
            raise ArrayError(f"{call} takes the arrays {names}; got {len(given)} of them")
        key: tuple[object, ...]
        try:
            arrays = (*given, *[params[name] for name in self._parameters])
            key = (*[(a.shape, a.dtype) for a in arrays], *[params[name] for name in self.settings])
        except (AttributeError, KeyError):
            key = ()
        if not key or self._valid.get(call) != key:
            self._check_arrays(params, given, tensors)
            self._valid[call] = key
        if self.classes:
            self._check_labels(given, tensors, params)

    def explain_nan(self, results: Iterable[Any], arrays: Arrays) -> None:
        """Look for the array that a NaN among the results came from; there may be none.

        Raises:
            ArrayError: an array holds NaN.
        """
        for result in results:
            if not is_traced(result) and bool(_reduced(result != result, "any")):
                self.find_nan(arrays)

    def find_nan(self, arrays: Arrays) -> None:
        """Look for the array that a NaN came from.

        Raises:
            ArrayError: an array holds NaN or, if none does, infinity or nothing at all.
        """
        real = {
            name: array
            for name, array in arrays.items()
            if not isinstance(array, int | float) and type_name(array) in REAL
        }
        for name, array in real.items():
            if bool(_reduced(array != array, "any")):
                raise ArrayError(f"{self.called(name)} holds NaN")
        for name, array in real.items():
            if bool(_reduced(abs(array) == math.inf, "any")):
                raise ArrayError(f"{self.called(name)} holds infinity, and NaN comes of it")
            if 0 in array.shape:
                raise ArrayError(f"{self.called(name)} is empty: its shape is {tuple(array.shape)}")

    @cached_property
    def _labels(self) -> frozenset[str]:
        """The tensors of class numbers."""
        return frozenset(tensor.name for tensor in self.plan.model.given if tensor.domain == "class")

    @cached_property
    def _parameters(self) -> tuple[str, ...]:
        """The parameters that are arrays: what has a name in the layers only is a number."""
        return tuple(tensor.name for tensor in self.plan.parameters if tensor.name in self.plan.model.tensors)

    @cached_property
    def _is_array(self) -> Callable[[Any], bool]:
        package = importlib.import_module(ARRAYS[self.target][0])
        if self.target == "array_api":
            known: Callable[[Any], bool] = package.is_array_api_obj
            return known
        kinds = {"numpy": ("ndarray", "generic"), "torch": ("Tensor",), "jax": ("Array",)}[self.target]
        types = tuple(getattr(package, kind) for kind in kinds)
        return lambda array: isinstance(array, types)

    def _check_arrays(self, params: Arrays, given: tuple[Any, ...], tensors: tuple[Tensor, ...]) -> None:
        for tensor in self.plan.parameters:
            if tensor.name not in params:
                near = nearest(tensor.name, params) if params else "none given"
                raise ArrayError(f"the parameter {self.called(tensor.name)} is missing; {near}")
        arrays = {tensor.name: array for tensor, array in zip(tensors, given, strict=True)}
        arrays |= {tensor.name: params[tensor.name] for tensor in self.plan.parameters}
        numbers = {name for name in set(arrays) - set(self.plan.model.tensors) if isinstance(arrays[name], int | float)}
        arrays = {name: array for name, array in arrays.items() if name not in numbers}
        self._check_types(arrays)
        try:
            require_windows(self.plan.model, sizes_from(self.plan.model, arrays, self._settings(params)))
        except ArrayError as error:
            name = str(error).split()[0]
            raise ArrayError(f"{error}{self._place(name)}") from error

    def _settings(self, params: Arrays) -> dict[Symbol, int]:
        found = {}
        for name, size in self.settings.items():
            number = params.get(name)
            if isinstance(number, bool) or not isinstance(number, int):
                what = "is missing" if number is None else f"is {number!r}"
                raise ArrayError(f"{name} {what}; give it among the parameters: a whole number that no array shows")
            found[size] = number
        return found

    def _check_types(self, arrays: Arrays) -> None:
        kinds: dict[str, str] = {}
        for name, array in arrays.items():
            if not self._is_array(array):
                expected = ARRAYS[self.target][1]
                article = "an" if expected[0] in "aA" else "a"
                raise ArrayError(f"{self.called(name)} is a {type(array).__name__}, expected {article} {expected}")
            kind = type_name(array)
            if name in self._labels:
                if not kind.startswith(("int", "uint")):
                    raise ArrayError(f"{self.called(name)} holds class numbers; expected integers, got {kind}")
                continue
            if kind not in REAL:
                raise ArrayError(f"{self.called(name)} is of type {kind}, expected {' or '.join(REAL)}")
            kinds[name] = kind
        for what, of in (("type", kinds), ("library", {name: _library(array) for name, array in arrays.items()})):
            first = next(iter(of), "")
            for name in of:
                if of[name] != of[first]:
                    raise ArrayError(
                        f"{self.called(name)} is {of[name]}, but {self.called(first)} is {of[first]}; "
                        f"give all arrays {'one type' if what == 'type' else 'of one library'}"
                    )

    def _check_labels(self, given: tuple[Any, ...], tensors: tuple[Tensor, ...], params: Arrays) -> None:
        for tensor, labels in zip(tensors, given, strict=True):
            count = self.classes.get(tensor.name)
            if count is None or not math.prod(labels.shape) or is_traced(labels):
                continue
            known = {**dict(zip((t.name for t in tensors), given, strict=True)), **params}
            (classes,) = lengths((count,), sizes_from(self.plan.model, known, self._settings(params)))
            low, high = (int(_reduced(labels, end)) for end in ("min", "max"))
            if low < 0 or high >= classes:
                wrong = low if low < 0 else high
                raise ArrayError(f"{tensor.name} holds the class {wrong}, expected 0 to {classes - 1}")

    @cached_property
    def classes(self) -> dict[str, Any]:
        """For each tensor of class numbers the size of the axis that it selects from."""
        found: dict[str, Any] = {}
        tensors = self.plan.model.tensors
        for row in self.plan.model.rows:
            for access in row.expression.atoms(sympy.Indexed):
                for place, inner in enumerate(access.indices):
                    if isinstance(inner, sympy.Indexed) and tensors[str(inner.base)].domain == "class":
                        found[str(inner.base)] = tensors[str(access.base)].shape[place]
        return found

    def called(self, name: str) -> str:
        """What an array is called in messages: its name, and the layer that it belongs to."""
        return name + self._place(name)

    def _place(self, name: str) -> str:
        return f" (of {self.labels[name]})" if name in self.labels else ""


def type_name(array: Any) -> str:
    """The type of an array's elements, ``float32``, in every library."""
    return str(array.dtype).rpartition(".")[2]


def _reduced(array: Any, function: str) -> Any:
    """``array.any()``, ``array.max()``: a method, or a function of the array's library where it has no methods."""
    if hasattr(array, function):
        return getattr(array, function)()
    return getattr(array.__array_namespace__(), function)(array)


def is_traced(array: Any) -> bool:
    """Whether an array stands for values that come later, as inside ``jax.jit``."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(array, jax.core.Tracer)


def _library(array: Any) -> str:
    """The package of an array's type: ``numpy``, ``torch``, ``jax``."""
    package = type(array).__module__.partition(".")[0]
    return "jax" if package == "jaxlib" else package
