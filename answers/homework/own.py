"""Layers, activations and losses of a user's own, from a Python or YAML file."""

from __future__ import annotations

import runpy
import traceback
from collections.abc import Iterator
from pathlib import Path

from answers.contract.definitions import Definition, OwnDefinitions
from answers.errors import HomeworkContentError
from answers.homework.source import read_source
from answers.homework.validate import validated
from derive.layers.definition import Activation, LayerDefinition, LossDefinition


def load_definitions(path: Path) -> tuple[Definition, ...]:
    """The layers, activations and losses that a file defines.

    A Python file is run, and every ``LayerDefinition``, ``Activation`` and ``LossDefinition`` that it leaves in its
    namespace is taken. A YAML file has the keys ``layers``, ``activations`` and ``losses``.

    Raises:
        HomeworkError: a YAML file is not as it should be; the message names the line and the key.
        HomeworkContentError: the file is not there, defines nothing, or is Python that fails.
    """
    if not path.is_file():
        raise HomeworkContentError(f"there is no file {path}")
    found = tuple(_from_python(path)) if path.suffix == ".py" else _from_yaml(path)
    if not found:
        raise HomeworkContentError(f"{path} defines no layer, no activation and no loss")
    return found


def load_layers(path: Path) -> tuple[LayerDefinition | Activation, ...]:
    """The layers and activations that a file defines, each of which can be derived alone.

    Raises:
        HomeworkError: a YAML file is not as it should be; the message names the line and the key.
        HomeworkContentError: the file is not there, or defines neither layers nor activations.
    """
    found = tuple(own for own in load_definitions(path) if not isinstance(own, LossDefinition))
    if not found:
        raise HomeworkContentError(
            f"{path} defines losses alone: give a network, --using {path}, and the loss as --loss"
        )
    return found


def _from_python(path: Path) -> Iterator[Definition]:
    try:
        namespace = runpy.run_path(str(path))
    except (Exception, SystemExit) as error:
        raise HomeworkContentError(
            f"{path}{_line_of(error, path)} cannot be run: {type(error).__name__}: {error}"
        ) from error
    for value in namespace.values():
        if isinstance(value, LayerDefinition | Activation | LossDefinition):
            yield value


def _from_yaml(path: Path) -> tuple[Definition, ...]:
    return validated(OwnDefinitions, read_source(path, str(path))).definitions()


def _line_of(error: BaseException, path: Path) -> str:
    """Where in the file a program failed."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f":{error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f":{lines[-1]}" if lines else ""
