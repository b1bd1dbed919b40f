"""PyTorch: its own names, ``dim`` for an axis, and unfolded views for windows."""

from __future__ import annotations

import ast

from numeric.errors import TargetError
from numeric.source import tree
from numeric.source.namespace import POLYGAMMA, standard
from numeric.targets.rules import ELEMENTWISE, Call
from numeric.targets.target import Target


def _maximum(call: Call) -> str:
    return "torch.clamp(a, min=b)" if _is_number(call.arguments["b"]) else "torch.maximum(a, b)"


def _minimum(call: Call) -> str:
    return "torch.clamp(a, max=b)" if _is_number(call.arguments["b"]) else "torch.minimum(a, b)"


def _maximum_over(call: Call) -> str:
    return "torch.amax(a, dim=axis, keepdim=keepdims)" if "axis" in call.arguments else "torch.max(a)"


def _minimum_over(call: Call) -> str:
    return "torch.amin(a, dim=axis, keepdim=keepdims)" if "axis" in call.arguments else "torch.min(a)"


def _unfolded(call: Call) -> ast.expr:
    """A view of windows: ``z.unfold(2, 3, 1).unfold(3, 3, 1)`` has theirs behind the other axes, as NumPy's has."""
    lengths, axes = (_elements(call.arguments[name], call) for name in ("lengths", "axis"))
    view = call.arguments["a"]
    for length, axis in zip(lengths, axes, strict=True):
        view = tree.method(view, "unfold", axis, length, tree.number(1))
    return view


def _padded(call: Call) -> ast.expr:
    """PyTorch lists the widths from the last axis on."""
    pairs = [_elements(pair, call) for pair in _elements(call.arguments["widths"], call)]
    while pairs and all(isinstance(width, ast.Constant) and width.value == 0 for width in pairs[0]):
        pairs = pairs[1:]
    widths = ast.Tuple([width for pair in reversed(pairs) for width in pair], ast.Load())
    value = call.arguments.get("constant_values")
    return tree.quoted(
        "torch.nn.functional.pad(a, widths, value=value)", a=call.arguments["a"], widths=widths, value=value
    )


def _elements(node: ast.expr, call: Call) -> list[ast.expr]:
    if not isinstance(node, ast.Tuple):
        raise TargetError(f"np.{call.name} has no equivalent for torch unless its arguments are written as tuples")
    return node.elts


def _is_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant)


TORCH = Target(
    name="torch",
    alias="torch",
    imports={"torch": "import torch"},
    rules={
        **{name: f"torch.{standard(name)}(a, out=out)" for name in ELEMENTWISE},
        **{name: f"torch.{name}(a, b)" for name in ("copysign", "logical_and", "logical_or")},
        **{name: f"torch.{name}(a)" for name in ("lgamma", "digamma")},
        **{name: f"torch.polygamma({order}, a)" for order, name in enumerate(POLYGAMMA, 1)},
        "arctan2": "torch.atan2(a, b)",
        **{name: f"torch.{name}(a, dim=axis, keepdim=keepdims)" for name in "sum mean prod any all".split()},
        **{name: f"torch.{name}(a, dim=axis, keepdim=keepdims)" for name in ("argmax", "argmin")},
        **{name: f"torch.{name}(shape, dtype=dtype, device=reference.device)" for name in ("zeros", "ones", "empty")},
        **{name: f"torch.{name}(a)" for name in ("zeros_like", "ones_like", "empty_like")},
        "arange": "torch.arange(start, stop, step, device=reference.device)",
        "astype": "a.to(dtype)",
        "broadcast_to": "torch.broadcast_to(a, shape)",
        "clip": "torch.clip(a, low, high)",
        "concatenate": "torch.cat(arrays, dim=axis)",
        "copy": "a.clone()",
        "cumsum": "torch.cumsum(a, dim=axis)",
        "einsum": "torch.einsum(places, *arrays)",
        "expand_dims": "torch.unsqueeze(a, axis)",
        "full": "torch.full(shape, value, dtype=dtype, device=reference.device)",
        "lib.stride_tricks.sliding_window_view": _unfolded,
        "linalg.det": "torch.linalg.det(a)",
        "linalg.inv": "torch.linalg.inv(a)",
        "matmul": "torch.matmul(a, b)",
        "max": _maximum_over,
        "maximum": _maximum,
        "min": _minimum_over,
        "minimum": _minimum,
        "moveaxis": "torch.movedim(a, source, destination)",
        "pad": _padded,
        "reshape": "a.reshape(shape)",
        "squeeze": "torch.squeeze(a, dim=axis)",
        "stack": "torch.stack(arrays, dim=axis)",
        "swapaxes": "torch.swapaxes(a, first, second)",
        "take_along_axis": "torch.take_along_dim(a, places, dim=axis)",
        "tensordot": "torch.tensordot(a, b, dims=axes)",
        "transpose": "a.permute(order)",
        "vdot": "torch.sum(a * b)",
        "where": "torch.where(condition, a, b)",
    },
    native=frozenset({"erf", "lgamma", "digamma", *POLYGAMMA}),
    scatter="array.index_put_((place,), values, accumulate=True)",
    real="truth.to(array.dtype)",
)
