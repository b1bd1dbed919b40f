"""Where branches of a network meet: sums and products of values, and values one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Expr, Mul, S, Symbol

from derive.errors import NetworkError
from derive.expression import symbols
from derive.forward import Row, Tensor


def total_row(parts: Sequence[Tensor], output: str, batch: Expr | None) -> tuple[Row, str]:
    """The sum of values of one shape, as a row and its label.

    Raises:
        NetworkError: the shapes differ.
    """
    return _elementwise(parts, output, Add, "added"), " + ".join(part.name for part in parts)


def hadamard_row(parts: Sequence[Tensor], output: str, batch: Expr | None) -> tuple[Row, str]:
    """The product element by element of values of one shape, a gate and what it lets pass, as a row and its label.

    Raises:
        NetworkError: the shapes differ.
    """
    return _elementwise(parts, output, Mul, "multiplied element by element"), " * ".join(part.name for part in parts)


def _elementwise(parts: Sequence[Tensor], output: str, operation: type[Expr], what: str) -> Row:
    for part in parts[1:]:
        if part.shape != parts[0].shape:
            raise NetworkError(f"{_said(parts[0])} and {_said(part)} cannot be {what}")
    letters = _letters(parts[0])
    body = operation(*(symbols.element(part.name, letters) for part in parts))
    return Row(Tensor(output, parts[0].shape), letters, body)


def joined_row(parts: Sequence[Tensor], output: str, batch: Expr | None, axis: int = 0) -> tuple[Row, str]:
    """Values one after the other along an axis of a sample, the first one or the last, as a row and its label.

    Each part is read at the index less the lengths before it, and reads 0 outside of its own range.

    Raises:
        NetworkError: the shapes differ in another axis.
    """
    first = parts[0]
    before = 0 if batch is None else 1
    axis = len(first.shape) - 1 if axis == -1 else before + axis
    for part in parts[1:]:
        if part.shape[:axis] + part.shape[axis + 1 :] != first.shape[:axis] + first.shape[axis + 1 :]:
            raise NetworkError(f"{_said(first)} and {_said(part)} cannot be joined")
    letters = _letters(first)
    offset: Expr = S.Zero
    terms = []
    for part in parts:
        place = (*letters[:axis], letters[axis] - offset, *letters[axis + 1 :])
        terms.append(symbols.element(part.name, place))
        offset += part.shape[axis]
    shape = (*first.shape[:axis], offset, *first.shape[axis + 1 :])
    return Row(Tensor(output, shape), letters, Add(*terms)), f"[{', '.join(part.name for part in parts)}]"


def _letters(tensor: Tensor) -> tuple[Symbol, ...]:
    return symbols.fresh_indices(len(tensor.shape), {size.name for size in symbols.sizes_in(tensor.shape)})


def _said(tensor: Tensor) -> str:
    return f"{tensor.name} of shape ({', '.join(map(str, tensor.shape))})"
