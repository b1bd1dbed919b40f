"""The value of a derivation at given arrays, in the layout that it names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy
from sympy import Expr

from derive.derivation import Derivation
from derive.expression import symbols
from derive.expression.partials import ends_of, partial_named
from derive.forward import Forward
from numeric.arrays.axes import Array
from numeric.arrays.functions import left_unknown
from numeric.arrays.layout import in_layout
from numeric.arrays.sizes import require_windows
from numeric.enclosed.ladder import Lift, again, is_finite, watched
from numeric.errors import ArrayError, ExpressionError, MissingSizeError
from numeric.expression.forward import program
from numeric.measuring.point import Point
from numeric.values.stabilised import RESULT, stabilised


def evaluate(derivation: Derivation, arrays: Mapping[str, Any]) -> Array:
    """The result of a derivation as an array, with the sizes read off ``arrays``.

    ``arrays`` hold the given tensors that the result depends on; they may also hold computed tensors and
    partials (``dl/dy_hat``), which are then used as they are, and real hyper-parameters and sizes by name. The
    axes are the quantity's indices; in numerator layout the partial of a scalar by a matrix is transposed.

    Where the model is of one sample and its inputs and targets come with one more axis in front, that is
    a batch, as for PyTorch's layers; behind, where samples are columns by the derivation's conventions. What
    differs from sample to sample is stacked along the batch axis:
    values, their Jacobians, the gradients of the loss by inputs. The loss itself and its gradients by what all
    samples share, the parameters, are summed over the batch. In a network whose losses are averaged
    (``reduction="mean"``, as a network's are unless it says otherwise) the loss is that mean: what is summed is
    then divided by the batch size, and so are the gradients that are stacked.

    Raises:
        ArrayError: an array is missing or does not fit.
        ExpressionError: the result holds something that has no number, such as a function that is left unknown.
    """
    model, name = derivation.forward, derivation.quantity.name
    axis = derivation.conventions.sample_axis
    batch = _batch_size(model, arrays, axis)
    _require_numbers(derivation, arrays)
    if batch is None:
        return _evaluate_one(derivation, arrays)
    weight = batch if model.reduction == "mean" else 1
    samples = (_evaluate_one(derivation, _sample(model, arrays, number, weight, axis)) for number in range(batch))
    top, *by = ends_of(name)
    if not _is_of_loss(model, top):
        return numpy.stack(list(samples), axis)
    shared = all(_shared(model, other) for other in (*by, *_differentiated_by(model, top)))
    # One after another, since gradients by parameters may be too large to be kept for all samples.
    return numpy.asarray(reduce(numpy.add, samples) if shared else numpy.stack(list(samples), axis)) / weight


def _is_of_loss(model: Forward, name: str) -> bool:
    """Whether a tensor is the loss, or its gradient as a row of its own: what is one for the whole batch."""
    return name in model.tensors and (model.tensors[name].role == "loss" or bool(_differentiated_by(model, name)))


def _differentiated_by(model: Forward, name: str) -> tuple[str, ...]:
    """The tensor by which a row of second derivatives, ``grad_W1``, differentiates the loss."""
    partial = partial_named(dict(model.gradients).get(name, ""))
    return () if partial is None else (partial.bottom,)


def _require_numbers(derivation: Derivation, arrays: Mapping[str, Any]) -> None:
    """Complain of a function that is left unknown in the result, or in what has to be computed for it."""
    model, chart = derivation.forward, program(derivation.forward)
    reads = _reads(derivation) - set(arrays)
    partials = any(partial_named(name) is not None for name in reads)
    rows = model.row if partials else dict.fromkeys(chart.needed(reads, arrays))
    unknown = left_unknown([derivation.result, *(model.row[name].expression for name in rows)], model.functions)
    if unknown:
        raise ExpressionError(
            f"the function {unknown[0]} is left unknown, so it has no numbers: "
            "give an activation of your own, or one of the library, in its place"
        )


def _reads(derivation: Derivation) -> frozenset[str]:
    """The tensors, partials and real numbers that the result reads."""
    return program(derivation.forward).compiled(derivation.result, derivation.quantity.indices).reads


def _evaluate_one(derivation: Derivation, arrays: Mapping[str, Any]) -> Array:
    quantity, model = derivation.quantity, derivation.forward
    stable = stabilised(model, derivation.result, quantity, frozenset(arrays))
    point = Point(stable or model, arrays, dtype=_precision(arrays))
    require_windows(model, point.sizes)
    result = symbols.element(RESULT, quantity.indices) if stable else derivation.result
    try:
        with watched() as flags:
            array = point.expression(result, quantity.indices, quantity.shape)
    except MissingSizeError as error:
        raise MissingSizeError(_undetermined(error.name, model, point), error.known) from None
    if flags.need([array]) and all(map(is_finite, arrays.values())):
        array = _enclosed(derivation, arrays, point, result, array)
    return numpy.array(in_layout(array, quantity.name, model, derivation.layout))


def _enclosed(derivation: Derivation, arrays: Mapping[str, Any], point: Point, result: Expr, plain: Array) -> Array:
    """The result by the rows of the point, in numbers that do not overflow."""
    quantity, model = derivation.quantity, point.model
    # Partials are measured by steps that such numbers do not have: they are taken as they are.
    partials = {name: point.value(name) for name in _reads(derivation) if partial_named(name) and name not in arrays}
    if not all(map(is_finite, partials.values())):
        return plain

    def run(lift: Lift) -> list[Array]:
        given = {name: _lifted(name, array, model, lift) for name, array in arrays.items()}
        given |= {name: lift(array) for name, array in partials.items()}
        return [Point(model, given, dtype=object).expression(result, quantity.indices, quantity.shape)]

    return again(run, [plain])[0]


def _lifted(name: str, array: Any, model: Forward, lift: Lift) -> Any:
    """The array in enclosed numbers; class numbers and sizes stay as they are."""
    if name in model.tensors and model.tensors[name].domain in ("class", "index"):
        return numpy.asarray(array, numpy.float64)
    whole = numpy.asarray(array)
    return lift(whole) if name in model.tensors or whole.dtype.kind == "f" else array


def _undetermined(name: str, model: Forward, point: Point) -> str:
    """The size that is missing: that from which the size of this name would follow, if it is not given itself."""
    formulas = {symbol.name: formula for symbol, formula in model.sizes}
    while name in formulas:
        name = min(symbol.name for symbol in formulas[name].free_symbols - set(point.sizes))
    return name


def _precision(arrays: Mapping[str, Any]) -> Any:
    """The largest real type among the arrays of real numbers; integers, such as labels, do not count."""
    types = [numpy.asarray(array).dtype for array in arrays.values()]
    return numpy.result_type(*([kind for kind in types if kind.kind == "f"] or [numpy.dtype(numpy.float64)]))


def _batch_size(model: Forward, arrays: Mapping[str, Any], axis: int) -> int | None:
    """The length of the extra axis of what differs from sample to sample, None if there is none."""
    ranks = {name: rank for name in arrays if (rank := _rank_of_sample(model, name)) is not None}
    read = {name for name in ranks if name in model.tensors and model.tensors[name].role in ("input", "target")}
    extra = {name: numpy.shape(arrays[name]) for name in read or ranks}
    longer = [name for name, shape in extra.items() if len(shape) == ranks[name] + 1]
    if not longer or len(longer) < len(extra):
        return None
    lengths = {name: extra[name][axis] for name in longer}
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        raise ArrayError(f"the arrays differ in the length of the batch axis, or it is 0: {lengths}")
    return next(iter(lengths.values()))


def _rank_of_sample(model: Forward, name: str) -> int | None:
    """How many axes a tensor or a partial has for one sample, None if it is the same for all of them."""
    parts = ends_of(name)
    if not all(part in model.tensors for part in parts) or all(_shared(model, part) for part in parts):
        return None
    if len(parts) > 1 and _is_of_loss(model, parts[0]) and _shared(model, parts[1]):
        return None
    return sum(len(model.tensors[part].shape) for part in parts)


def _shared(model: Forward, name: str) -> bool:
    """Whether a tensor is the same for all samples: it is computed from no input and no target."""
    return not any(
        tensor.role in ("input", "target") and program(model).depends(name, tensor.name) for tensor in model.given
    )


def _sample(model: Forward, arrays: Mapping[str, Any], number: int, weight: int, axis: int) -> dict[str, Any]:
    """The arrays of one sample; its own loss has ``weight`` times the gradients of the mean of all losses."""
    found = dict(arrays)
    for name, array in arrays.items():
        rank = _rank_of_sample(model, name)
        if rank is not None and numpy.ndim(array) == rank + 1:
            partial = partial_named(name)
            of_loss = partial is not None and _is_of_loss(model, partial.top)
            found[name] = numpy.take(array, number, axis) * (weight if of_loss else 1)
    return found
