"""What a command is about, and which of its options have an effect there: any other is refused, never ignored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import typer

Subject = Literal["network", "layer", "file", "recurrence", "equations", "tensors", "homework"]

SUBJECTS: Mapping[Subject, str] = MappingProxyType(
    {
        "network": "networks",
        "layer": "layers alone",
        "file": "files with layers of your own",
        "recurrence": "recurrent layers over all steps (RNN, LSTM, GRU)",
        "equations": "equations between numbers",
        "tensors": "equations between tensors",
        "homework": "homeworks",
    }
)
"""The subjects as messages call them."""

_HOMEWORK: tuple[Subject, ...] = ("homework",)
_MODELS: tuple[Subject, ...] = ("network", "layer", "file")
_WITH_TIME: tuple[Subject, ...] = (*_MODELS, "recurrence")
_ALL: tuple[Subject, ...] = (*_WITH_TIME, "equations", "tensors")
_DERIVED: tuple[Subject, ...] = (*_MODELS, "tensors")

APPLIES: Mapping[str, Mapping[str, tuple[Subject, ...]]] = MappingProxyType(
    {
        "derive": {
            "loss": ("network",),
            "wrt": _ALL,
            "notation": (*_WITH_TIME, "tensors"),
            "within": _DERIVED,
            "using": ("network",),
            "ranges": (*_WITH_TIME, "tensors"),
            "written_out": (*_WITH_TIME, "tensors"),
            "toeplitz": _DERIVED,
            "hessian": _DERIVED,
            "chained": _DERIVED,
            "forward": (*_WITH_TIME, "tensors"),
            "latex": _ALL,
            "steps": _ALL,
            "grain": _DERIVED,
            "layout": _DERIVED,
            "index_base": (*_WITH_TIME, "tensors"),
            "weights": _WITH_TIME,
            "samples": _MODELS,
            "channels": _MODELS,
            "batch": _MODELS,
            "reduction": ("network",),
            "at": (*_MODELS, "equations"),
            "check": _ALL,
        },
        "sizes": dict.fromkeys(("using", "batch", "channels", "check"), ("network",)),
        "export": {
            "target": (*_MODELS, "homework"),
            "output": (*_MODELS, "homework"),
            "loss": ("network",),
            "reduction": ("network",),
            "weights": _MODELS,
            "samples": _MODELS,
            "channels": _MODELS,
            "using": ("network",),
        },
        "build": dict.fromkeys(
            ("everything", "out", "only", "output", "steps", "grain", "layout", "index_base", "data", "training"),
            _HOMEWORK,
        ),
        "verify": dict.fromkeys(("everything", "as_json", "layout", "index_base", "data", "training"), _HOMEWORK),
        "train": dict.fromkeys(("only", "data", "output", "resume"), _HOMEWORK),
        "grade": dict.fromkeys(("out", "csv", "gradescope", "workers", "dask", "resume", "sandbox", "seed"), _HOMEWORK),
        "list": {},
        "init": {},
        "schema": {},
    }
)
"""For each command the subjects on which each of its options has an effect."""

TOGETHER: tuple[tuple[str, str, str], ...] = (
    ("toeplitz", "written_out", "give one of them"),
    ("toeplitz", "notation", "a matrix at given sizes has one notation"),
    ("toeplitz", "ranges", "a matrix at given sizes has no ranges"),
    ("toeplitz", "steps", "a matrix at given sizes has no steps"),
    ("toeplitz", "grain", "a matrix at given sizes has no steps"),
    ("toeplitz", "chained", "give one of them"),
    ("toeplitz", "hessian", "give one of them"),
    ("written_out", "notation", "elements at given sizes have one notation"),
    ("written_out", "ranges", "elements at given sizes have no ranges"),
    ("written_out", "steps", "elements at given sizes have no steps"),
    ("written_out", "grain", "elements at given sizes have no steps"),
    ("hessian", "chained", "give one of them"),
    ("chained", "within", "a backward pass is written in the gradients before"),
    ("ranges", "notation", "ranges are said element by element"),
)
"""Options of ``derive`` of which one has no effect beside the other, and why."""

NOT_IN_NUMBERS = (
    "notation", "within", "ranges", "written_out", "toeplitz", "hessian", "chained", "forward", "steps", "grain",
)  # fmt: skip
"""Options that have no effect on the numbers of networks and layers."""


CELLS: Mapping[str, str] = MappingProxyType({"RNN": "RNNCell", "LSTM": "LSTMCell", "GRU": "GRUCell"})
"""The cell that each recurrent layer applies at every time."""


def is_recurrence(text: str) -> bool:
    """Whether a text is a recurrent layer with its arguments."""
    return text.partition("(")[0].strip() in CELLS


def is_definition_file(text: str) -> bool:
    """Whether what a user gave is a file of definitions rather than a network."""
    return Path(text).suffix in (".py", ".yaml", ".yml")


def subject_of(text: str) -> Subject:
    """What a text given to ``derive`` is."""
    from derive.graph import is_equations
    from derive.layer import is_layer
    from derive.stated import is_stated

    if is_stated(text):
        return "equations" if is_equations(text) and "[" not in text else "tensors"
    if is_recurrence(text):
        return "recurrence"
    if is_definition_file(text):
        return "file"
    return "layer" if is_layer(text) else "network"


def refuse_without_effect(context: typer.Context, subject: Subject) -> None:
    """Refuse options that were given and have no effect on the subject, or beside another option.

    Raises:
        DeriveError: there is one; the message says which subjects it is for.
    """
    from derive.errors import DeriveError

    applies = APPLIES[str(context.command.name)]
    given = {name for name in applies if _was_given(context, name)}
    for name in applies:
        if name in given and subject not in applies[name]:
            where = " and ".join(SUBJECTS[known] for known in applies[name])
            raise DeriveError(f"{_spelt(context, name)} has no effect on {SUBJECTS[subject]}; it is for {where}")
    for one, other, reason in TOGETHER:
        if {one, other} <= given and not (other == "notation" and context.params[other] == "index" and one == "ranges"):
            raise DeriveError(f"{_spelt(context, other)} has no effect beside {_spelt(context, one)}: {reason}")
    for other in NOT_IN_NUMBERS if "at" in given and subject != "equations" else ():
        if other in given:
            raise DeriveError(f"{_spelt(context, other)} has no effect beside --at: numbers have one form")
    if "reduction" in given and "batch" in applies and "batch" not in given:
        raise DeriveError("--reduction has no effect on one sample; it is for batches, such as --batch B")
    if "reduction" in given and "loss" not in given:
        raise DeriveError("--reduction has no effect without a loss, such as --loss MSE")


def refuse_empty(options: Mapping[str, list[str] | None]) -> None:
    """Refuse an option of names or values that was given without any.

    Raises:
        DeriveError: there is one.
    """
    from derive.errors import DeriveError

    for option, given in options.items():
        if given is not None and not any(part.strip() for text in given for part in text.split(",")):
            raise DeriveError(f"{option} names nothing; give it as --help says, or leave it out")


def _was_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _spelt(context: typer.Context, name: str) -> str:
    """An option as it is written."""
    option = next(parameter for parameter in context.command.params if parameter.name == name)
    return max(option.opts, key=len)
