"""Derivatives of a user's function by the library that it is of: gradients, second derivatives, forward mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy

from numeric.arrays.axes import Array
from numeric.checks.callables.libraries import Library, converted, module, several


@dataclass(frozen=True)
class Problem:
    """A function at its arguments, and by which of them it is differentiated.

    ``moved`` are the places of these arguments with the names of the tensors that they are; ``above`` gives the
    upstream gradients of so many outputs, none where the one output is the loss. ``directions`` are those in which
    tensors are moved, by the names of these.
    """

    library: Library
    function: Callable[..., Any]
    arguments: Sequence[Any]
    moved: Mapping[int, str]
    above: Callable[[int], Sequence[Array]]
    directions: Mapping[str, Array]
    dtype: str = "float64"

    def given(self) -> list[Any]:
        """The arguments in the library's arrays."""
        return [converted(self.library, argument, self.dtype) for argument in self.arguments]

    def array(self, values: Array) -> Any:
        """An array of the library."""
        return converted(self.library, values, self.dtype)

    def with_moved(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """The outputs at other values of what is moved."""
        whole = self.given()
        for place, value in zip(self.moved, values, strict=True):
            whole[place] = value
        return several(self.function(*whole))

    def total(self, outputs: tuple[Any, ...]) -> Any:
        """The loss: the output that is one, or the outputs times the upstream gradients."""
        above = [self.array(array) for array in self.above(len(outputs))]
        if not above:
            return sum(output.sum() for output in outputs)
        return sum((array * output).sum() for array, output in zip(above, outputs, strict=True))


class Differentiation(Protocol):
    """Derivatives of a problem, by the names of what they belong to."""

    def __call__(self, problem: Problem) -> Mapping[str, Any]:
        """The derivatives, in arrays of any library."""


def gradients(problem: Problem) -> Mapping[str, Any]:
    """The gradients of the loss by what is moved."""
    return _torch_gradients(problem) if problem.library == "torch" else _jax_gradients(problem)


def _torch_gradients(problem: Problem) -> Mapping[str, Any]:
    torch, given = module("torch"), problem.given()
    for place in problem.moved:
        given[place] = given[place].requires_grad_()
    outputs = several(problem.function(*given))
    above = [problem.array(array) for array in problem.above(len(outputs))]
    if not any(output.requires_grad for output in outputs):
        raise AssertionError("the output does not depend on what it is differentiated by: nothing requires a gradient")
    found = torch.autograd.grad(
        outputs,
        [given[place] for place in problem.moved],
        [array.to(output.dtype) for array, output in zip(above, outputs, strict=True)] if above else None,
        allow_unused=True,
    )
    return {
        name: torch.zeros_like(given[place]) if gradient is None else gradient
        for (place, name), gradient in zip(problem.moved.items(), found, strict=True)
    }


def _jax_gradients(problem: Problem) -> Mapping[str, Any]:
    jax, given = module("jax"), problem.given()
    outputs, back = jax.vjp(lambda *values: problem.with_moved(values), *(given[place] for place in problem.moved))
    above = [problem.array(array) for array in problem.above(len(outputs))] or list(map(jax.numpy.ones_like, outputs))
    found = back(tuple(array.astype(output.dtype) for array, output in zip(above, outputs, strict=True)))
    return dict(zip(problem.moved.values(), found, strict=True))


@dataclass(frozen=True)
class SecondDerivatives:
    """The derivatives of the gradient by ``name``: by ``other`` in full, or along the directions in which it moves."""

    name: str
    other: str
    along: bool = False

    def __call__(self, problem: Problem) -> Mapping[str, Any]:
        """The second derivatives, whose axes are those of the gradient, then those of ``other``; or the product."""
        found = self._by_torch(problem) if problem.library == "torch" else self._by_jax(problem)
        return {self.name: found}

    def _by_torch(self, problem: Problem) -> Any:
        torch, given = module("torch"), problem.given()
        by = {name: place for place, name in problem.moved.items()}
        for place in problem.moved:
            given[place] = given[place].requires_grad_()
        total = problem.total(several(problem.function(*given)))
        wanted = [self.other] if not self.along else list(problem.directions)
        first = [given[by[name]] for name in (wanted if self.along else [self.name])]
        slopes = torch.autograd.grad(total, first, create_graph=True, allow_unused=True)
        slopes = [torch.zeros_like(one) if slope is None else slope for one, slope in zip(first, slopes, strict=True)]
        if self.along:
            along = (problem.array(problem.directions[name]) for name in wanted)
            moving = sum((slope * direction).sum() for slope, direction in zip(slopes, along, strict=True))
            return _slope(torch, moving, given[by[self.name]])
        rows = [_slope(torch, element, given[by[self.other]]) for element in slopes[0].reshape(-1)]
        return torch.stack(rows).reshape((*slopes[0].shape, *given[by[self.other]].shape))

    def _by_jax(self, problem: Problem) -> Any:
        jax, given = module("jax"), problem.given()
        names = list(problem.moved.values())
        values = [given[place] for place in problem.moved]

        def total(*moved: Any) -> Any:
            return problem.total(problem.with_moved(moved))

        place, other = names.index(self.name), names.index(self.other)
        if not self.along:
            return jax.jacrev(jax.grad(total, argnums=place), argnums=other)(*values)

        def moving(*moved: Any) -> Any:
            slopes = jax.grad(total, argnums=tuple(range(len(names))))(*moved)
            known = dict(zip(names, slopes, strict=True))
            return sum((known[n] * problem.array(v)).sum() for n, v in problem.directions.items())

        return jax.grad(moving, argnums=place)(*values)


def _slope(torch: Any, number: Any, by: Any) -> Any:
    """The gradient of a number that may not depend on what it is differentiated by."""
    if not number.requires_grad:
        return torch.zeros_like(by)
    (found,) = torch.autograd.grad(number, [by], retain_graph=True, allow_unused=True)
    return torch.zeros_like(by) if found is None else found


@dataclass(frozen=True)
class ForwardMode:
    """How outputs change along the directions in which inputs and parameters move, in the library's forward mode."""

    outputs: tuple[str, ...]

    def __call__(self, problem: Problem) -> Mapping[str, Any]:
        """The Jacobian-vector product of each output."""
        found = self._by_torch(problem) if problem.library == "torch" else self._by_jax(problem)
        if len(found) != len(self.outputs):
            raise AssertionError(f"the function returned {len(found)} outputs, expected {', '.join(self.outputs)}")
        return dict(zip(self.outputs, found, strict=True))

    def _by_torch(self, problem: Problem) -> Sequence[Any]:
        forward, given = module("torch").autograd.forward_ad, problem.given()
        with forward.dual_level():
            for place, name in problem.moved.items():
                if name in problem.directions:
                    given[place] = forward.make_dual(given[place], problem.array(problem.directions[name]))
            outputs = several(problem.function(*given))
            pairs = [forward.unpack_dual(output) for output in outputs]
        return [pair.primal * 0 if pair.tangent is None else pair.tangent for pair in pairs]

    def _by_jax(self, problem: Problem) -> Sequence[Any]:
        jax, given = module("jax"), problem.given()
        values = [given[place] for place in problem.moved]
        still = (numpy.zeros(numpy.shape(value)) for value in values)
        tangents = [
            problem.array(problem.directions.get(name, zero))
            for name, zero in zip(problem.moved.values(), still, strict=True)
        ]
        return tuple(jax.jvp(lambda *moved: problem.with_moved(moved), values, tangents)[1])
