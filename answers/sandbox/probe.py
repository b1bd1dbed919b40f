"""What this system lacks for the sandbox, found out by going into it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from answers.sandbox.frames import FrameError, frames
from answers.sandbox.supervisor import Limits, begin
from derive.remembering import ONE

ENTRY = Path(__file__).with_name("entry.py")
SECONDS, MEGABYTES = 30, 500


@lru_cache(maxsize=ONE)
def lacking() -> tuple[str, ...]:
    """Each part of the sandbox that this system does not have, with what is then not kept from code under test."""
    ended = begin(ENTRY, {}, (), {}, Limits(SECONDS, MEGABYTES)).ended()
    try:
        said = list(frames(ended.output))
    except FrameError:
        said = []
    if ended.code != 0 or not any(frame.name == "done" for frame in said):
        return (f"everything ({ended.problem or 'Python did not start'})",)
    return tuple(frame.text for frame in said if frame.name == "lacks" and frame.text)


def lacking_line(lacks: Sequence[str]) -> str:
    """One line about what is lacking."""
    return f"this system lacks for the sandbox {', '.join(lacks)}" if lacks else ""
