"""A picture of few colours behind the curves of a plot, as the PDF holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Raster:
    """Pixels in rows from the top, each the number of one of at most 16 colours; a row has an even number."""

    rows: tuple[tuple[int, ...], ...]
    colours: tuple[Colour, ...]

    @property
    def size(self) -> tuple[int, int]:
        """The number of columns and of rows."""
        return len(self.rows[0]), len(self.rows)

    @property
    def palette(self) -> str:
        """The colours in hexadecimal digits."""
        return "".join(f"{part:02x}" for colour in self.colours for part in colour)

    @property
    def lines(self) -> tuple[str, ...]:
        """The pixels in hexadecimal digits, one each: two to a byte, as an inline image of a PDF packs them."""
        return tuple("".join(f"{pixel:x}" for pixel in row) for row in self.rows)


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """The colour so far on the way from the first to the second."""
    red, green, blue = (round((1 - share) * a + share * b) for a, b in zip(first, second, strict=True))
    return red, green, blue


def ramp(colours: Sequence[Colour], steps: int = 16) -> tuple[Colour, ...]:
    """So many colours that lead from the first through all to the last."""
    places = [k * (len(colours) - 1) / (steps - 1) for k in range(steps)]
    starts = [min(int(place), len(colours) - 2) for place in places]
    return tuple(blend(colours[at], colours[at + 1], place - at) for at, place in zip(starts, places, strict=True))
