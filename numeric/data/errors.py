"""What can be wrong with data."""

from __future__ import annotations


class DataError(ValueError):
    """Data that are missing, truncated or of the wrong form; the message names the file or the array."""
