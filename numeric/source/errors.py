"""What cannot be written as source."""


class SourceError(ValueError):
    """An expression, a function or a namespace for which there is no Python source."""
