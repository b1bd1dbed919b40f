"""What can be wrong with arrays, expressions, data and trainings, and what no code can be written for."""

from __future__ import annotations


class ArrayError(ValueError):
    """Arrays that are missing, or whose shapes do not fit a forward definition."""


class MissingSizeError(ArrayError):
    """A size that no array shows and that is not given either; ``name`` is what it is called."""

    def __init__(self, name: str, known: str) -> None:
        super().__init__(
            f"no array gives the size {name} (known sizes: {known}); give it beside the arrays, such as {name}=3"
        )
        self.name, self.known = name, known


class CheckError(ValueError):
    """A derivation that contradicts its forward definition, and so is no answer."""


class ExpressionError(ValueError):
    """An expression or matrix node that has no number here."""


class CompileError(ValueError):
    """A network or a layer for which no code is generated; the message names the tensor and what is missing."""


class SourceError(ValueError):
    """An expression, a function or a namespace for which there is no Python source."""


class TargetError(ValueError):
    """A target that does not exist or is not installed, or NumPy code that has no equivalent in it."""


class DataError(ValueError):
    """Data that are missing, truncated or of the wrong form; the message names the file or the array."""


class MissingPackageError(DataError):
    """Data that come with a package that is not installed; the message says how to install it."""


class TrainingError(ValueError):
    """A network, data and settings that do not go together, or a checkpoint that is not of this training."""
