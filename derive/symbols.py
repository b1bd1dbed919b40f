"""The symbols of sizes, indices and scalars, for definitions of layers in Python."""

from derive.expression.symbols import index, scalar, size

__all__ = ["index", "scalar", "size"]
