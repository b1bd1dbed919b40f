"""A network's symbols with values at one point, for the tests of the reader."""

from __future__ import annotations

from typing import Any

import numpy

from answers.reading import Function, Partial, Point, Size, Table, Tensor

SIZES = {"n": 4, "d": 3, "K": 2, "B": 5}

AXES: dict[str, tuple[str, ...]] = {
    "x": ("n",), "y": ("K",), "y_hat": ("K",), "z1": ("d",), "z2": ("d",), "z3": ("K",), "W1": ("d", "n"), "b1": ("d",),
    "W2": ("K", "d"), "b2": ("K",), "A": ("d", "d"), "Y": ("B", "K"), "c": (), "v": (),
}  # fmt: skip

SPELLINGS: dict[str, tuple[str, ...]] = {
    "x": ("x",), "y": ("y",), "y_hat": (r"\hat{y}",), "A": ("A",), "Y": ("Y",), "c": ("c", r"\lambda"), "v": ("v",),
    "l": (r"\ell", "L"),
    **{
        f"{letter}{n}": (f"{letter}_{n}", f"{letter}^{{({n})}}", f"{letter}^{{[{n}]}}")
        for letter in "zWb"
        for n in "123"
    },
}  # fmt: skip

PARTIALS = (
    ("l", "y_hat"), ("l", "z1"), ("l", "z2"), ("l", "z3"), ("l", "W1"), ("y_hat", "z3"), ("z2", "z1"), ("z3", "z2"),
)  # fmt: skip


def table(layout: Any = "numerator", base: int = 1, **more: Any) -> Table:
    """The symbols of a network of two layers."""
    tensors = [Tensor(name, SPELLINGS[name], axes) for name, axes in AXES.items()]
    tensors.append(Tensor("l", SPELLINGS["l"]))
    sizes = [Size(name, (name,)) for name in SIZES]
    partials = tuple(Partial(f"d{top}/d{by}", top, by, layout) for top, by in PARTIALS)
    functions = [Function("f", ("f",), lambda u: u**3), Function("g", ("g",), numpy.sin)]
    return Table((*tensors, *sizes, *functions), partials, base, **more)


def arrays() -> dict[str, Any]:
    """Values of everything in the table."""
    generator = numpy.random.default_rng(0)
    axes: dict[str, tuple[str, ...]] = {**AXES, "l": ()}
    found = {name: generator.normal(size=[SIZES[axis] for axis in own]) for name, own in axes.items()}
    found |= {name: numpy.abs(found[name]) / 4 + 0.1 for name in ("y_hat", "v")}
    for top, by in PARTIALS:
        shape = [SIZES[axis] for axis in (*axes[top], *axes[by])]
        found[f"d{top}/d{by}"] = generator.normal(size=shape)
    return found


VALUES = arrays()


def point(own: Table) -> Point:
    """The point of a table at these values."""
    return Point(own, VALUES, SIZES)
