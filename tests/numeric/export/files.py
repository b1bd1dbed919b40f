"""Exported files run as modules, and the arrays that they are tried with."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy
import pytest

from derive.layer import Layer
from derive.network import Network
from numeric.arrays.axes import Array
from numeric.codegen import CompileError
from numeric.export import FILES
from numeric.export.subject import Subject, subject_of
from numeric.sampling.points import sample
from numeric.source.naming import python_name


def run(source: str) -> dict[str, Any]:
    """What a file defines."""
    namespace: dict[str, Any] = {}
    exec(compile(source, "exported.py", "exec"), namespace)
    return namespace


@cache
def subject_and_file(given: Network | Layer, target: str) -> tuple[Subject, dict[str, Any]]:
    """A subject and its file, run; skips where sizes that no array shows have names instead of numbers."""
    try:
        subject = subject_of(given, target)
    except CompileError as error:
        if "sizes that no array shows" in str(error):
            pytest.skip(str(error))
        raise
    return subject, run(FILES[target](subject))


def arrays_of(subject: Subject) -> dict[str, Array]:
    """Random arrays for everything that is given, by their Python names, class numbers as integers."""
    drawn = sample(subject.compiled.plan.model, seed=6)
    tensors = {tensor.name: tensor for tensor in subject.compiled.plan.model.given}
    found = {}
    for name, array in drawn.items():
        integer = name in tensors and tensors[name].domain == "class"
        found[python_name(name)] = numpy.asarray(array, dtype=numpy.int64 if integer else numpy.float64)
    return found
