"""Arguments and options that several commands have."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

import typer


class Layout(str, Enum):
    """How the derivative of a scalar is laid out."""

    numerator = "numerator"
    gradient = "gradient"


class IndexBase(str, Enum):
    """What printed indices count from."""

    zero = "0"
    one = "1"


FileOrId = Annotated[
    str, typer.Argument(metavar="FILE_OR_ID", show_default=False, help="A homework file, or the id of a bundled one.")
]
LayoutOption = Annotated[
    Layout | None,
    typer.Option(
        "--layout",
        show_default=False,
        help="Numerator layout (the gradient of a scalar is a row) or gradient layout (it has the parameter's shape).",
    ),
]
IndexBaseOption = Annotated[
    IndexBase | None, typer.Option("--index-base", show_default=False, help="What indices count from.")
]


def layout_name(layout: Layout | None) -> Literal["numerator", "gradient"] | None:
    """The layout as the library names it."""
    return None if layout is None else layout.value


def base_number(base: IndexBase | None) -> Literal[0, 1] | None:
    """The index base as a number."""
    return None if base is None else (0 if base is IndexBase.zero else 1)
