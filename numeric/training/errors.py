"""What can be wrong with a training."""

from __future__ import annotations


class TrainingError(ValueError):
    """A network, data and settings that do not go together, or a checkpoint that is not of this training."""
