"""``layers.py``: fully connected, ReLU and softmax layers as functions."""

from answers.code.templates.layers.template import LayersFile

__all__ = ["LayersFile"]
