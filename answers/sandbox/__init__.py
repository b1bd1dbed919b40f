"""What keeps a process that runs somebody else's text from doing harm (docs/sandbox.md)."""

from answers.sandbox.frames import Frame, FrameError, frames, one_line
from answers.sandbox.probe import lacking, lacking_line
from answers.sandbox.supervisor import Ended, Limits, Running, begin

__all__ = [
    "Ended",
    "Frame",
    "FrameError",
    "Limits",
    "Running",
    "begin",
    "frames",
    "lacking",
    "lacking_line",
    "one_line",
]
