"""A user's own backward function against the derived gradients, for tests in other projects."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import numpy

from derive.errors import nearest
from derive.expression.partials import partial_name
from derive.layer import Layer, as_layer
from derive.network import Network
from numeric.arrays.axes import Array
from numeric.arrays.threads import one_thread
from numeric.checks.diagnosis import Difference, difference
from numeric.checks.tolerances import NOISE, RETURNED
from numeric.errors import ArrayError
from numeric.measuring.differences import EPSILON
from numeric.measuring.point import Point
from numeric.sampling import Sizing
from numeric.sampling.boundaries import at_kinks
from numeric.sampling.kinks import deciding
from numeric.sampling.points import sample_sizes, samples
from numeric.values.evaluation import evaluate

Backward = Callable[..., Any]
AT_BOUNDARIES = "where a value is exactly at a kink, at which the definition says which side counts; at a point"


def assert_gradients(
    backward: Backward,
    subject: Network | Layer,
    *,
    of: Sequence[str] = (),
    points: int = 3,
    seed: int = 0,
    tolerance: float | None = None,
    convert: Callable[[Array], Any] = numpy.array,
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
            in order, all of them.
        subject: a network with its loss, made with ``batch="B"`` if the function takes batches, or a layer. A
            network without a loss has the upstream gradient ``dy_hat``.
        of: the names of the gradients that the function returns without names, in order; all parameters of a
            network, inputs and parameters of a layer if left out.
        points: how many random points at least, each with shapes of its own; there are as many as it takes to see
            windows at several places, strides with remainders, long axes, and sizes of 1.
        tolerance: the largest error beside the largest element of the gradient; by the type of what the
            function returns if left out.
        convert: makes the arrays that the function takes, such as ``torch.tensor`` or ``jax.numpy.asarray``.

    Raises:
        AssertionError: a gradient is wrong; the message says which, at which element, and by what factor.
        ArrayError: the function cannot be called with what there is.
    """
    if isinstance(subject, Network) and subject.loss is None:
        subject = as_layer(subject)
    network = subject.network if isinstance(subject, Layer) else subject
    order = tuple(of) or (subject.differentiable if isinstance(subject, Layer) else network.parameters)
    for name in order:
        if name not in network.forward.tensors:
            raise ArrayError(f"there is no tensor {name}; {nearest(name, network.forward.tensors)}")
    compare = partial(_compared, backward, network, order, tolerance, convert)
    with one_thread():
        drawn_points = samples(network.forward, seed, points)
    _require_right(network, "at a random point", [compare(*point) for point in drawn_points])
    with one_thread():
        sizes = sample_sizes(network.forward, seed)
        boundaries = at_kinks(network.forward, sizes, seed)
    # A function that is wrong everywhere is wrong there too: only what is right elsewhere is tried at boundaries.
    _require_right(network, AT_BOUNDARIES, [compare(sizes, drawn) for drawn in boundaries])


def _require_right(network: Network, where: str, found: Sequence[tuple[str, Mapping[str, Difference]]]) -> None:
    """Raise an ``AssertionError`` with what is different at some of the points, whose sizes are said first."""
    wrong: dict[str, list[Difference]] = {}
    for _, differences in found:
        for name, one in differences.items():
            wrong.setdefault(name, []).append(one)
    if wrong:
        sizes = next(sizes for sizes, differences in found if differences)
        raise AssertionError("\n".join([*_messages(wrong, network), f"({where} with {sizes})"]))


def _compared(
    backward: Backward,
    network: Network,
    order: tuple[str, ...],
    tolerance: float | None,
    convert: Callable[[Array], Any],
    chosen: Sizing,
    drawn: Mapping[str, Array],
) -> tuple[str, dict[str, Difference]]:
    """The sizes of a point, for a message, and how the gradients that are wrong there differ.

    Where a derived gradient is not finite, at the end of a root, there is nothing to compare with.
    """
    arrays = _typed(network, drawn)
    sizes = {str(size): length for size, length in chosen.items()}
    where = ", ".join(f"{size} = {length}" for size, length in sorted(sizes.items()))
    found = _gradients(_called(backward, arrays, sizes, convert, where), order, network)
    wanted = {**dict.fromkeys(order), **found}
    with one_thread():
        expected = _expected(network, tuple(wanted), arrays | sizes)
    differences = {}
    for name, gradient in found.items():
        array, kind = _numbers(name, gradient)
        allowed = RETURNED.get(kind, RETURNED["float64"]) if tolerance is None else tolerance
        array, derived = _finite(array, expected[name])
        one = difference(name, array, {**expected, name: derived}, sizes, allowed)
        if one is None:
            continue
        apart = array - derived if array.shape == derived.shape else None
        if apart is None or tolerance is not None or not _is_rounded(network, name, apart, kind, drawn, chosen):
            differences[name] = one
    return where, differences


def _finite(array: Array, derived: Array) -> tuple[Array, Array]:
    """Both with 0 where the derived gradient is not finite: there is nothing to compare with."""
    finite = numpy.isfinite(derived)
    if array.shape != derived.shape or finite.all():
        return array, derived
    return numpy.where(finite, array, 0.0), numpy.where(finite, derived, 0.0)


def _is_rounded(
    network: Network, name: str, apart: Array, kind: str, drawn: Mapping[str, Array], sizes: Sizing
) -> bool:
    """Whether a gradient is apart from the derived one by no more than what rounding does to what is added up in it.

    One that is 0 because all of it cancels, as that of LayerNorm along an axis of one element, is rounded, too.
    """
    gradient = partial_name("l", name)
    with one_thread():
        point = Point(network.forward, drawn, sizes, exact=deciding(network.forward))
        point.response(gradient)
        noise = point.noise(gradient)
    digits = numpy.finfo(kind).eps / EPSILON if kind in ("float16", "float32") else 1.0
    # That of a large tensor is measured along directions, not for each element.
    bound = noise if noise.shape == apart.shape else noise.max(initial=0.0)
    return bool((numpy.abs(apart) <= NOISE * bound * digits).all())


def _expected(network: Network, names: Sequence[str], arrays: Mapping[str, Any]) -> dict[str, Array]:
    """The derived gradients. Where sizes are large, each is computed from those before it, as a program does: written
    out in the values of the forward pass alone, it is a sum over the indices of all layers at once."""
    if network.general is None:
        return {name: evaluate(network.gradient(name), arrays) for name in names}
    known, found = dict(arrays), {}
    for derivation in network.backward():
        name = derivation.quantity.name
        plain = replace(derivation, conventions=derivation.conventions.with_(layout="gradient"))
        known[name] = evaluate(plain, known)
        found[name] = known[name] if derivation.layout == "gradient" else evaluate(derivation, known)
    return {name: found[partial_name("l", name)] for name in names}


def _messages(wrong: Mapping[str, Sequence[Difference]], network: Network) -> Iterator[str]:
    """A sentence for each gradient that is wrong, one for all that are wrong in the same way."""
    alike: dict[str, list[str]] = {}
    for name, found in wrong.items():
        alike.setdefault(_joined(found), []).append(f"{name}{_place(name, network)}")
    for text, names in alike.items():
        if len(names) == 1:
            yield f"the gradient of {names[0]} {text}"
        else:
            yield f"the gradients of {', '.join(names)}: each {text}"


def _joined(found: Sequence[Difference]) -> str:
    """What was wrong first, and what it may come from at every point."""
    reasons = [hint for hint in found[0].hints if all(hint in one.hints for one in found)]
    return found[0].text + (f": {reasons[0]}" if reasons else "")


def _typed(network: Network, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays, class numbers as integers."""
    tensors = network.forward.tensors
    classes = {name for name in arrays if name in tensors and tensors[name].domain == "class"}
    return {name: array.astype(numpy.int64) if name in classes else array for name, array in arrays.items()}


def _called(
    backward: Backward,
    arrays: Mapping[str, Array],
    sizes: Mapping[str, int],
    convert: Callable[[Array], Any],
    where: str,
) -> Any:
    """What the function returns for copies of the arrays; it must leave them as they are."""
    wanted = _wanted(backward, tuple(arrays), tuple(size for size in sizes if size not in arrays))
    given = {name: convert(arrays[name].copy()) for name in wanted if name in arrays}
    numbers = {name: sizes[name] for name in wanted if name not in arrays}
    shapes = ", ".join(f"{name} {arrays[name].shape}" for name in given)
    with _noted(f"assert_gradients called it with {shapes} ({where})"):
        found = backward(**given, **numbers)
    for name, array in given.items():
        if not numpy.array_equal(_as_numpy(array), arrays[name].astype(_as_numpy(array).dtype)):
            raise AssertionError(f"the function overwrote {name}, which belongs to its caller ({where})")
    return found


@contextmanager
def _noted(note: str) -> Iterator[None]:
    """Adds to whatever is raised what the function was called with."""
    try:
        yield
    except BaseException as error:
        error.add_note(note)
        raise


def _wanted(backward: Backward, arrays: tuple[str, ...], sizes: tuple[str, ...]) -> tuple[str, ...]:
    """The names that the function takes, of arrays and of sizes such as a stride that is a letter.

    A function that takes any name gets the arrays.

    Raises:
        ArrayError: it needs one that there is not, or takes no array.
    """
    try:
        parameters = inspect.signature(backward).parameters.values()
    except (TypeError, ValueError):
        return arrays  # a function that does not tell
    taken = [
        parameter for parameter in parameters if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    names = [parameter.name for parameter in taken]
    for parameter in taken:
        needed = parameter.default is parameter.empty
        if needed and parameter.kind is parameter.POSITIONAL_ONLY:
            raise ArrayError(f"the function takes {parameter.name} by its place only, and is called by name")
        if needed and parameter.name not in (*arrays, *sizes):
            raise ArrayError(
                f"the function takes {', '.join(names)}, and is called by name; there is no {parameter.name}: "
                f"{nearest(parameter.name, (*arrays, *sizes))}"
            )
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    wanted = arrays if anything else tuple(name for name in arrays if name in names)
    if not wanted:
        raise ArrayError(f"the function takes none of {', '.join(arrays)}, which are given by name")
    return (*wanted, *(name for name in sizes if name in names))


def _gradients(found: Any, order: tuple[str, ...], network: Network) -> dict[str, Any]:
    """What a function returned, by the names of what the gradients belong to."""
    listing = ", ".join(order)
    if isinstance(found, Mapping):
        named = {_name_of(str(name), network): gradient for name, gradient in found.items()}
        unknown = [name for name in named if name not in network.forward.tensors]
        if unknown or not named:
            raise AssertionError(
                f"the function returned {', '.join(unknown) or 'no gradient'}, expected some of {listing}"
            )
        return named
    returned = tuple(found) if isinstance(found, tuple | list) else (found,)
    if found is None or len(returned) != len(order):
        count = "nothing" if found is None else f"{len(returned)} value{'s' if len(returned) > 1 else ''}"
        raise AssertionError(
            f"the function returned {count}, expected the gradients of {listing} in this order; "
            "return a dictionary by these names, or say which ones it returns: assert_gradients(..., of=[...])"
        )
    return dict(zip(order, returned, strict=True))


def _name_of(name: str, network: Network) -> str:
    """``W1`` for ``W1``, ``dW1`` and ``dl/dW1``."""
    known = network.forward.tensors
    candidates = (name, name.removeprefix("dl/d"), name.removeprefix("d"))
    return next((candidate for candidate in candidates if candidate in known), name)


def _numbers(name: str, gradient: Any) -> tuple[Array, str]:
    """A gradient in float64, and the type that it was of."""
    array = _as_numpy(gradient) if gradient is not None else numpy.asarray(None)
    if array.dtype.kind not in "fiu":
        kind = "None" if gradient is None else f"a {type(gradient).__name__} of type {array.dtype}"
        raise AssertionError(f"the gradient of {name} is {kind}, expected an array of real numbers")
    return array.astype(numpy.float64), str(array.dtype)


def _as_numpy(array: Any) -> Array:
    """An array of any library as one of NumPy."""
    return numpy.asarray(array.detach().cpu() if hasattr(array, "detach") else array)


def _place(name: str, network: Network) -> str:
    """The layer of a network that reads a tensor: `` (of Linear2)``."""
    blocks = [block for block in network.blocks if block.value in network.forward.row]
    if len(blocks) < 3:
        return ""
    for block in blocks:
        if name in {str(symbol) for symbol in network.forward.row[block.value].expression.free_symbols}:
            return f" (of {block.label})"
    return ""
