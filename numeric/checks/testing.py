"""A user's own backward function against the derived gradients, for tests in other projects."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy
from sympy import Symbol

from derive.errors import nearest
from derive.expression.partials import partial_name
from derive.layer import Layer, as_layer
from derive.network import Network
from numeric.arrays.axes import Array
from numeric.arrays.threads import one_thread
from numeric.checks.callables.adapted import Adapted, adapted
from numeric.checks.callables.libraries import RefusedError, converted, working
from numeric.checks.callables.naming import Naming, Template, as_numpy, naming_of
from numeric.checks.diagnosis import Difference, difference
from numeric.checks.tolerances import NOISE, RETURNED
from numeric.errors import ArrayError
from numeric.expression.forward import program
from numeric.measuring.differences import EPSILON
from numeric.measuring.point import Point
from numeric.sampling import Sizing
from numeric.sampling.boundaries import at_kinks
from numeric.sampling.kinks import deciding
from numeric.sampling.plan import size_symbols
from numeric.sampling.points import sample_sizes, samples
from numeric.values.evaluation import evaluate

AT_BOUNDARIES = "where a value is exactly at a kink, at which the definition says which side counts; at a point"


def assert_gradients(
    backward: Any,
    subject: Network | Layer,
    *,
    of: Sequence[str] = (),
    points: int = 3,
    seed: int = 0,
    tolerance: float | None = None,
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
        subject: a network with its loss, made with ``batch="B"`` if the function takes batches, or a layer. A
            network without a loss has the upstream gradient ``dy_hat``.
        of: the names of the gradients that the function returns without names, in order; all parameters of a
            network, inputs and parameters of a layer if left out.
        points: how many random points at least, each with shapes of its own; there are as many as it takes to see
            windows at several places, strides with remainders, long axes, and sizes of 1.
        tolerance: the largest error beside the largest element of the gradient; by the type of what the
            function returns if left out.
        convert: makes the arrays that the function takes; those of the library that it reads if left out.
        names: what tensors of the subject are called in the function, ``{"gamma": "weight"}``.
        shapes: shapes with further axes of length 1, ``{"bias": (1, "C")}``: so these are given, and so their
            gradients are expected.
        sizes: sizes that stay as they are at every point, ``{"B": 4}``.

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
    outputs = subject.outputs if isinstance(subject, Layer) else ()
    constants = constants_of(network)
    naming = naming_of(network, names, shapes, (*constants, *map(str, size_symbols(network.forward))))
    called = adapted(backward, network, outputs, constants, naming)
    fixed = {**called.fixed, **sizes_named(network, sizes)}
    compare = partial(_compared, called, network, order, tolerance, convert or partial(converted, called.library))
    with one_thread():
        drawn_points = samples(network.forward, seed, points, fixed)
    _require_right(network, "at a random point", [compare(*point) for point in drawn_points])
    with one_thread():
        chosen = {**sample_sizes(network.forward, seed, fixed), **fixed}
        boundaries = at_kinks(network.forward, chosen, seed)
    # A function that is wrong everywhere is wrong there too: only what is right elsewhere is tried at boundaries.
    _require_right(network, AT_BOUNDARIES, [compare(chosen, drawn) for drawn in boundaries])


def sizes_named(network: Network, sizes: Mapping[str, int]) -> dict[Symbol, int]:
    """Sizes by their symbols.

    Raises:
        ArrayError: the subject has no such size.
    """
    known = {symbol.name: symbol for symbol in size_symbols(network.forward)}
    for name in sizes:
        if name not in known:
            raise ArrayError(f"there is no size {name} in the subject; {nearest(name, known)}")
    return {known[name]: int(length) for name, length in sizes.items()}


def constants_of(network: Network) -> tuple[str, ...]:
    """The real hyper-parameters that the rows of a subject read, such as eps."""
    tensors, reads = network.forward.tensors, program(network.forward).rows.values()
    return tuple(sorted(set().union(*(row.reads for row in reads)) - set(tensors)))


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
    called: Adapted,
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
    arrays = _typed(network, {**drawn, **{name: numpy.asarray(value) for name, value in called.constants.items()}})
    sizes = {str(size): length for size, length in chosen.items()}
    where = ", ".join(f"{size} = {length}" for size, length in sorted(sizes.items()))
    naming = called.naming
    try:
        returned = _called(called, arrays, sizes, convert, where)
    except RefusedError:
        return where, {}
    found = _gradients(returned, order, network, naming)
    wanted = {**dict.fromkeys(order), **found}
    with one_thread():
        expected = _expected(network, tuple(wanted), arrays | sizes)
    differences = {}
    for name, gradient in found.items():
        array, kind = _numbers(name, gradient)
        allowed = RETURNED.get(kind, RETURNED["float64"]) if tolerance is None else tolerance
        array, derived = _finite(array, naming.shaped(name, expected[name]))
        one = difference(name, array, {**expected, name: derived}, sizes, allowed)
        if one is None:
            continue
        apart = (array - derived).reshape(expected[name].shape) if array.shape == derived.shape else None
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
    called: Adapted,
    arrays: Mapping[str, Array],
    sizes: Mapping[str, int],
    convert: Callable[[Array], Any],
    where: str,
) -> Any:
    """What the function returns for copies of the arrays; it must leave them as they are."""
    naming = called.naming
    shaped = {name: naming.shaped(name, array) for name, array in arrays.items()}
    if called.takes is not None:
        given = {name: shaped[name].copy() for name in called.takes if name in shaped}
        with _noted(_note(given, where)):
            return called.backward(**given)
    theirs = {naming.theirs(name): array for name, array in shaped.items()}
    lengths = {naming.theirs(size): length for size, length in sizes.items() if size not in arrays}
    wanted = _wanted(called.backward, tuple(theirs), tuple(lengths))
    with working(called.library):
        given = {name: convert(theirs[name].copy()) for name in wanted if name in theirs}
        numbers = {name: lengths[name] for name in wanted if name not in theirs}
        with _noted(_note({name: theirs[name] for name in given}, where)):
            found = _by_place(called.backward, {**given, **numbers})
    for name, array in given.items():
        if not numpy.array_equal(as_numpy(array), theirs[name].astype(as_numpy(array).dtype)):
            raise AssertionError(f"the function overwrote {name}, which belongs to its caller ({where})")
    if called.of_loss is not None and getattr(found, "shape", None) == ():
        return _called(called.of_loss, arrays, sizes, convert, where)
    return found


def _by_place(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call a function with arguments by their places as far as these go, by name from there on."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function(**given)
    placed: list[Any] = []
    for one in parameters:
        if one.name not in given or one.kind not in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD):
            break
        placed.append(one.name)
    named = {name: one for name, one in given.items() if name not in placed}
    return function(*(given[name] for name in placed), **named)


def _note(given: Mapping[str, Array], where: str) -> str:
    shapes = ", ".join(f"{name} {array.shape}" for name, array in given.items())
    return f"assert_gradients called it with {shapes} ({where})"


@contextmanager
def _noted(note: str) -> Iterator[None]:
    """Adds to whatever is raised what the function was called with."""
    try:
        yield
    except BaseException as error:
        error.add_note(note)
        raise


def _wanted(backward: Callable[..., Any], arrays: tuple[str, ...], sizes: tuple[str, ...]) -> tuple[str, ...]:
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
        if needed and parameter.name not in (*arrays, *sizes):
            raise ArrayError(
                f"the function takes {', '.join(names)}, and is called by name; there is no {parameter.name}: "
                f"{nearest(parameter.name, (*arrays, *sizes))}; say what is what, names={_guessed(taken, arrays)}"
            )
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    wanted = arrays if anything else tuple(name for name in arrays if name in names)
    if not wanted:
        raise ArrayError(f"the function takes none of {', '.join(arrays)}, which are given by name")
    return (*wanted, *(name for name in sizes if name in names))


def _guessed(parameters: Sequence[inspect.Parameter], arrays: tuple[str, ...]) -> str:
    """What the parameters of a function may be that are called otherwise, by their places."""
    names = [one.name for one in parameters]
    unknown = [one.name for one in parameters if one.default is one.empty and one.name not in arrays]
    left = [name for name in arrays if name not in names]
    pairs = (f'"{theirs}": "{ours}"' for theirs, ours in zip(unknown, left, strict=False))
    return "{" + ", ".join(pairs) + "}"


def _gradients(found: Any, order: tuple[str, ...], network: Network, naming: Naming) -> dict[str, Any]:
    """What a function returned, by the names of what the gradients belong to."""
    listing = ", ".join(order)
    if isinstance(found, Mapping):
        named = {_name_of(str(name), network, naming): gradient for name, gradient in found.items()}
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


def _name_of(name: str, network: Network, naming: Naming) -> str:
    """``W1`` for ``W1``, ``dW1`` and ``dl/dW1``; for what W1 is called by the function, too."""
    known = network.forward.tensors
    plain = (name, *(name.removeprefix(before) for before in ("dl/d", "grad_", "d_", "d")), name.removesuffix("_grad"))
    meant = [naming.ours(candidate) for candidate in plain if candidate in naming.meant]
    return next((candidate for candidate in (*meant, *plain) if candidate in known), name)


def _numbers(name: str, gradient: Any) -> tuple[Array, str]:
    """A gradient in float64, and the type that it was of."""
    array = as_numpy(gradient) if gradient is not None else numpy.asarray(None)
    if array.dtype.kind not in "fiu":
        kind = "None" if gradient is None else f"a {type(gradient).__name__} of type {array.dtype}"
        raise AssertionError(f"the gradient of {name} is {kind}, expected an array of real numbers")
    return array.astype(numpy.float64), str(array.dtype)


def _place(name: str, network: Network) -> str:
    """The layer of a network that reads a tensor: `` (of Linear2)``."""
    blocks = [block for block in network.blocks if block.value in network.forward.row]
    if len(blocks) < 3:
        return ""
    for block in blocks:
        if name in {str(symbol) for symbol in network.forward.row[block.value].expression.free_symbols}:
            return f" (of {block.label})"
    return ""
