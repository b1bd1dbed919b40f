from __future__ import annotations

import re
from pathlib import Path

import pytest
from sympy import Expr, Rational, exp

from answers.graphs.tikz import WIDTH, Arrow, Vertex, drawing, letter_width, number_width
from answers.latex.sheet import Picture, Section, Sheet, sheet_latex
from answers.pdf import Engine, PdfError, available_engines, compile_pdf
from derive.graph.numbers import number_latex


def chain(length: int, number: str) -> str:
    vertices = [Vertex(f"x_{place}", "value") for place in range(length)]
    arrows = [Arrow(place, place + 1, number, number) for place in range(length - 1)]
    return drawing(vertices, arrows)


def extent(picture: str) -> float:
    return max(float(x) for x in re.findall(r"\((-?[\d.]+),-?[\d.]+\)", picture))


def rows(picture: str) -> set[str]:
    return set(re.findall(r"\\node\[value[^]]*\] at \(\S+?,(\S+?)\)", picture))


def test_a_wide_drawing_is_folded() -> None:
    wide = chain(12, r"1.88 \cdot 10^{-12}")
    assert len(rows(wide)) == 3
    assert extent(wide) <= WIDTH / 0.87
    assert len(rows(chain(4, "1"))) == 1


def test_a_folded_arrow_is_one_path() -> None:
    wide = chain(12, r"1.88 \cdot 10^{-12}")
    assert wide.count(r"\draw[arrow]") == 11
    assert wide.count("rounded corners=3pt") == 2


def test_room_for_numbers() -> None:
    vertices = [Vertex("x", "input"), Vertex("y", "output")]
    assert extent(drawing(vertices, [Arrow(0, 1)], room=True)) > extent(drawing(vertices, [Arrow(0, 1)])) + 0.8


TIGHT = r"\scriptsize\medmuskip=1.5mu\thickmuskip=1.5mu "
NUMBERS: tuple[Expr, ...] = (
    Rational(-12), Rational(-22, 7), Rational(12345, 7), exp(30), -exp(-3), -exp(-27), exp(-27) - 1, -1 - exp(-27),
)  # fmt: skip
LABELS = (
    "h_1", r"w_{12}", r"h_{\mathrm{prev}}", r"\hat{y}", r"\sigma", r"\exp", r"\tanh", "1/x", r"\times (-3)", r"\div 2",
    r"(\cdot)^{2}", r"\operatorname{ReLU}", r"\operatorname{GELUTanh}", r"\mathrm{loss}",
)  # fmt: skip


def document(*pictures: str) -> str:
    return sheet_latex(Sheet("Graphs", "Graphs", (Section("Graphs", blocks=tuple(map(Picture, pictures))),)))


@pytest.mark.parametrize("engine", available_engines(), ids=lambda engine: engine.name)
def test_every_engine_draws_and_nothing_is_wider_than_its_room(engine: Engine, tmp_path: Path) -> None:
    checks = [(TIGHT, text, number_width(text)) for text in map(number_latex, NUMBERS)]
    checks += [(r"\small", text, letter_width(text)) for text in LABELS]
    measured = "".join(
        rf"\sbox0{{{size}${text}$}}\ifdim\wd0>{width}cm\errmessage{{too wide: \detokenize{{{text}}}}}\fi"
        for size, text, width in checks
    )
    tex = document(chain(12, r"1.88 \cdot 10^{-12}"), measured)
    assert compile_pdf(tex, tmp_path / "graphs.pdf", engine=engine).path.exists()
    narrow = document(r"\sbox0{$x$}\ifdim\wd0>0.01cm\errmessage{too wide}\fi")
    with pytest.raises(PdfError, match="too wide"):
        compile_pdf(narrow, tmp_path / "narrow.pdf", engine=engine)
