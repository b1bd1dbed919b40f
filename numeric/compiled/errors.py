"""What cannot be compiled."""

from __future__ import annotations


class CompileError(ValueError):
    """A network or a layer for which no code is generated; the message names the tensor and what is missing."""
