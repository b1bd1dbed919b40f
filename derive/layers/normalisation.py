"""Normalisation: values less their mean over their standard deviation, with PyTorch's conventions.

The variance is that of the values themselves, divided by their number. ``eps`` stays a symbol.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sympy import Expr, Integer, Rational

from derive.errors import NetworkError
from derive.expression import symbols
from derive.layers.axes import INNER, OUTER, SPACE
from derive.layers.definition import LayerDefinition
from derive.layers.leading import leading, subscripts

EPS = {"eps": symbols.scalar("eps")}


@dataclass(frozen=True)
class _Axis:
    """An axis of the input: its name, its index, and the index that sums over it are taken with."""

    name: str
    index: str
    bound: str


SAMPLE = _Axis("B", "b", "a")
FEATURE = _Axis("n", "i", "j")
CHANNEL = _Axis("C", "c", "k")


def _space(rank: int) -> tuple[_Axis, ...]:
    return tuple(map(_Axis, SPACE[rank], OUTER[rank], INNER[rank]))


def _normalised(
    name: str,
    axes: Sequence[_Axis],
    over: Sequence[_Axis],
    learnt: Sequence[_Axis],
    *,
    centred: bool = True,
    training: bool = True,
) -> LayerDefinition:
    """Values standardised over some axes, with a gain and a shift for each index along ``learnt``.

    ``centred`` subtracts the mean and learns a shift; without ``training`` mean and variance are given.
    """
    here = subscripts(*(axis.index for axis in axes))
    kept = [axis for axis in axes if axis not in over]
    at = subscripts(*(axis.index for axis in kept))
    inner = subscripts(*(axis.bound if axis in over else axis.index for axis in axes))
    mean = f"1/({'*'.join(axis.name for axis in over)})*sum[{','.join(axis.bound for axis in over)}]"
    centre = f" - mu{at}" if centred else ""
    statistics = [f"mu{at} = {mean} z{inner}"] if centred else []
    statistics.append(f"v{at} = {mean} (z{inner}{centre})^2")
    standardised = f"z_hat{here} = (z{here}{centre})/sqrt(v{at} + eps)"
    gain = subscripts(*(axis.index for axis in learnt))
    output = f"y{here} = weight{gain}*z_hat{here}" if learnt else f"y{here} = z_hat{here}"
    parameters = {"weight": "gamma", **({"bias": "beta"} if centred else {})} if learnt else {}
    rows = [
        *(statistics if training else ()),
        standardised,
        output + (f" + bias{gain}" if "bias" in parameters else ""),
    ]
    given = ("mu", "v") if centred else ("v",)
    return LayerDefinition(
        name=name,
        equations="\n".join(rows),
        axes=tuple(axis.name for axis in axes),
        shapes={
            **dict.fromkeys(parameters, tuple(axis.name for axis in learnt)),
            **dict.fromkeys(() if training else given, tuple(axis.name for axis in kept)),
        },
        parameters=parameters,
        buffers=() if training else given,
        over_batch=training and SAMPLE in axes,
        values=(*given, "z_hat"),
        constants=EPS,
        domains={"v": "positive"},
        channels=CHANNEL in axes,
    )


def layer_norm(affine: bool = True, rank: Expr = Integer(1)) -> LayerDefinition:
    """Normalisation along the last axis, with a gain ``weight`` and a shift ``bias`` for each element of it."""
    before = [_Axis(name, index, index) for name, index in zip(*leading(int(rank)), strict=True)]
    return _normalised("LayerNorm", [*before, FEATURE], [FEATURE], [FEATURE] if affine else [])


def rms_norm(affine: bool = True, rank: Expr = Integer(1)) -> LayerDefinition:
    """Division by the root of the mean square along the last axis, with a gain for each element of it."""
    before = [_Axis(name, index, index) for name, index in zip(*leading(int(rank)), strict=True)]
    return _normalised("RMSNorm", [*before, FEATURE], [FEATURE], [FEATURE] if affine else [], centred=False)


def batch_norm(
    dimensions: int, affine: bool = True, training: bool = True, rank: Expr | None = None
) -> LayerDefinition:
    """Normalisation of every feature or channel over the batch and space.

    While training, mean and variance are those of the batch; at evaluation they are given. ``BatchNorm1d``
    takes vectors as well as sequences, as PyTorch's does.

    Raises:
        NetworkError: the input has another number of axes than the layer takes.
    """
    space = dimensions if dimensions > 1 else 0 if rank is None else int(rank) - 1
    if rank is not None and (rank != space + 1 or space > dimensions):
        raise NetworkError(f"BatchNorm{dimensions}d takes samples with {dimensions + 1} axes, got {rank}")
    inner = _space(space) if space else ()
    feature = CHANNEL if space else FEATURE
    axes = [*([SAMPLE] if training else []), feature, *inner]
    over = [axis for axis in axes if axis != feature] if training else list(inner)
    return _normalised(f"BatchNorm{dimensions}d", axes, over, [feature] if affine else [], training=training)


def instance_norm(dimensions: int, affine: bool = False) -> LayerDefinition:
    """Normalisation of every channel over space; without gain and shift unless ``affine``, as in PyTorch."""
    inner = _space(dimensions)
    return _normalised(f"InstanceNorm{dimensions}d", [CHANNEL, *inner], list(inner), [CHANNEL] if affine else [])


def group_norm(groups: Expr, affine: bool = True, rank: Expr = Integer(3)) -> LayerDefinition:
    """Normalisation of ``groups`` groups of neighbouring channels over the channels of a group and space.

    Raises:
        NetworkError: the input has no channels, or more axes than there are names for.
    """
    if not 1 <= rank <= 1 + max(SPACE):
        raise NetworkError(f"GroupNorm takes samples with 1 to {1 + max(SPACE)} axes, got {rank}")
    inner = _space(int(rank) - 1) if rank > 1 else ()
    place, bound = (",".join(["", *parts]) for parts in ([a.index for a in inner], [a.bound for a in inner]))
    mean = f"1/({'*'.join(['o', *(axis.name for axis in inner)])})*sum[k{bound}]"
    output = f"z_hat[floor(c/o), mod(c, o){place}]"
    return LayerDefinition(
        name="GroupNorm",
        equations=f"""
            u[g,j{place}] = z[o*g + j{place}]
            mu[g] = {mean} u[g,k{bound}]
            v[g] = {mean} (u[g,k{bound}] - mu[g])^2
            z_hat[g,j{place}] = (u[g,j{place}] - mu[g])/sqrt(v[g] + eps)
            y[c{place}] = {f"weight[c]*{output} + bias[c]" if affine else output}
        """,
        axes=("C", *(axis.name for axis in inner)),
        sizes={"G": groups},
        derived={"o": "C/G"},
        shapes={
            "u": ("G", "o", *(axis.name for axis in inner)),
            "y": ("C", *(axis.name for axis in inner)),
            **({"weight": ("C",), "bias": ("C",)} if affine else {}),
        },
        parameters={"weight": "gamma", "bias": "beta"} if affine else {},
        values=("u", "mu", "v", "z_hat"),
        constants=EPS,
        channels=True,
    )


def l2_normalisation(rank: Expr = Integer(1)) -> LayerDefinition:
    """Division by the Euclidean norm along the last axis."""
    names, letters = leading(int(rank))
    at, here = subscripts(*letters), subscripts(*letters, "i")
    return LayerDefinition(
        name="L2Norm",
        equations=f"""
            r{at} = sqrt(sum[j] z{subscripts(*letters, "j")}^2)
            y{here} = z{here}/r{at}
        """,
        axes=(*names, "n"),
        values=("r",),
    )


def local_response_norm(
    size: Expr, alpha: Expr = Rational(1, 10000), beta: Expr = Rational(3, 4), k: Expr = Integer(1)
) -> LayerDefinition:
    """Values over a power of the mean square of ``size`` neighbouring channels, as AlexNet has it."""
    return LayerDefinition(
        name="LocalResponseNorm",
        equations="""
            u[c,h,w] = k + alpha/m*(sum[j<m] z[c + j - floor(m/2), h, w]^2)
            y[c,h,w] = z[c,h,w]/u[c,h,w]^beta
        """,
        axes=("C", "H", "W"),
        sizes={"m": size},
        shapes={"u": ("C", "H", "W"), "y": ("C", "H", "W")},
        constants={"alpha": alpha, "beta": beta, "k": k},
        domains={"u": "positive"},
        values=("u",),
        channels=True,
    )


LAYERS: dict[str, Callable[..., LayerDefinition]] = {
    "LayerNorm": layer_norm,
    "RMSNorm": rms_norm,
    **{f"BatchNorm{dimensions}d": partial(batch_norm, dimensions) for dimensions in (1, 2)},
    **{f"InstanceNorm{dimensions}d": partial(instance_norm, dimensions) for dimensions in (1, 2)},
    "GroupNorm": group_norm,
    "L2Norm": l2_normalisation,
    "LocalResponseNorm": local_response_norm,
}
