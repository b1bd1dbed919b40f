from __future__ import annotations

import re
from pathlib import Path

import pytest
from sympy import Expr, Rational, exp

from answers.graphs.tikz import WIDTH, Arrow, Vertex, drawing, letter_width, number_width
from answers.latex.sheet import Picture, Section, Sheet, sheet_latex
from answers.pdf import Engine, PdfError, available_engines, compile_pdf
from derive.graph import scalar_graph
from derive.graph.numbers import number_piece
from derive.graph.rendering import node_piece
from derive.render.piece import Piece

LONG = number_piece(exp(-27))
assert LONG.text == r"1.88 \cdot 10^{-12}"


def chain(length: int, number: Piece) -> str:
    vertices = [Vertex(Piece(f"x_{place}", 2), "value") for place in range(length)]
    arrows = [Arrow(place, place + 1, number, number) for place in range(length - 1)]
    return drawing(vertices, arrows)


def extent(picture: str) -> float:
    return max(float(x) for x in re.findall(r"\((-?[\d.]+),-?[\d.]+\)", picture))


def rows(picture: str) -> set[str]:
    return set(re.findall(r"\\node\[value[^]]*\] at \(\S+?,(\S+?)\)", picture))


def test_a_wide_drawing_is_folded() -> None:
    wide = chain(12, LONG)
    assert len(rows(wide)) == 3
    assert extent(wide) <= WIDTH / 0.87
    assert len(rows(chain(4, Piece("1", 1)))) == 1


def test_a_folded_arrow_is_one_path() -> None:
    wide = chain(12, LONG)
    assert wide.count(r"\draw[arrow]") == 11
    assert wide.count("rounded corners=3pt") == 2


def test_room_for_numbers() -> None:
    vertices = [Vertex(Piece("x", 1), "input"), Vertex(Piece("y", 1), "output")]
    assert extent(drawing(vertices, [Arrow(0, 1)], room=True)) > extent(drawing(vertices, [Arrow(0, 1)])) + 0.8


TIGHT = r"\scriptsize\medmuskip=1.5mu\thickmuskip=1.5mu "
NUMBERS: tuple[Expr, ...] = (
    Rational(-12), Rational(-22, 7), Rational(12345, 7), exp(30), -exp(-3), -exp(-27), exp(-27) - 1, -1 - exp(-27),
)  # fmt: skip
GRAPHS = [
    scalar_graph(equations, grain=grain, constants=constants)
    for grain in ("functions", "primitives")
    for constants in ("inside", "nodes")
    for equations in (
        "h1 = 1/w12; u = exp(h1) + w123456; v = -u*(-3)/2 - 7; y_hat = ReLU(v)^2 + 2^v; y1000 = u*y_hat",
        "r = GELUTanh(h_prev); t = tanh(r) / max(r, 0.25); q = sigma(t) - t^(-1/2); loss = LeakyReLU(q) + -12.5*q",
        "f = 3*sin(beta*x) + 1000000; g = 0.001 - f^12; total = -g",
    )
]


def document(*pictures: str) -> str:
    return sheet_latex(Sheet("Graphs", "Graphs", (Section("Graphs", blocks=tuple(map(Picture, pictures))),)))


@pytest.mark.parametrize("engine", available_engines(), ids=lambda engine: engine.name)
def test_every_engine_draws_and_nothing_is_wider_than_its_room(engine: Engine, tmp_path: Path) -> None:
    checks = [(TIGHT, piece.text, number_width(piece)) for piece in map(number_piece, NUMBERS)]
    labels = [node_piece(node) for graph in GRAPHS for node in graph.nodes]
    checks += [(r"\small", piece.text, letter_width(piece)) for piece in labels]
    measured = "".join(
        rf"\sbox0{{{size}${text}$}}\ifdim\wd0>{width}cm\errmessage{{too wide: \detokenize{{{text}}}}}\fi"
        for size, text, width in checks
    )
    tex = document(chain(12, LONG), measured)
    assert compile_pdf(tex, tmp_path / "graphs.pdf", engine=engine).path.exists()
    narrow = document(r"\sbox0{$x$}\ifdim\wd0>0.01cm\errmessage{too wide}\fi")
    with pytest.raises(PdfError, match="too wide"):
        compile_pdf(narrow, tmp_path / "narrow.pdf", engine=engine)
