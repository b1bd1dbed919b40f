"""A network at given numbers: which tensors have them, and whether they fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any, Literal

import numpy
from sympy import Expr, Indexed, Symbol

from answers.contract.item import Context
from answers.errors import HomeworkContentError
from derive.building.blueprint import Block
from derive.errors import nearest
from derive.expression import symbols, walks
from derive.expression.partials import partial_name
from derive.forward import Forward, Tensor
from derive.graph import scalar_graph
from derive.layer import Layer, as_layer, upstream_name
from derive.network import Network
from numeric.arrays.axes import Array
from numeric.arrays.sizes import lengths, sizes_from
from numeric.errors import ArrayError

MOST_ELEMENTS = 2000
"""Larger tensors than this are not computed by exact numbers, and would not be read on paper."""


@dataclass(frozen=True)
class Given:
    """A network with numbers for all that it is given, exactly, and the sizes that follow from them.

    ``upstream`` is the value whose gradient is given, in a network without a loss; ``top`` is what is differentiated.
    """

    network: Network
    arrays: Mapping[str, Array]
    sizes: Mapping[Symbol, int]
    upstream: str | None = None
    top: str = "l"

    @property
    def model(self) -> Forward:
        """The forward definition."""
        return self.network.forward

    def with_arrays(self, arrays: Mapping[str, Array]) -> Given:
        """The same with other numbers for some tensors."""
        return replace(self, arrays={**self.arrays, **arrays})


def given(network: Network, at: Mapping[str, Any], top: str = "l") -> Given:
    """The network at these numbers, which are nested sequences of fractions by the names of tensors.

    The gradient of the output of a network without a loss is given as ``dl/dy_hat``. A class is given by its number or
    as a vector of zeros and a one, as the loss or the author likes it. Axes of one element in front may be left out.

    Raises:
        HomeworkContentError: a tensor is missing or unknown, or its numbers do not fit.
    """
    upstream = None
    if network.loss is None:
        output = network.values[-1]
        wanted = {partial_name("l", output), upstream_name(output)} - set(network.forward.tensors)
        if wanted & set(at):
            upstream = output
            network = as_layer(network).network
            at = {upstream_name(output) if name in wanted else name: value for name, value in at.items()}
    letters = {str(letter): letter for letter in _letters(network.forward)}
    _require_known(network, at, letters, upstream)
    model = network.forward
    plain = {name: _array(value) for name, value in at.items() if name in model.tensors or not letters[name].is_integer}
    by_name = {letters[name]: _size(name, value) for name, value in at.items() if name not in plain}
    arrays = dict(plain)
    for tensor in model.given:
        arrays[tensor.name] = _fitted(tensor, plain[tensor.name], plain, network.index_base)
    try:
        # A class in the place of zeros and a one shows no size.
        shaped = {tensor.name: arrays[tensor.name] for tensor in model.given}
        shaped = {name: array for name, array in shaped.items() if array.ndim == len(model.tensors[name].shape)}
        sizes = sizes_from(model, shaped, by_name)
        arrays |= {
            tensor.name: _one_hot(tensor, arrays[tensor.name], sizes, network.index_base) for tensor in model.given
        }
        _require_places(model, arrays, sizes, network.index_base)
    except ArrayError as error:
        raise HomeworkContentError(str(error)) from None
    return Given(network, arrays, sizes, upstream, top)


def of_equations(equations: str, learnt: Iterable[str], context: Context) -> tuple[Network, str]:
    """Equations between numbers as a network, of which some inputs are learnt, and the value that is differentiated.

    Raises:
        DeriveError: the equations cannot be read, have several outputs, or no input of a name.
    """
    graph = scalar_graph(equations, grain="functions")
    names = tuple(learnt)
    for name in names:
        if name not in graph.inputs:
            raise HomeworkContentError(f"learnt: the equations have no input {name}; {nearest(name, graph.inputs)}")
    model = replace(
        graph.model,
        given=tuple(
            replace(tensor, role="parameter") if not names or tensor.name in names else tensor
            for tensor in graph.model.given
        ),
    )
    blocks = tuple(Block(row.name, row.name, row.name) for row in model.rows)
    made = Network(equations, "equations", model, blocks, context.conventions)
    return made, graph.output


def of_layer(layer: Layer) -> Network:
    """A layer by itself as a network without a loss, so that the gradient of its output may be given or not.

    Raises:
        HomeworkContentError: it has several outputs.
    """
    if len(layer.outputs) > 1:
        raise HomeworkContentError(f"{layer.name} has several outputs; put it into a network, behind an input x:n")
    model = layer.network.forward
    upstream = upstream_name(layer.outputs[0])
    forward = replace(
        model,
        given=tuple(tensor for tensor in model.given if tensor.name != upstream),
        rows=tuple(row for row in model.rows if row.name != "l"),
    )
    blocks = tuple(block for block in layer.network.blocks if block.value != "l")
    return Network(layer.name, None, forward, blocks, layer.network.conventions)


def names_in(model: Forward) -> frozenset[str]:
    """What a forward definition calls tensors, hyper-parameters and sizes."""
    return frozenset((*model.tensors, *(letter.name for letter in _letters(model))))


def _letters(model: Forward) -> set[Symbol]:
    """The hyper-parameters of the rows and of the shapes, sizes among them."""
    lengths = (axis for tensor in model.tensors.values() for axis in tensor.shape)
    derived = {size for size, _ in model.sizes}
    return _read(model) | {letter for axis in lengths for letter in axis.free_symbols} - derived


def _read(model: Forward) -> set[Symbol]:
    """The letters that rows read beside tensors and indices."""
    found: set[Symbol] = set()
    for row in model.rows:
        found |= walks.free_symbols(row.expression) - set(row.indices)
    for function in model.functions:
        found |= function.formula.free_symbols - {function.variable}
    return {letter for letter in found if isinstance(letter, Symbol) and letter.name not in model.tensors}


def _require_known(
    network: Network, at: Mapping[str, Any], letters: Mapping[str, Symbol], upstream: str | None
) -> None:
    model = network.forward
    known = [tensor.name for tensor in model.given]
    for name in at:
        if name in model.row:
            output = network.values[-1]
            hint = (
                f"; the gradient of the output is given as {partial_name('l', output)}" if network.loss is None else ""
            )
            raise HomeworkContentError(f"{name} is computed by the network, so it is not given{hint}")
        if name not in known and name not in letters:
            raise HomeworkContentError(f"{name} is nothing that this network is given; {nearest(name, known)}")
    missing = [tensor for tensor in model.given if tensor.name not in at]
    if missing:
        told = ", ".join(f"{tensor.name} of the shape {_shape_said(tensor.shape)}" for tensor in missing)
        raise HomeworkContentError(f"no numbers are given for {told}")
    numbers = {name for name, letter in letters.items() if not letter.is_integer and letter in _read(model)}
    unsaid = sorted(numbers - set(at))
    if unsaid:
        raise HomeworkContentError(
            f"no number is given for {', '.join(unsaid)}; give it beside the tensors: {unsaid[0]}=0"
        )


def _array(value: Any) -> Array:
    """Nested sequences as an array of objects."""
    return numpy.array(value, dtype=object)


def _size(name: str, value: Any) -> int:
    if not isinstance(value, Fraction) or value.denominator != 1 or value < 0:
        raise HomeworkContentError(f"{name} is a size, so a whole number was expected, got {value}")
    return int(value)


def _fitted(tensor: Tensor, array: Array, others: Mapping[str, Array], base: Literal[0, 1]) -> Array:
    """The array in as many axes as the tensor has; class numbers counted from 0."""
    if array.size > MOST_ELEMENTS:
        raise HomeworkContentError(
            f"{tensor.name} has {array.size} elements, of which numbers are shown up to {MOST_ELEMENTS}"
        )
    rank = len(tensor.shape)
    if tensor.domain == "class":
        if array.ndim == rank + 1:
            return _classes(tensor, array)
        if array.ndim == rank:
            return numpy.asarray(array - base, object)
    if tensor.domain == "one_hot" and array.ndim == rank - 1:
        return array
    if array.ndim == 0:
        # A vector or a matrix of one element; whether it has one is seen with the sizes.
        return array.reshape((1,) * rank)
    front = tensor.shape[: max(rank - array.ndim, 0)]
    # Of pictures and kernels axes in front are left out; of a matrix only such that surely have one place.
    if array.ndim < rank and (array.ndim >= 2 or all(length == 1 for length in front)):
        return array.reshape((*(1 for _ in front), *array.shape))
    if array.ndim != rank:
        raise HomeworkContentError(
            f"{tensor.name} has the shape {_shape_said(tensor.shape)}, "
            f"got {_count_said(array.shape)}; {_example(tensor.shape)}"
        )
    return array


def _classes(tensor: Tensor, array: Array) -> Array:
    """Vectors of zeros and a one as numbers of classes, from 0."""
    found = numpy.empty(array.shape[:-1], object)
    for place in product(*map(range, array.shape[:-1])):
        row = list(array[place])
        if sorted(row) != [0] * (len(row) - 1) + [1]:
            raise HomeworkContentError(f"{tensor.name} is a class, so a number or zeros and a one were expected")
        found[place] = Fraction(row.index(1))
    return found


def _one_hot(tensor: Tensor, array: Array, sizes: Mapping[Symbol, int], base: Literal[0, 1]) -> Array:
    """Numbers of classes as vectors of zeros and a one, where those are wanted."""
    if tensor.domain != "one_hot" or array.ndim == len(tensor.shape):
        return array
    length = tensor.shape[-1]
    count = int(length.xreplace(dict(sizes)))
    found = numpy.full((*array.shape, count), Fraction(0), object)
    for place in product(*map(range, array.shape)):
        found[(*place, _place(tensor.name, array[place] - base, count, base))] = Fraction(1)
    return found


def _place(name: str, value: Fraction, count: int, base: int) -> int:
    if value.denominator != 1 or not 0 <= value < count:
        raise HomeworkContentError(
            f"{name} is a class, a whole number from {base} to {count - 1 + base}, got {value + base}"
        )
    return int(value)


def _require_places(
    model: Forward, arrays: Mapping[str, Array], sizes: Mapping[Symbol, int], base: Literal[0, 1]
) -> None:
    """Complain of numbers that a tensor of its domain cannot hold."""
    for tensor in model.given:
        values = list(arrays[tensor.name].ravel())
        wrong: Iterable[Any] = ()
        if tensor.domain == "binary" and tensor.role != "target":
            wrong = (value for value in values if value not in (0, 1))
        elif tensor.domain == "positive":
            wrong = (value for value in values if value <= 0)
        elif tensor.domain == "class":
            wrong = (value for value in values if value.denominator != 1 or value < 0)
        first = next(iter(wrong), None)
        if first is not None:
            raise HomeworkContentError(f"{tensor.name} holds {DOMAINS[tensor.domain]}, got {first}")
    for tensor in model.given:
        if tensor.domain == "class":
            counts = [lengths((count,), sizes)[0] for count in _counts(model, tensor.name)]
            for value in arrays[tensor.name].ravel() if counts else ():
                _place(tensor.name, value, min(counts), base)


def _counts(model: Forward, name: str) -> Iterator[Expr]:
    """How many places there are along the axes that a tensor of class numbers is a subscript of."""
    for row in model.rows:
        for access in row.expression.atoms(Indexed):
            other = model.tensors.get(symbols.name_of(access))
            for subscript, length in zip(access.indices, other.shape if other else (), strict=False):
                if isinstance(subscript, Indexed | Symbol) and symbols.name_of(subscript) == name:
                    yield length


DOMAINS: Mapping[str, str] = {
    "binary": "zeros and ones",
    "positive": "positive numbers",
    "class": "numbers of classes",
}


def _shape_said(shape: Iterable[Expr]) -> str:
    lengths = [str(length) for length in shape]
    return f"({', '.join(lengths)}{',' if len(lengths) == 1 else ''})" if lengths else "() of one number"


def _count_said(shape: tuple[int, ...]) -> str:
    return f"numbers of the shape {shape}" if shape else "one number"


def _example(shape: tuple[Expr, ...]) -> str:
    """How numbers of a shape are written."""
    if not shape:
        return "a number is written as it is, such as 3 or 1/3"
    numbers: Iterator[int] = iter(range(1, 1000))

    def listed(depth: int) -> str:
        if depth == 0:
            return str(next(numbers))
        return f"[{listed(depth - 1)}, {listed(depth - 1)}]"

    what = ("a vector", "a matrix as the list of its rows")[len(shape) - 1] if len(shape) < 3 else "such a tensor"
    return f"{what} is written {listed(len(shape))}"
