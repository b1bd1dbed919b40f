"""Reading the sizes n, d, K off the shapes of arrays, and working out shapes from sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy
import sympy
from sympy import Expr, Symbol

from derive.expression import symbols, walks
from derive.expression.functions import ArgMax
from derive.forward import Forward, Tensor
from derive.remembering import EXPRESSIONS, ONE, with_forward
from numeric.arrays.axes import Scope
from numeric.errors import ArrayError


def length(dimension: Expr, sizes: Mapping[Symbol, int]) -> int:
    """The value of a dimension such as ``n`` or ``floor((H + 2*p - k)/s) + 1``.

    Raises:
        ArrayError: a size in it is unknown, or it is not a non-negative integer.
    """
    if isinstance(dimension, int) or dimension.is_Integer:
        return int(dimension)
    if dimension.is_Symbol and sizes.get(dimension, -1) >= 0:
        return int(sizes[dimension])
    scope = Scope({}, sizes)
    return _worked_out(dimension, tuple((symbol, scope.size(symbol)) for symbol in walks.free_symbols(dimension)))


@lru_cache(maxsize=EXPRESSIONS)
def _worked_out(dimension: Expr, chosen: tuple[tuple[Symbol, int], ...]) -> int:
    """The value of a dimension at sizes, in rational arithmetic: a floor of floats is one too small where a quotient
    falls just short of an integer."""
    value = dimension.xreplace({symbol: sympy.Integer(number) for symbol, number in chosen})
    if not value.is_Integer or value < 0:
        told = ", ".join(f"{symbol} = {number}" for symbol, number in sorted(chosen, key=lambda pair: str(pair[0])))
        raise ArrayError(f"the dimension {dimension} is {value} at {told}, expected a non-negative integer")
    return int(value)


def lengths(shape: Sequence[Expr], sizes: Mapping[Symbol, int]) -> tuple[int, ...]:
    """The value of each dimension of a shape."""
    return tuple(length(dimension, sizes) for dimension in shape)


def sizes_from(
    model: Forward, arrays: Mapping[str, Any], given: Mapping[Symbol, int] | None = None
) -> dict[Symbol, int]:
    """The sizes that the shapes of ``arrays`` give, by the shapes that ``model`` declares, and those ``given``.

    A dimension that is a symbol gives it; ``2*d`` gives d once its other symbols are known. Dimensions
    that cannot be solved (a floor) are checked. A size may also stand among the arrays by its name, as a stride
    ``s`` must. Arrays of other names than the model's are not looked at.

    Raises:
        ArrayError: an array has another rank than its tensor, a dimension does not fit, or a size that is given by
            its name is no natural number.
    """
    tensors = [
        (model.tensors[name], tuple(numpy.shape(array))) for name, array in arrays.items() if name in model.tensors
    ]
    for tensor, shape in tensors:
        if len(shape) != len(tensor.shape):
            raise ArrayError(f"{tensor.name} has shape {shape}, expected {_printed(tensor.shape)}")
    sizes: dict[Symbol, int] = {**_by_name(model, arrays), **(given or {})}
    pending = [
        (sympy.sympify(dimension), number, tensor)
        for tensor, shape in tensors
        for dimension, number in zip(tensor.shape, shape, strict=True)
    ]
    while pending:
        left = [entry for entry in pending if not _settle(*entry, sizes)]
        if len(left) == len(pending):
            break
        pending = left
    sizes = with_derived(model, sizes)
    for tensor, shape in tensors:
        _verify(tensor, shape, sizes)
    return sizes


def with_derived(model: Forward, sizes: Mapping[Symbol, int]) -> dict[Symbol, int]:
    """The sizes with those that follow from them by the model's formulas; what the arrays say is kept if not.

    Raises:
        ArrayError: a size follows that is not the one that the arrays say.
    """
    known = dict(sizes)
    for symbol, formula in model.sizes:
        if not formula.free_symbols <= set(known):
            continue
        value = length(formula, known)
        if known.setdefault(symbol, value) != value:
            raise ArrayError(f"{symbol} is {known[symbol]} by the arrays, but {formula} is {value}")
    return known


def require_windows(model: Forward, sizes: Mapping[Symbol, int]) -> None:
    """See that the padding of every maximum over windows is at most half of its kernel, as PyTorch wants it.

    Raises:
        ArrayError: it is more, so that a window could hold nothing.
    """
    for padding, kernel in _padded_windows(model):
        if not (padding.free_symbols | kernel.free_symbols) <= set(sizes):
            continue
        around, side = (int(part.xreplace(dict(sizes))) for part in (padding, kernel))
        if 2 * around > side:
            raise ArrayError(
                f"{_with_name(padding, around)} is more than half of {_with_name(kernel, side)}, the kernel of a "
                "maximum: a window could hold nothing"
            )


def _with_name(size: Expr, number: int) -> str:
    return str(number) if size.is_Integer else f"{size} = {number}"


@with_forward(ONE)
def _padded_windows(model: Forward) -> tuple[tuple[Expr, Expr], ...]:
    """The padding and the kernel of every maximum over windows that begin before the tensor that they read."""
    found: dict[tuple[Expr, Expr], None] = {}
    for row in model.rows:
        for chosen in row.expression.atoms(ArgMax):
            for letter, first, last in chosen.limits:
                for condition in chosen.function.atoms(sympy.GreaterThan):
                    if letter in condition.lhs.free_symbols and condition.rhs == 0 == first:
                        start = condition.lhs.xreplace(dict.fromkeys((*row.indices, letter), sympy.S.Zero))
                        found[-start, last + 1] = None
    return tuple(found)


def _by_name(model: Forward, arrays: Mapping[str, Any]) -> dict[Symbol, int]:
    """The sizes that stand among the arrays by their names."""
    others = [name for name in arrays if name not in model.tensors and name.isidentifier()]
    if not others:
        return {}
    known = {symbol.name: symbol for symbol in _sizes_of(model)}
    return {known[name]: _natural(name, arrays[name]) for name in others if name in known}


@with_forward(ONE)
def _sizes_of(model: Forward) -> frozenset[Symbol]:
    """The size symbols of a forward definition."""
    shapes = [dimension for tensor in model.tensors.values() for dimension in tensor.shape]
    formulas = [part for symbol, formula in model.sizes for part in (symbol, formula)]
    return frozenset(symbols.sizes_in([*shapes, *formulas, *(row.expression for row in model.rows)]))


def _natural(name: str, value: Any) -> int:
    number = numpy.asarray(value)
    if number.shape or number.dtype.kind not in "iuf" or number != numpy.rint(number) or number < 0:
        raise ArrayError(f"{name} is a size, a natural number such as 3, not {value!r}")
    return int(number)


def _settle(dimension: Expr, number: int, tensor: Tensor, sizes: dict[Symbol, int]) -> bool:
    """Learn what one dimension says; False if it must wait for other sizes."""
    unknown = sorted(dimension.free_symbols - set(sizes), key=str)
    if not unknown:
        return True
    if len(unknown) > 1:
        return False
    if dimension == unknown[0]:
        sizes[unknown[0]] = number
        return True
    equation = dimension.xreplace({symbol: sympy.Integer(value) for symbol, value in sizes.items()}) - number
    polynomial = equation.as_poly(*unknown)
    if polynomial is None or polynomial.degree() != 1:
        return False
    slope, offset = polynomial.all_coeffs()
    solution = -offset / slope
    if not (solution.is_Integer and solution >= 0):
        raise ArrayError(
            f"{tensor.name} has {number} along the dimension {dimension}: no integer {unknown[0]} gives that"
        )
    sizes[unknown[0]] = int(solution)
    return True


def _verify(tensor: Tensor, shape: tuple[int, ...], sizes: Mapping[Symbol, int]) -> None:
    for dimension, number in zip(tensor.shape, shape, strict=True):
        read = sympy.sympify(dimension).free_symbols
        if read <= set(sizes) and length(dimension, sizes) != number:
            known = ", ".join(f"{symbol} = {sizes[symbol]}" for symbol in sorted(read, key=str))
            reason = f" with {known} from the other arrays" if known else ""
            raise ArrayError(f"{tensor.name} has shape {shape}, expected {_printed(tensor.shape)}{reason}")


def _printed(shape: Sequence[Expr]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
