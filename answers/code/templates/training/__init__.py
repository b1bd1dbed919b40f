"""Trainings on bundled data: a NumPy reference, and files to write in PyTorch and Keras."""

from answers.code.templates.training.template import Training

__all__ = ["Training"]
