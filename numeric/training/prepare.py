"""Making a network ready for its data: sizes, targets, and the output at which a prediction changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy
from sympy import Symbol, sympify

from derive.building.assemble import BATCH
from derive.building.objective import losses_in
from derive.errors import nearest
from derive.forward import Forward, Tensor
from derive.network import Network, network
from derive.remembering import FEW, with_forward
from numeric.arrays.axes import Array
from numeric.arrays.sizes import lengths, sizes_from, with_derived
from numeric.codegen import Compiled, compile
from numeric.data.dataset import Dataset
from numeric.errors import ArrayError, TrainingError
from numeric.expression.forward import program
from numeric.measuring.point import Point
from numeric.training.learner import Learner, reshaped
from numeric.training.metrics import METRICS
from numeric.training.settings import Settings

NORMALISATION_EPSILON = 1e-5
"""What PyTorch's normalisation layers add to a variance."""


def prepare(net: Network, dataset: Dataset, settings: Settings) -> Learner:
    """The network made ready for a dataset.

    Raises:
        TrainingError: the network, the data and the settings do not go together.
        CompileError: there is no generated code for the network.
    """
    whole = _over_batch(net)
    for name in settings.metrics:
        if METRICS[name].of_classes and dataset.classes is None:
            raise TrainingError(f"{name} counts classes, but {dataset.name} is a regression; its metric is mse")
    model = whole.forward
    source, target = _only(model, "input"), _only(model, "target")
    _samples_by_themselves(model, source)
    outputs = _outputs(model.tensors[whole.prediction], target, dataset, settings)
    made = Learner(whole, _compiled(whole), {}, {}, outputs, dataset.classes)
    sizes = _sizes(made, source, target, dataset, settings)
    shapes, constants = {}, {}
    for tensor in made.compiled.plan.parameters:
        shape = _shape(tensor, sizes)
        if tensor.name in made.compiled.plan.gradients:
            shapes[tensor.name] = shape
        else:
            constants[tensor.name] = _constant(tensor, shape, dataset, settings)
    threshold = _threshold(whole, constants) if dataset.classes and outputs == 1 else 0.5
    return replace(made, shapes=shapes, constants=constants, threshold=threshold)


@with_forward(FEW)
def _compiled(net: Network) -> Compiled:
    """The generated code of a network; the runs of a sweep share it."""
    return compile(net)


def _over_batch(net: Network) -> Network:
    if net.loss is None:
        raise TrainingError(f"{net.description} has no loss, so there is nothing to train it for")
    if not any(BATCH in row.indices for row in net.forward.rows):
        usual = net.conventions.with_(samples="rows")
        return network(net.description, net.loss, batch="B", conventions=usual, extra=net.extra)
    if net.conventions.samples == "columns":
        raise TrainingError("a training feeds samples as rows, and this network has them as columns; give it no batch")
    return net


def _only(model: Forward, role: str) -> Tensor:
    found = [tensor for tensor in model.given if tensor.role == role]
    if len(found) != 1:
        names = ", ".join(tensor.name for tensor in found) or "none"
        raise TrainingError(f"a training feeds one input and one target; this network has as {role}: {names}")
    return found[0]


def _samples_by_themselves(model: Forward, source: Tensor) -> None:
    """See that no sample is predicted from the others of its batch.

    Raises:
        TrainingError: a row, such as the mean of a batch normalisation, is computed from several samples.
    """
    for row in model.rows:
        mixed = source.shape[0] not in row.tensor.shape and row.tensor.role != "loss"
        if mixed and program(model).depends(row.name, source.name):
            raise TrainingError(
                f"{row.name} is computed from all samples of a batch, so that no sample could be predicted alone: "
                "a network with batch normalisation is not trained here"
            )


def _outputs(prediction: Tensor, target: Tensor, dataset: Dataset, settings: Settings) -> int:
    """How many outputs the network has: its own number, or what the data ask for."""
    last = sympify(prediction.shape[-1])
    given = settings.sizes.get(str(last)) if isinstance(last, Symbol) else int(last) if last.is_Integer else None
    if dataset.classes is None:
        wanted: Sequence[int] = (dataset.train.y.shape[1],)
    elif dataset.classes == 2 and target.domain != "class":
        wanted = (1, 2) if target.domain in ("binary", "real") else (2,)
    else:
        wanted = (dataset.classes,)
    if given is None:
        return wanted[0]
    if given not in wanted:
        kind = "targets" if dataset.classes is None else "classes"
        raise TrainingError(f"the network has {given} outputs, but {dataset.name} has {wanted[-1]} {kind}")
    return given


def _sizes(made: Learner, source: Tensor, target: Tensor, dataset: Dataset, settings: Settings) -> dict[Symbol, int]:
    """Every size of the network: from the settings, and from the shapes of the data."""
    model = made.network.forward
    few = dataset.train[:2]
    _check_features(source, dataset)
    arrays = {source.name: reshaped(few.x, source.shape[1:], made.network.conventions), target.name: made.targets(few)}
    prediction = model.tensors[made.network.prediction]
    arrays[prediction.name] = numpy.empty((len(few), *(() if len(prediction.shape) < 2 else (made.outputs,))))
    symbols = {str(symbol): symbol for tensor in model.tensors.values() for symbol in _symbols(tensor)}
    own = {name for name in symbols if name != str(source.shape[0])}
    for name in settings.sizes:
        if name not in own:
            raise TrainingError(f"the network has no size {name}; {nearest(name, own)}")
    try:
        found = sizes_from(model, arrays)
    except ArrayError as error:
        raise TrainingError(f"the network does not fit the data set {dataset.name}: {error}") from error
    chosen = {symbols[name]: size for name, size in settings.sizes.items()}
    for symbol in chosen.keys() & found.keys():
        if chosen[symbol] != found[symbol]:
            raise TrainingError(f"{symbol} = {chosen[symbol]} was given, but {dataset.name} has {found[symbol]}")
    return with_derived(model, {**found, **chosen})


def _check_features(source: Tensor, dataset: Dataset) -> None:
    numbers = [sympify(length) for length in source.shape[1:]]
    if all(length.is_Integer for length in numbers) and prod(map(int, numbers)) != prod(dataset.shape):
        size = " x ".join(map(str, numbers))
        features = " x ".join(map(str, dataset.shape))
        raise TrainingError(f"the network reads {size} numbers, but a sample of {dataset.name} has {features}")


def _symbols(tensor: Tensor) -> set[Symbol]:
    return set().union(*(sympify(length).free_symbols for length in tensor.shape)) if tensor.shape else set()


def _shape(tensor: Tensor, sizes: dict[Symbol, int]) -> tuple[int, ...]:
    unknown = sorted(map(str, _symbols(tensor) - set(sizes)))
    if unknown:
        raise TrainingError(f"the size {unknown[0]} of {tensor.name} is not known; give sizes: {{{unknown[0]}: ...}}")
    return lengths(tensor.shape, sizes)


def _constant(tensor: Tensor, shape: tuple[int, ...], dataset: Dataset, settings: Settings) -> Array:
    """What is given to the network and not learnt: the weights of classes, the epsilon of a normalisation."""
    if tensor.name.startswith("eps"):
        return numpy.asarray(NORMALISATION_EPSILON, dtype=settings.precision)
    if tensor.name != "weight" or dataset.classes is None or shape != (dataset.classes,):
        raise TrainingError(f"a training has nothing to give for {tensor.name} of the network")
    if settings.class_weights == "balanced":
        counts = numpy.bincount(dataset.train.y, minlength=dataset.classes)
        weights = counts.sum() / (dataset.classes * numpy.maximum(counts, 1))
    else:
        weights = numpy.asarray(settings.class_weights)
    if weights.shape != shape:
        raise TrainingError(f"{len(weights)} class weights were given, but {dataset.name} has {shape[0]} classes")
    return weights.astype(settings.precision)


def _threshold(net: Network, constants: dict[str, Any]) -> float:
    """The output at which both labels cost the same: 1/2 for probabilities, 0 for scores."""
    from scipy.optimize import brentq  # slow to import, and few networks have one output

    probability = any(loss.prediction == "unit" for loss in losses_in(net.loss, net.extra))
    low, high = (1e-9, 1 - 1e-9) if probability else (-30.0, 30.0)
    return round(float(brentq(_difference(net, constants), low, high, xtol=1e-12)), 9)


def _difference(net: Network, constants: dict[str, Any]) -> Callable[[float], float]:
    """How much more the label 0 costs than the label 1, by the output."""
    target = _only(net.forward, "target")

    def cost(output: float, label: float) -> float:
        arrays = {net.prediction: numpy.array([[output]]), target.name: numpy.array([[label]])}
        return float(Point(net.forward, {**constants, **arrays}).value("l"))

    return lambda output: cost(output, 0.0) - cost(output, 1.0)
