"""Generated functions whose arithmetic left the range of its type, called again with numbers that have no range."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy

from numeric.codegen.arguments import Arrays
from numeric.codegen.gamma import HELPERS
from numeric.enclosed.arrays import EnclosedNumPy, called, is_enclosed
from numeric.enclosed.ladder import Lift, again, is_finite
from numeric.lowering.lines import Plan

Cache = dict[str, Any]


class Kept(Cache):
    """The cache of a forward pass, with the inputs that it is of and whether its arithmetic left its range."""

    def __init__(self, values: Mapping[str, Any], inputs: tuple[Any, ...], overflowed: bool) -> None:
        super().__init__(values)
        self.inputs = inputs
        self.overflowed = overflowed


@dataclass(frozen=True)
class Beyond:
    """The functions of a module for NumPy, on arrays of enclosed numbers."""

    plan: Plan
    source: str

    @cached_property
    def functions(self) -> dict[str, Callable[..., Any]]:
        """The generated functions, which find the functions of enclosed numbers in NumPy's place."""
        namespace: dict[str, Any] = {}
        exec(builtins.compile(self.source, "<in enclosed numbers>", "exec"), namespace)
        namespace["np"] = EnclosedNumPy()
        for name in ("erf", "erfcx", *HELPERS):
            namespace[name] = _of_either(name, namespace.get(name))
        return namespace

    def forward(self, params: Arrays, inputs: tuple[Any, ...], outputs: list[Any], cache: Cache) -> tuple[Any, ...]:
        """The outputs and the cache, in the types that they came out in."""
        if not _finite(params, inputs):
            return *outputs, cache
        names = list(cache)

        def run(lift: Lift) -> list[Any]:
            *found, kept = self._forward(params, inputs, lift)
            return [*found, *(kept[name] for name in names)]

        found = again(run, [*outputs, *(cache[name] for name in names)])
        results = [_like(array, plain) for array, plain in zip(found, outputs, strict=False)]
        return *results, dict(zip(names, found[len(outputs) :], strict=True))

    def loss(self, params: Arrays, cache: Cache, targets: tuple[Any, ...], plain: Any) -> Any:
        """The loss."""
        if not _finite(params, (*cache.values(), *targets) if not isinstance(cache, Kept) else cache.inputs):
            return plain

        def run(lift: Lift) -> list[Any]:
            return [self._loss(params, cache, targets, lift)[0]]

        return _like(again(run, [plain])[0], plain)

    def backward(
        self, params: Arrays, cache: Cache, targets: tuple[Any, ...], plain: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The gradients."""
        if not _finite(params, targets):
            return dict(plain)

        def run(lift: Lift) -> list[Any]:
            _, kept = self._loss(params, cache, targets, lift)
            given = self._given(params, lift), kept, *self._lifted(targets, self.plan.beside, lift)
            gradients = self.functions["backward"](*given)
            return [gradients[name] for name in plain]

        return dict(zip(plain, again(run, list(plain.values())), strict=True))

    def _forward(self, params: Arrays, inputs: tuple[Any, ...], lift: Lift) -> Any:
        given = self._lifted(inputs, self.plan.inputs, lift)
        return self.functions["forward"](self._given(params, lift), *given)

    def _loss(self, params: Arrays, cache: Cache, targets: tuple[Any, ...], lift: Lift) -> tuple[Any, Cache]:
        """The loss, if there is one, and the cache with what the gradients need of it."""
        if isinstance(cache, Kept):
            *_, kept = self._forward(params, cache.inputs, lift)
        else:
            kept = {name: _lifted_one(array, lift) for name, array in cache.items()}
        if "loss" not in self.functions:
            return None, kept
        beside = self._lifted(targets, self.plan.beside, lift)
        return self.functions["loss"](self._given(params, lift), kept, *beside), kept

    def _given(self, params: Arrays, lift: Lift) -> dict[str, Any]:
        return {name: _lifted_one(array, lift) for name, array in params.items()}

    def _lifted(self, arrays: Iterable[Any], tensors: Iterable[Any], lift: Lift) -> list[Any]:
        return [_lifted_one(array, lift) for array, _ in zip(arrays, tensors, strict=True)]


def _of_either(name: str, plain: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """The function of enclosed numbers, and that of the module for all others."""
    return lambda array: called(name, array) if is_enclosed(array) or plain is None else plain(array)


def overflowed(cache: Cache) -> bool:
    """Whether the forward pass of a cache left the range of its type."""
    return isinstance(cache, Kept) and cache.overflowed


def _lifted_one(array: Any, lift: Lift) -> Any:
    """An array of real numbers as enclosed ones; class numbers, places and sizes as they are."""
    return lift(array) if numpy.asarray(array).dtype.kind == "f" else array


def _finite(params: Arrays, arrays: Iterable[Any]) -> bool:
    return all(map(is_finite, (*params.values(), *arrays)))


def _like(array: Any, plain: Any) -> Any:
    """A number of NumPy where there was one."""
    return array[()] if isinstance(plain, numpy.generic) else array
