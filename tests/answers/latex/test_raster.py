from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.latex.raster import Colour, Raster, blend, ramp
from answers.latex.sheet import Axis, Curve, Marks, Plot, Plots, Section, Sheet, sheet_latex
from answers.pdf.compile import compile_pdf
from answers.pdf.engine import Engine, available_engines

BYTES = st.integers(0, 255)
COLOURS = st.tuples(BYTES, BYTES, BYTES)


def test_pixels_are_hexadecimal_digits() -> None:
    raster = Raster(((0, 15), (9, 10)), tuple((k, k, 255) for k in range(16)))
    assert raster.lines == ("0f", "9a")
    assert raster.palette.startswith("0000ff0101ff")
    assert raster.size == (2, 2)


@given(COLOURS, COLOURS, COLOURS)
def test_a_ramp_leads_from_the_first_to_the_last(first: Colour, middle: Colour, last: Colour) -> None:
    colours = ramp((first, middle, last))
    assert len(colours) == 16
    assert (colours[0], colours[-1]) == (first, last)
    assert all(0 <= part <= 255 for colour in colours for part in colour)
    assert blend(first, middle, 0.0) == first


@pytest.mark.parametrize("engine", available_engines(), ids=lambda engine: engine.name)
def test_a_picture_is_in_the_pdf(engine: Engine, tmp_path: Path) -> None:
    raster = Raster(((0, 1), (1, 0)), ((255, 0, 0), (0, 0, 255)))
    axis = Axis(0.0, 1.0)
    plot = Plot(axis, axis, (Curve(()),), backdrop=raster, marks=(Marks(((0.5, 0.5),), 1),))
    tex = sheet_latex(Sheet("T", "T", (Section("S", blocks=(Plots((plot,)),)),)))
    compiled = compile_pdf(tex, tmp_path / "picture.pdf", engine=engine)
    assert compiled.path.read_bytes().startswith(b"%PDF")
    assert not compiled.log.errors
