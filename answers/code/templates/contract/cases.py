"""Cases of a contract: random values of the tensors of its forward definitions, and what these make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from answers.code.cases import SEQUENCE, SHAPES, Array, Case, slopes, value
from answers.errors import HomeworkContentError
from derive.errors import nearest
from derive.expression import symbols
from derive.expression.partials import partial_name, partial_named
from derive.forward import Forward, Tensor
from numeric import ArrayError
from numeric.sampling.points import sample, sample_sizes

PIECE = "piece"
TRANSPOSED = ".T"


@dataclass(frozen=True)
class Trial:
    """One test of a contract with its forward definition.

    Attributes:
        label: what it tests, for a reader.
        model: the forward definition; its loss is l.
        steps: what is called, as ``calls.step_of`` has it.
        given: the names that the lines use for tensors and sizes, with their names in the definition.
        gives: the names whose values are compared, with the tensors and partials that they are.
        sizes: lengths that are fixed.
        piece: whether it is tried alone and costs nothing.
    """

    label: str
    model: Forward
    steps: tuple[dict[str, Any], ...]
    given: Mapping[str, str]
    gives: Mapping[str, str]
    sizes: Mapping[str, int]
    piece: bool = False


def cases(trials: tuple[Trial, ...], seed: int = 0, shapes: int = SHAPES) -> tuple[Case, ...]:
    """A case of each trial for every shape: sizes that differ, then with one of them 1, each in turn."""
    return tuple(_case(trial, number, seed + number) for number in range(shapes) for trial in trials)


def _case(trial: Trial, number: int, seed: int) -> Case:
    drawn, sizes = _point(trial, number, seed)
    tensors = trial.model.tensors
    given = {name: _laid_out(drawn, tensors, what) for name, what in trial.given.items() if what not in sizes}
    numbers = {name: sizes[what] for name, what in trial.given.items() if what in sizes}
    settings = {"steps": list(trial.steps), "numbers": numbers, "compared": list(trial.gives)}
    expected = {name: _expected(trial.model, drawn, what) for name, what in trial.gives.items()}
    return Case(trial.label, PIECE if trial.piece else SEQUENCE, settings, given, expected, sizes=sizes)


def _point(trial: Trial, number: int, seed: int) -> tuple[dict[str, Array], dict[str, int]]:
    fixed = {symbols.size(name): length for name, length in trial.sizes.items()}
    free = sorted((one for one in size_symbols(trial) if one not in fixed), key=str)
    ones = [{free[(number - 1 + turn) % len(free)]: 1} for turn in range(len(free))] if number and free else []
    for one in (*ones, {}):
        try:
            chosen = sample_sizes(trial.model, seed, {**fixed, **one})
            drawn = sample(trial.model, seed, chosen)
        except ArrayError as error:
            if not one:
                raise HomeworkContentError(f"{trial.label}: no values were found to try it at: {error}") from error
            continue
        return drawn, {str(name): length for name, length in chosen.items()}
    raise AssertionError("unreachable")


def size_symbols(trial: Trial) -> set[Any]:
    """The sizes of the tensors of a trial that are no numbers."""
    return {size for tensor in trial.model.given for size in symbols.sizes_in(tensor.shape)}


def _laid_out(drawn: Mapping[str, Array], tensors: Mapping[str, Tensor], what: str) -> Array:
    name = what.removesuffix(TRANSPOSED)
    array = drawn[name].astype(numpy.int64) if tensors[name].domain == "class" else drawn[name]
    return array.T.copy() if what != name else array


def _expected(model: Forward, drawn: Mapping[str, Array], what: str) -> Array:
    name = what.removesuffix(TRANSPOSED)
    partial = partial_named(name)
    found = (
        value(model, drawn, name) if partial is None else slopes(model, drawn, [partial.bottom])[f"d{partial.bottom}"]
    )
    return found.T if what != name else found


def require_known(trial: Trial, set_before: Callable[[], Iterator[str]]) -> None:
    """Refuse names that neither the definition nor a line before has.

    Raises:
        HomeworkContentError: which, and what is near it.
    """
    sizes = {str(size) for size in size_symbols(trial)}
    open_names = [tensor.name for tensor in trial.model.given]
    for name, what in trial.given.items():
        if what.removesuffix(TRANSPOSED) not in (*open_names, *sizes):
            raise HomeworkContentError(
                f"{trial.label}: {name} is given as {what}, which is no tensor that is given and no size; "
                f"{nearest(what, [*open_names, *sorted(sizes)])}"
            )
    set_names = set(set_before())
    for name, what in trial.gives.items():
        if name not in set_names:
            raise HomeworkContentError(f"{trial.label}: no line gives {name} a value; {nearest(name, set_names)}")
        partial = partial_named(what.removesuffix(TRANSPOSED))
        values = [row.name for row in trial.model.rows if row.tensor.role != "hidden"]
        partials = [partial_name("l", tensor) for tensor in open_names]
        if not (what.removesuffix(TRANSPOSED) in values if partial is None else partial.name in partials):
            raise HomeworkContentError(
                f"{trial.label}: {name} is compared with {what}, which the definition does not have; "
                f"{nearest(what, [*values, *partials])}"
            )
