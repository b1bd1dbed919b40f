"""The Array API standard: one source for NumPy, PyTorch and JAX, whose functions come from the arrays' own library."""

from __future__ import annotations

from numeric.source import tree
from numeric.source.namespace import standard
from numeric.targets.rules import ELEMENTWISE, PAIRWISE
from numeric.targets.target import Target
from numeric.targets.windows import windows

EINSUM = '''
def einsum(places, *arrays):
    """Sums of products whose axes are named by letters, ``"bij,bjk->bik"``: one matrix product after the other."""
    *axes, kept = places.replace("->", ",").split(",")
    left, letters = arrays[0], axes[0]
    for number, (right, others) in enumerate(zip(arrays[1:], axes[1:]), start=2):
        wanted = kept + "".join(axes[number:])
        left, letters = contracted(left, letters, right, others, wanted)
    xp = array_namespace(*arrays)
    return xp.permute_dims(left, tuple(letters.index(letter) for letter in kept)) if kept else left
'''

CONTRACTED = '''
def contracted(left, letters, right, others, wanted):
    """The product of two arrays, summed over the letters that are not wanted, and the letters of its axes."""
    xp = array_namespace(left, right)
    both = [letter for letter in letters if letter in others]
    shared, summed = ([letter for letter in both if (letter in wanted) is kept] for kept in (True, False))
    rows, columns = ([letter for letter in own if letter not in both] for own in (letters, others))
    left = xp.permute_dims(left, tuple(letters.index(letter) for letter in [*shared, *rows, *summed]))
    right = xp.permute_dims(right, tuple(others.index(letter) for letter in [*shared, *summed, *columns]))
    batch, height, width = left.shape[: len(shared)], left.shape[len(shared) :][: len(rows)], right.shape[len(both) :]
    left = xp.reshape(left, (*batch, math.prod(height), -1)) if summed else xp.reshape(left, (*batch, -1, 1))
    right = xp.reshape(right, (*batch, left.shape[-1], math.prod(width)))
    product = xp.reshape(left @ right, (*batch, *height, *width))
    made = [*shared, *rows, *columns]
    alone = tuple(place for place, letter in enumerate(made) if letter not in wanted)
    return xp.sum(product, axis=alone) if alone else product, "".join(letter for letter in made if letter in wanted)
'''

ADDED_AT = '''
def added_at(array, places, values):
    """The array with values added at places along its first axis, of which one may occur several times."""
    xp = array_namespace(array)
    chosen = xp.arange(array.shape[0], device=device(array))[:, None] == xp.reshape(places, (1, -1))
    total = xp.astype(chosen, array.dtype) @ xp.reshape(values, (chosen.shape[1], -1))
    return array + xp.reshape(total, array.shape)
'''

OPENING = "xp = array_namespace(array)"
DTYPE = "xp.{}(shape, dtype=dtype, device=device(reference))"

ARRAY_API = Target(
    name="array_api",
    alias="xp",
    imports={
        "math": "import math\n",
        "array_namespace": "from array_api_compat import array_namespace",
        "device": "from array_api_compat import device",
        "at": "from array_api_extra import at",
        "pad": "from array_api_extra import pad",
    },
    rules={
        **{name: f"xp.{standard(name)}(a)" for name in ELEMENTWISE if name != "erf"},
        **{name: f"xp.{name}(a, b)" for name in PAIRWISE},
        "arctan2": "xp.atan2(a, b)",
        **{name: f"xp.{name}(a, axis=axis, keepdims=keepdims)" for name in "sum max min mean prod any all".split()},
        **{name: f"xp.{name}(a, axis=axis, keepdims=keepdims)" for name in ("argmax", "argmin")},
        **{name: DTYPE.format(name) for name in ("zeros", "ones", "empty")},
        **{name: f"xp.{name}(a)" for name in ("zeros_like", "ones_like", "empty_like")},
        "arange": "xp.arange(start, stop, step, device=device(reference))",
        "astype": "xp.astype(a, dtype)",
        "broadcast_to": "xp.broadcast_to(a, shape)",
        "clip": "xp.clip(a, low, high)",
        "concatenate": "xp.concat(arrays, axis=axis)",
        "copy": "xp.asarray(a, copy=True)",
        "cumsum": "xp.cumulative_sum(a, axis=axis)",
        "einsum": "einsum(places, *arrays)",
        "expand_dims": "xp.expand_dims(a, axis=axis)",
        "flip": "xp.flip(a, axis=axis)",
        "full": "xp.full(shape, value, dtype=dtype, device=device(reference))",
        "lib.stride_tricks.sliding_window_view": "windows(a, lengths, axis)",
        "linalg.det": "xp.linalg.det(a)",
        "linalg.inv": "xp.linalg.inv(a)",
        "matmul": "xp.matmul(a, b)",
        "moveaxis": "xp.moveaxis(a, source, destination)",
        "pad": "pad(a, widths, constant_values=constant_values)",
        "repeat": "xp.repeat(a, repeats, axis=axis)",
        "reshape": "xp.reshape(a, shape)",
        "squeeze": "xp.squeeze(a, axis=axis)",
        "stack": "xp.stack(arrays, axis=axis)",
        "take_along_axis": "xp.take_along_axis(a, places, axis=axis)",
        "tensordot": "xp.tensordot(a, b, axes=axes)",
        "transpose": "xp.permute_dims(a, order)",
        "vdot": "xp.sum(a * b)",
        "where": "xp.where(condition, a, b)",
    },
    helpers={
        "windows": windows("xp", OPENING),
        "added_at": tree.definition(ADDED_AT),
        "einsum": tree.definition(EINSUM),
        "contracted": tree.definition(CONTRACTED),
    },
    opening=OPENING,
    scatter="array = added_at(array, place, values)",
    store="at(array)[place]",
    masked="xp.where(truth, array, 0)",
    real="xp.astype(truth, array.dtype)",
)
