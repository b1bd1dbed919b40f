"""What can be wrong with data."""

from __future__ import annotations


class DataError(ValueError):
    """Data that are missing, truncated or of the wrong form; the message names the file or the array."""


class MissingPackageError(DataError):
    """Data that come with a package that is not installed; the message says how to install it."""
