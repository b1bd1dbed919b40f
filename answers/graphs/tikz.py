"""Drawings of graphs in TikZ: values in circles, operators in boxes, numbers above and below the arrows."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from answers.graphs.folding import Folded, folded
from answers.graphs.layout import PORTS, Point, Size, layout
from derive.render.piece import Piece

Shape = Literal["input", "constant", "value", "output", "operator"]

WIDTH = 15.6
"""The width of a sheet's text within an answer, in centimetres: a wider drawing is made smaller or folded."""

DIGIT = 0.15
"""The width of a digit of a label."""

SMALLEST = 0.87
"""How much a drawing is made smaller before it is folded into rows."""

LETTER = 0.21
"""The width of a letter in a node."""

NODE = {"input": 0.8, "constant": 0.64, "value": 0.8, "output": 0.8, "operator": 0.68}
"""The least width of a node, and its height."""

WRITTEN = 0.85
"""The width of a number that is written by hand."""

ROW = 0.3
"""The height of a number above or below an arrow."""

STYLES = r"""[
  every node/.style={inner sep=0pt,outer sep=0pt},
  vertex/.style={draw,line width=0.6pt,font=\small,minimum height=#1,minimum width=#1},
  input/.style={vertex=0.8cm,circle,fill=header},
  constant/.style={vertex=0.64cm,circle,draw=quiet,dash pattern=on 1.5pt off 1pt},
  value/.style={vertex=0.8cm,circle},
  output/.style={vertex=0.8cm,circle,double,double distance=1pt,line width=0.5pt},
  operator/.style={vertex=0.68cm,rectangle,rounded corners=2pt,fill=black!7},
  arrow/.style={line width=0.6pt,black!75,-{Stealth[length=4.5pt,width=4pt]}},
  number/.style={font=\scriptsize,inner sep=0pt},
  forward/.style={number,key},
  backward/.style={number,changed}]"""


@dataclass(frozen=True)
class Vertex:
    """A node of a drawing: what stands in it as LaTeX maths, and a number under it if there is one.

    Arrows end at an ``ordered`` one in the order in which they are given, the first one at the top.
    """

    text: Piece
    shape: Shape
    below: Piece | None = None
    ordered: bool = False


@dataclass(frozen=True)
class Arrow:
    """An arrow between two nodes, by their places, with numbers above and below it."""

    source: int
    target: int
    above: Piece | None = None
    below: Piece | None = None


def drawing(vertices: Sequence[Vertex], arrows: Sequence[Arrow], *, room: bool = False) -> str:
    """A picture of a graph, from left to right; with ``room`` there is room for numbers to be written in.

    Forward numbers, above, are blue, backward ones, below, are red.
    """
    labelled = room or any(arrow.above or arrow.below for arrow in arrows)
    arriving = Counter(arrow.target for arrow in arrows)
    boxes = [_body(vertex, arriving[place]) for place, vertex in enumerate(vertices)]
    sizes = [_size(vertex, box) for vertex, box in zip(vertices, boxes, strict=True)]
    bodies = [box.width for box in boxes]
    labels = [_label(arrow, room) for arrow in arrows] if labelled else []
    ends = [(arrow.source, arrow.target) for arrow in arrows]
    in_order = [place for place, vertex in enumerate(vertices) if vertex.ordered]
    apart = 0.14 if labelled else 0.3
    placed = layout(sizes, ends, labels, bodies=bodies, in_order=in_order, apart=apart)
    shown = folded(placed, sizes, labels, WIDTH / SMALLEST)
    lines = [rf"\begin{{tikzpicture}}{STYLES}"]
    lines += [_arrow(*edge) for edge in zip(shown.routes, shown.turns, strict=True)]
    for vertex, box, centre in zip(vertices, boxes, shown.nodes, strict=True):
        lines += _vertex(vertex, box, centre)
    lines += [line for arrow, centre in zip(arrows, shown.labels, strict=False) for line in _numbers(arrow, centre)]
    lines.append(r"\end{tikzpicture}")
    return _fitted("\n".join(lines), shown)


def _body(vertex: Vertex, arriving: int) -> Size:
    """The size of a circle or a box, which has room for the arrows that arrive at it."""
    least = NODE[vertex.shape]
    width = max(least, letter_width(vertex.text))
    return Size(width, max(least, PORTS * arriving) if vertex.shape == "operator" else width)


def _size(vertex: Vertex, body: Size) -> Size:
    """The size of a node with the number under it, and as much room over it."""
    if not vertex.below:
        return body
    return Size(max(body.width, number_width(vertex.below)), body.height + 2 * (ROW + 0.06))


def _label(arrow: Arrow, room: bool) -> Size:
    width = max(number_width(arrow.above), number_width(arrow.below))
    if room:
        return Size(max(width, WRITTEN), 2 * ROW + 0.3)
    return Size(width, 2 * ROW)


def number_width(number: Piece | None) -> float:
    """About how wide a number above or below an arrow is."""
    return DIGIT * (0 if number is None else number.width) + 0.1


def letter_width(text: Piece) -> float:
    """About how wide a node is with a formula and room beside it."""
    return LETTER * text.width + 0.24


def _vertex(vertex: Vertex, body: Size, centre: Point) -> list[str]:
    style = f"{vertex.shape},minimum width={body.width:.2f}cm"
    if vertex.shape == "operator" and body.height > NODE["operator"]:
        style += f",minimum height={body.height:.2f}cm"
    lines = [rf"\node[{style}] at {_at(centre)} {{${vertex.text.text}$}};"]
    if vertex.below:
        lines.append(_arrow_number("backward", "below", (centre[0], centre[1] - body.height / 2), vertex.below))
    return lines


def _numbers(arrow: Arrow, centre: Point) -> list[str]:
    numbers = (("forward", "above", arrow.above), ("backward", "below", arrow.below))
    return [_arrow_number(style, side, centre, number) for style, side, number in numbers if number]


def _arrow_number(style: str, side: str, point: Point, number: Piece) -> str:
    tight = r"\medmuskip=1.5mu\thickmuskip=1.5mu "
    return rf"\node[{style},{side}=2pt] at {_at(point)} {{{tight}${number.text}$}};"


def _arrow(rows: Sequence[Sequence[Point]], turns: Sequence[Sequence[Point]]) -> str:
    """An arrow along its routes in the rows that it runs through, and the turns between them."""
    path = _curve(rows[0])
    for corners, route in zip(turns, rows[1:], strict=True):
        turned = "".join(f" -- {_at(corner)}" for corner in corners)
        path += f" {{[rounded corners=3pt]{turned} -- {_at(route[0])}}}{_curve(route).removeprefix(_at(route[0]))}"
    return rf"\draw[arrow] {path};"


def _curve(route: Sequence[Point]) -> str:
    """A path along points between which it is level and bent in turn."""
    path = _at(route[0])
    for place, ((x0, y0), (x1, y1)) in enumerate(itertools.pairwise(route)):
        if place % 2 == 0 or abs(y0 - y1) < 5e-4:
            path += f" -- {_at((x1, y1))}"
        else:
            middle = (x0 + x1) / 2
            path += f" .. controls {_at((middle, y0))} and {_at((middle, y1))} .. {_at((x1, y1))}"
    return path


def _at(point: Point) -> str:
    return f"({point[0]:.3f},{point[1]:.3f})"


def _fitted(picture: str, shown: Folded) -> str:
    """The picture, made smaller if it is wider than the text."""
    if shown.width <= WIDTH + 0.01:
        return picture
    return rf"\resizebox{{\linewidth}}{{!}}{{%{chr(10)}{picture}}}"
