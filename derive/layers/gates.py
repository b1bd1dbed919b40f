"""Layers that multiply or select: gates, maxout, masks, tables, forms of two vectors."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Integer, Symbol

from derive.expression import symbols
from derive.layers.definition import LayerDefinition
from derive.layers.leading import leading, subscripts


def bilinear(outputs: Expr, other: Expr | None = None, bias: bool = True) -> LayerDefinition:
    """A bilinear form of two vectors for every output, with a weight of shape (outputs, n, other)."""
    return LayerDefinition(
        name="Bilinear",
        equations="y[i] = sum[j,k] x1[j]*weight[i,j,k]*x2[k]" + (" + bias[i]" if bias else ""),
        axes=("n",),
        source="x1",
        inputs=("x2",),
        sizes={"fan_out": outputs, "m": symbols.size("m") if other is None else other},
        shapes={
            "x2": ("m",),
            "weight": ("fan_out", "n", "m"),
            "y": ("fan_out",),
            **({"bias": ("fan_out",)} if bias else {}),
        },
        parameters={"weight": "W", **({"bias": "b"} if bias else {})},
        weights={"weight": (1, 2, 0)},
    )


def maxout(outputs: Expr, pieces: Expr) -> LayerDefinition:
    """The largest of ``pieces`` affine maps for every output; of several that are largest the first counts."""
    return LayerDefinition(
        name="Maxout",
        equations="""
            u[i,m] = sum[j] weight[i,m,j]*z[j] + bias[i,m]
            y[i] = max[m] u[i,m]
        """,
        axes=("n",),
        sizes={"fan_out": outputs, "P": pieces},
        shapes={"weight": ("fan_out", "P", "n"), "bias": ("fan_out", "P"), "u": ("fan_out", "P"), "y": ("fan_out",)},
        parameters={"weight": "W", "bias": "b"},
        weights={"weight": (2, 0, 1)},
        values=("u",),
    )


def glu(rank: Expr = Integer(1)) -> LayerDefinition:
    """The first half ``a`` of the last axis times the sigmoid of the second half ``b``."""
    names, letters = leading(int(rank))
    here = subscripts(*letters, "i")
    return LayerDefinition(
        name="GLU",
        equations=f"""
            a{here} = z{here}
            b{here} = z{subscripts(*letters, "i + half")}
            y{here} = a{here}*sigma(b{here})
        """,
        axes=(*names, "n"),
        derived={"half": "n/2"},
        shapes=dict.fromkeys(("a", "b", "y"), (*names, "half")),
        values=("a", "b"),
    )


def swiglu(hidden: Expr, rank: Expr = Integer(1)) -> LayerDefinition:
    """A linear map times the SiLU of another one, the gate, without biases.

    Source: N. Shazeer, GLU Variants Improve Transformer, 2020.
    """
    names, letters = leading(int(rank))
    here, inner = subscripts(*letters, "i"), subscripts(*letters, "j")
    return LayerDefinition(
        name="SwiGLU",
        equations=f"""
            a{here} = sum[j] weight[i,j]*z{inner}
            b{here} = sum[j] gate[i,j]*z{inner}
            y{here} = a{here}*b{here}*sigma(b{here})
        """,
        axes=(*names, "n"),
        sizes={"d": hidden},
        shapes={"weight": ("d", "n"), "gate": ("d", "n"), **dict.fromkeys(("a", "b", "y"), (*names, "d"))},
        parameters={"weight": "W", "gate": "V"},
        weights={"weight": (1, 0), "gate": (1, 0)},
        values=("a", "b"),
    )


def cosine_similarity() -> LayerDefinition:
    """The cosine of the angle between two vectors: the inner product of the vectors of length 1."""
    return LayerDefinition(
        name="CosineSimilarity",
        equations="""
            r1 = sqrt(sum[i] x1[i]^2)
            r2 = sqrt(sum[i] x2[i]^2)
            u1[i] = x1[i]/r1
            u2[i] = x2[i]/r2
            y = sum[i] u1[i]*u2[i]
        """,
        axes=("n",),
        source="x1",
        inputs=("x2",),
        shapes={"x2": ("n",)},
        values=("r1", "r2", "u1", "u2"),
    )


def dropout(p: Expr | None = None, rank: Expr = Integer(1)) -> LayerDefinition:
    """The elements that a given mask keeps, divided by the probability 1 - p of being kept."""
    names, letters = leading(int(rank))
    here = subscripts(*letters, "i")
    # A letter that a user gives is read as that of a size, and this one is no whole number.
    share = symbols.scalar("p" if p is None else p.name) if p is None or isinstance(p, Symbol) else p
    return LayerDefinition(
        name="Dropout",
        equations=f"y{here} = mask{here}*z{here}/(1 - p)",
        axes=(*names, "n"),
        inputs=("mask",),
        shapes={"mask": (*names, "n")},
        constants={"p": share},
        domains={"mask": "binary"},
    )


def embedding(rows: Expr, dimension: Expr, rank: Expr = Integer(1)) -> LayerDefinition:
    """The rows of a table that the input's integers name."""
    names, letters = leading(int(rank), own=0)
    return LayerDefinition(
        name="Embedding",
        equations=f"y{subscripts(*letters, 'i')} = weight[z{subscripts(*letters)}, i]",
        axes=names,
        sizes={"V": rows, "d": dimension},
        shapes={"weight": ("V", "d"), "y": (*names, "d")},
        parameters={"weight": "E"},
        domains={"z": "class"},
    )


def embedding_bag(rows: Expr, dimension: Expr) -> LayerDefinition:
    """The mean of the rows of a table that the input's integers name."""
    return LayerDefinition(
        name="EmbeddingBag",
        equations="y[i] = 1/T*sum[t] weight[z[t], i]",
        axes=("T",),
        sizes={"V": rows, "d": dimension},
        shapes={"weight": ("V", "d"), "y": ("d",)},
        parameters={"weight": "E"},
        domains={"z": "class"},
    )


def pairwise_distance() -> LayerDefinition:
    """The length of the difference of two vectors, to whose elements a little is added: equal ones have no slope else.

    Source: PyTorch's class of that name, with ``eps`` left as a symbol.
    """
    return LayerDefinition(
        name="PairwiseDistance",
        equations="y = sqrt(sum[i] (x1[i] - x2[i] + eps)^2)",
        axes=("n",),
        source="x1",
        inputs=("x2",),
        shapes={"x2": ("n",)},
        constants={"eps": symbols.scalar("eps")},
    )


LAYERS: dict[str, Callable[..., LayerDefinition]] = {
    "Bilinear": bilinear,
    "Maxout": maxout,
    "GLU": glu,
    "SwiGLU": swiglu,
    "CosineSimilarity": cosine_similarity,
    "Dropout": dropout,
    "Embedding": embedding,
    "EmbeddingBag": embedding_bag,
    "PairwiseDistance": pairwise_distance,
}
