"""What a file that ran left in the pipe: arrays and texts. None of it is believed but what came before the file ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy

from answers.code.cases import Array
from answers.sandbox import Frame, frames, one_line

BEGUN = "begun"


@dataclass(frozen=True)
class Said:
    """What a run says.

    Attributes:
        begun: whether it came as far as the file.
        how: what the file runs with.
        missing: packages that are not installed.
        lacks: what the system lacks to confine it.
        problem: why the file could not be loaded, by its own account.
        done: whether it came to the end.
        arrays: results by ``number/name``.
        notes: what went wrong, by the number of the case.
        printed: what was printed, by the number of the case.
    """

    begun: bool
    how: str
    missing: tuple[str, ...]
    lacks: tuple[str, ...]
    problem: str
    done: bool
    arrays: Mapping[str, Array]
    notes: Mapping[str, str]
    printed: Mapping[str, str]


def said(output: bytes) -> Said:
    """What the frames say.

    Raises:
        FrameError: it is none.
    """
    everything = list(frames(output))
    begin = next((place for place, frame in enumerate(everything) if frame.name == BEGUN), len(everything))
    opening, rest = everything[:begin], everything[begin + 1 :]
    return Said(
        begin < len(everything),
        (everything[begin].text or "") if begin < len(everything) else "",
        tuple(frame.text for frame in opening if frame.name == "missing" and frame.text),
        tuple(frame.text for frame in opening if frame.name == "lacks" and frame.text),
        next((one_line(frame.text) for frame in rest if frame.name == "problem" and frame.text), ""),
        any(frame.name == "done" for frame in rest),
        {f"{frame.number}/{frame.name}": _array(frame) for frame in rest if frame.text is None},
        {str(frame.number): one_line(frame.text) for frame in rest if frame.name == "note" and frame.text},
        {str(frame.number): frame.text for frame in rest if frame.name == "printed" and frame.text},
    )


def _array(frame: Frame) -> Array:
    return numpy.frombuffer(frame.data, dtype="<f8").reshape(frame.shape)
