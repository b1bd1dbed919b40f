"""An error of TeX in a text of a homework points to its line, wherever the text is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from answers.command.homeworks import loaded
from answers.errors import HomeworkError, Refused
from answers.sheets.blame import blamed
from answers.sheets.build import build

HOMEWORK = """title: T
macros: {half: '\\frac{1}{2}'}
introduction: |
  An introduction.

  INTRO Its second paragraph.
networks:
  net: {layers: "x:n -> Linear(d) -> Tanh -> Linear(K) -> y_hat", loss: 1/2*MSE}
questions:
  - id: "1"
    title: Q TITLE
    text: |
      Some words.

      - an item
      - and TEXT another

      \\begin{align}
        a &= b \\\\
        c &= ALIGN
      \\end{align}
    parts:
      - id: 1a
        question: "What? QUESTION"
        points: 2
        rubric: [{points: 2, text: "the sum RUBRIC"}]
        answer:
          - {kind: derivative, network: net, of: dl/dz2, note: "Words NOTE here."}
          - kind: prose
            text: |
              The slope is ${{s.Tanh_max}}$.

              Then PROSE it is.
            evidence:
              s: {kind: slopes, functions: [Tanh]}
"""


PLACES = ("INTRO", "TITLE", "TEXT", "ALIGN", "QUESTION", "RUBRIC", "NOTE", "PROSE")
FORMULAS = ("x^2^3", r"\text{x^2}", r"\frac{1}", r"x \over y \over z")


@pytest.mark.parametrize(("place", "formula"), [(place, FORMULAS[n % 4]) for n, place in enumerate(PLACES)])
def test_the_line_of_the_text(place: str, formula: str, tmp_path: Path) -> None:
    file = tmp_path / "hw.yaml"
    wrong = formula if place == "ALIGN" else f"${formula}$"
    line = HOMEWORK[: HOMEWORK.index(place)].count("\n") + 1
    line += place == "ALIGN"  # amsmath sets all of it when it ends
    text = HOMEWORK.replace(place, wrong.replace("\\", "\\\\") if place in ("QUESTION", "NOTE", "RUBRIC") else wrong)
    for other in PLACES:
        text = text.replace(other, "z")
    file.write_text(text)
    with (
        pytest.raises(HomeworkError, match=rf"hw\.yaml:{line}: .*TeX stops at this text: "),
        loaded(str(file)) as source,
    ):
        build(source.homework, tmp_path / "out", only="questions" if place == "INTRO" else "key")


def test_what_no_text_is_at_is_not_blamed_on_one(tmp_path: Path) -> None:
    file = tmp_path / "hw.yaml"
    file.write_text(HOMEWORK)
    with loaded(str(file)) as source:
        for line in (None, 3):
            refused = Refused("\\documentclass{article}\n\n\\oops\n", "Undefined control sequence", line, "\\oops", "f")
            assert blamed(source.homework, refused) is None
