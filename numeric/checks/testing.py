"""A user's own backward function against the derived gradients, for tests in other projects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy
from sympy import Symbol

from derive.errors import nearest
from numeric.arrays.axes import Array
from numeric.arrays.sizes import sizes_from
from numeric.arrays.threads import one_thread
from numeric.checks.callables.adapted import GRADIENTS, Mode, adapted
from numeric.checks.callables.calling import Call
from numeric.checks.callables.libraries import converted
from numeric.checks.callables.naming import Template, naming_of
from numeric.checks.counterexample import Search, in_words
from numeric.checks.judge import Judge, Outcome, error_of
from numeric.checks.oracle import Oracle, Subject, gradient_oracle
from numeric.checks.precision import required
from numeric.checks.seeding import seed_of
from numeric.errors import ArrayError
from numeric.sampling import Sizing
from numeric.sampling.boundaries import at_kinks
from numeric.sampling.plan import size_symbols
from numeric.sampling.points import sample, sample_sizes, samples

AT_RANDOM = "at a random point"
AT_BOUNDARIES = "where a value is exactly at a kink, at which the definition says which side counts; at a point"
AT_OWN = "at the point that was given"

Points = int | Sequence[Mapping[str, Any]]
"""How many points at random at least, or arrays of one's own."""


def assert_gradients(
    backward: Any,
    subject: Subject,
    *,
    of: Sequence[str] = (),
    points: Points = 3,
    seed: int | None = None,
    tolerance: float | None = None,
    dtype: str = "float64",
    convert: Callable[[Array], Any] | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
    shapes: Mapping[str, Template] = MappingProxyType({}),
    sizes: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Compare a backward function with the derived gradients at random points, whose sizes are those of a check.

    A function that is right there is also compared where conditions are exactly at their boundaries: ReLU has the slope
    0 at 0, as in PyTorch, and of several largest values in a window the first one counts.

    Args:
        backward: called with what is given by name, ``backward(x=..., y=..., W1=..., b1=...)``, those that it has
            parameters for; a layer's with ``z``, its parameters, its constants such as ``eps``, and the upstream
            gradient ``dy``. Sizes that are letters, such as the stride of ``MaxPool2d(k, stride=s)``, are given by
            name to a function that has parameters for them. Arrays are float64, class numbers int64. It returns
            gradients by name, as ``W1`` or ``dW1``: any of those that are derived, at least one. Or it returns them
            in order, all of them. What people have beside such functions does as well: an ``autograd.Function`` of
            PyTorch or its ``apply``, a module, a function of JAX or PyTorch that computes the outputs, or the loss,
            which is differentiated; a pair ``(forward, backward)`` or a class with these as static methods, where
            ``forward`` returns the outputs and a cache and ``backward`` takes the upstream gradient and the cache; an
            object with both as methods, which holds its parameters and their gradients, such as ``W`` and ``dLdW``.
            Sizes of what such a module or object holds stay as they are.
        subject: what it should be. A network with its loss, made with ``batch="B"`` if the function takes batches, or a
            layer; a network without a loss has the upstream gradient ``dy_hat``. Equations in a text,
            ``"y[i] = x[i]/sqrt(1/n*sum[j] x[j]^2 + eps)*g[i]"``, or the text of a layer or a network: ``"GELU"``. Or
            one derivation, ``net.gradient("W1")``: of anything else than a gradient of the loss, such as a Jacobian,
            the function returns the values.
        of: the names of the gradients that the function returns without names, in order; all parameters of a
            network, inputs and parameters of a layer or of equations if left out.
        points: how many random points at least, each with shapes of its own; there are as many as it takes to see
            windows at several places, strides with remainders, long axes, and sizes of 1. Or points of your own:
            dictionaries of arrays by the function's names, of which the upstream gradient is drawn if it is left out.
        seed: which random points; that of the test run if left out, which is 0 where ``--gradsheet-seed`` says nothing.
        tolerance: the largest error beside the largest element of the gradient; by the type of what the
            function returns and the number of operations if left out.
        dtype: the type that the function computes in: ``float64``, ``float32``, ``float16`` or, for PyTorch and JAX,
            ``bfloat16``. It is given arrays in it, and modules are converted to it.
        convert: makes the arrays that the function takes; those of the library that it reads if left out.
        names: what tensors of the subject are called in the function, ``{"gamma": "weight"}``.
        shapes: shapes with further axes of length 1, ``{"bias": (1, "C")}``: so these are given, and so their
            gradients are expected.
        sizes: sizes that stay as they are at every point, ``{"B": 4}``.

    Raises:
        GradientError: an ``AssertionError``: a gradient is wrong; the message says which, at which element, by what
            factor, how far it may be off and what was derived.
        ArrayError: the function cannot be called with what there is.
    """
    __tracebackhide__ = True
    oracle = gradient_oracle(subject, of, backward, names)
    judge, fixed = prepared(backward, oracle, GRADIENTS, tolerance, dtype, convert, names, shapes, sizes)
    judged(judge, points, seed_of(seed), fixed)


def prepared(
    given: Any,
    oracle: Oracle,
    mode: Mode,
    tolerance: float | None,
    dtype: str,
    convert: Callable[[Array], Any] | None,
    names: Mapping[str, str],
    shapes: Mapping[str, Template],
    sizes: Mapping[str, int],
) -> tuple[Judge, dict[Symbol, int]]:
    """What compares a user's function with an oracle, and the sizes that stay as they are.

    Raises:
        ArrayError: the function cannot be called with what there is, or a name is not of the subject.
    """
    precision = required(dtype)
    network = oracle.network
    naming = naming_of(network, names, shapes, (*oracle.constants, *map(str, size_symbols(network.forward))))
    mode = Mode(mode.differentiation, dtype, mode.moved)
    called = adapted(given, network, oracle.outputs, oracle.constants, naming, mode)
    call = Call(called, convert or partial(converted, called.library, dtype=dtype), dtype)
    fixed = {**called.fixed, **sizes_named(oracle, sizes)}
    return Judge(oracle, call, precision, tolerance, called.constants), fixed


def judged(judge: Judge, points: Points, seed: int, fixed: Sizing) -> None:
    """Compare at points, which are drawn or given, and where conditions are at their boundaries.

    Raises:
        GradientError: something is wrong.
    """
    __tracebackhide__ = True
    model = judge.oracle.network.forward
    if not isinstance(points, int):
        _require_right(judge, AT_OWN, [judge.at(*_own(judge, point, seed, fixed)) for point in points])
        return
    with one_thread():
        drawn_points = samples(model, seed, points, fixed)
    _require_right(judge, AT_RANDOM, [judge.at(*point) for point in drawn_points], Smaller(fixed, seed))
    if judge.precision.name != "float64":
        return  # what is exactly at a kink is not so once it is rounded
    with one_thread():
        chosen = {**sample_sizes(model, seed, fixed), **fixed}
        boundaries = at_kinks(model, chosen, seed)
    # A function that is wrong everywhere is wrong there too: only what is right elsewhere is tried at boundaries.
    _require_right(judge, AT_BOUNDARIES, [judge.at(chosen, drawn, smooth=False) for drawn in boundaries])


@dataclass(frozen=True)
class Smaller:
    """What smaller cases are drawn with: the sizes that stay as they are, and the seed."""

    fixed: Sizing
    seed: int


def _require_right(judge: Judge, where: str, outcomes: Sequence[Outcome], smaller: Smaller | None = None) -> None:
    """Raise what is different at some of the points, whose sizes are said first, with a smaller case."""
    __tracebackhide__ = True
    first = next((outcome for outcome in outcomes if outcome.findings), None)
    if first is None:
        return
    beside = []
    if smaller is not None:
        name = first.findings[0].name
        case = Search(judge, name, smaller.fixed, smaller.seed).smallest(first)
        beside = [in_words(case, name, judge)]
    raise error_of(judge.oracle, where, outcomes, beside)


def _own(judge: Judge, point: Mapping[str, Any], seed: int, fixed: Sizing) -> tuple[Sizing, dict[str, Array]]:
    """A point of a user's own: the sizes of its arrays, and the arrays with what is left out drawn beside them.

    Raises:
        ArrayError: a name is not of the subject, or arrays do not fit each other.
    """
    oracle, naming = judge.oracle, judge.call.called.naming
    model = oracle.network.forward
    given = {naming.ours(name): numpy.asarray(array) for name, array in point.items()}
    known = (*(tensor.name for tensor in model.given), *oracle.constants, *map(str, size_symbols(model)))
    for name in given:
        if name not in known:
            raise ArrayError(f"a point has {name}, which is not given to the subject; {nearest(name, known)}")
    arrays = {name: array.reshape(naming.plain(name, array.shape)) for name, array in given.items()}
    sizes = sizes_from(model, arrays, fixed)
    wanted = [*(tensor.name for tensor in model.given), *oracle.constants]
    tensors = {name: array.astype(numpy.float64) for name, array in arrays.items() if name in wanted}
    missing = [name for name in wanted if name not in arrays]
    drawn = sample(model, seed, sizes) if missing else {}
    return {**sample_sizes(model, seed, sizes), **sizes}, {**{name: drawn[name] for name in missing}, **tensors}


def sizes_named(oracle: Oracle, sizes: Mapping[str, int]) -> dict[Symbol, int]:
    """Sizes by their symbols.

    Raises:
        ArrayError: the subject has no such size.
    """
    known = {symbol.name: symbol for symbol in size_symbols(oracle.network.forward)}
    for name in sizes:
        if name not in known:
            raise ArrayError(f"there is no size {name} in the subject; {nearest(name, known)}")
    return {known[name]: int(length) for name, length in sizes.items()}
