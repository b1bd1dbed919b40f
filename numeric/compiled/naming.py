"""What tensors and gradients are called in generated code."""

from __future__ import annotations

import keyword
import re

from derive.symbols import split_partial


def python_name(name: str) -> str:
    """The Python name of a tensor, ``z1``, or of the gradient of the loss by one: ``dW1`` for ``dl/dW1``."""
    parts = split_partial(name)
    plain = re.sub(r"\W", "_", name if parts is None else f"d{parts[1]}")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in RESERVED else plain


RESERVED = frozenset(
    {"np", "params", "cache", "forward", "loss", "backward", "gradients", "erf", "gathered", "block", "blocks"}
)
