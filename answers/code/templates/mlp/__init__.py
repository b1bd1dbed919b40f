"""``mlp.py``: a two-layer network, forward and backward by hand."""

from answers.code.templates.mlp.template import Mlp

__all__ = ["Mlp"]
