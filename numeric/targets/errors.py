"""What cannot be written for another array library."""

from __future__ import annotations


class TargetError(ValueError):
    """A target that does not exist or is not installed, or NumPy code that has no equivalent in it."""
