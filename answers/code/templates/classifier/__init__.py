"""``classifier.py``: a softmax classifier of two fully connected layers."""

from answers.code.templates.classifier.template import ClassifierFile

__all__ = ["ClassifierFile"]
