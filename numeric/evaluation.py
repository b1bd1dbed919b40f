"""The value of a derivation at given arrays, in the layout that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from derive.derivation import Derivation
from derive.forward import Forward
from derive.symbols import split_partial
from numeric.errors import ArrayError
from numeric.forward import program
from numeric.layout import in_layout
from numeric.point import Point
from numeric.scope import Array


def evaluate(derivation: Derivation, arrays: Mapping[str, Any]) -> Array:
    """The result of a derivation as an array, with the sizes read off ``arrays``.

    ``arrays`` hold the given tensors that the result depends on; they may also hold computed tensors and
    partials (``dl/dy_hat``), which are then used as they are, and real hyper-parameters by name. The axes
    are the quantity's indices; in numerator layout the partial of a scalar by a matrix is transposed.

    Where the model is of one sample and its inputs and targets come with one more axis in front, that is
    a batch, and the loss is the mean of the samples' losses: values and Jacobians of tensors that differ
    from sample to sample are stacked along the batch axis, partials of the loss by such a tensor are
    stacked and divided by the batch size, the loss and its partials by the parameters are averaged.

    Raises:
        ArrayError: an array is missing or does not fit.
        ExpressionError: the result holds something that has no number.
    """
    batch = _batch_size(derivation.forward, arrays)
    if batch is None:
        return _evaluate_one(derivation, arrays)
    samples = [_evaluate_one(derivation, _sample(derivation.forward, arrays, number)) for number in range(batch)]
    numerator, denominator = split_partial(derivation.quantity.name) or (derivation.quantity.name, None)
    model = derivation.forward
    of_loss = not model.tensors[numerator].shape if numerator in model.tensors else False
    per_sample = not _shared(model, denominator or numerator)
    if of_loss and denominator is not None:
        return numpy.stack(samples) / batch if per_sample else numpy.mean(samples, axis=0)
    return numpy.mean(samples, axis=0) if of_loss else numpy.stack(samples)


def _evaluate_one(derivation: Derivation, arrays: Mapping[str, Any]) -> Array:
    quantity, model = derivation.quantity, derivation.forward
    point = Point(model, arrays, dtype=_precision(arrays))
    array = point.expression(derivation.result, quantity.indices, quantity.shape)
    return numpy.array(in_layout(array, quantity.name, model, derivation.layout))


def _precision(arrays: Mapping[str, Any]) -> Any:
    """The largest real type among the arrays of real numbers; integers, such as labels, do not count."""
    types = [numpy.asarray(array).dtype for array in arrays.values()]
    return numpy.result_type(*([kind for kind in types if kind.kind == "f"] or [numpy.dtype(numpy.float64)]))


def _batch_size(model: Forward, arrays: Mapping[str, Any]) -> int | None:
    """The length of the extra axis of inputs and targets, None if there is none."""
    extra = {
        tensor.name: numpy.shape(arrays[tensor.name])
        for tensor in model.given
        if tensor.name in arrays and tensor.role in ("input", "target")
    }
    longer = [name for name, shape in extra.items() if len(shape) == len(model.tensors[name].shape) + 1]
    if not longer or len(longer) < len(extra):
        return None
    lengths = {name: extra[name][0] for name in longer}
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        raise ArrayError(f"the arrays differ in the length of the batch axis, or it is 0: {lengths}")
    return next(iter(lengths.values()))


def _shared(model: Forward, name: str) -> bool:
    """Whether a tensor is the same for all samples: it is computed from no input and no target."""
    return not any(
        tensor.role in ("input", "target") and program(model).depends(name, tensor.name) for tensor in model.given
    )


def _sample(model: Forward, arrays: Mapping[str, Any], number: int) -> dict[str, Any]:
    return {
        name: numpy.asarray(array)[number] if name in model.tensors and not _shared(model, name) else array
        for name, array in arrays.items()
    }
