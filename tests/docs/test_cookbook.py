"""docs/cookbook.md: every question is built, its claims hold, and its numbers are those worked out elsewhere."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from textwrap import indent
from typing import Any

import numpy
import pytest

from answers.contract.item import Answered
from answers.homework.context import HomeworkContext
from answers.homework.load import loads
from answers.latex.sheet import Equation
from answers.numbers.claims import read_line
from answers.sheets.build import build

PAGE = (Path(__file__).parents[2] / "docs" / "cookbook.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## ([^\n]*)\n.*?^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


def by(symbol: str) -> str:
    """The gradient of the loss by something."""
    return rf"\frac{{\partial \ell}}{{\partial {symbol}}}"


EXPECTED: dict[str, dict[str, Any]] = {
    "Back through a layer, with the derivative from above given": {
        by(r"\bm{a}"): [[-14], [-1]], by(r"\bm{z}"): [[-14], [0]], by(r"\mathbf{weight}^{(1)}"): [[-9, 3], [0, 0]],
    },
    "One step of gradient descent on a batch": {
        by(r"\bm{W}^{(1)}"): [[0.4, 6.2], [6, 4.2]], r"\bm{W}^{(1)}": [[0.26, -0.12], [-0.8, -0.02]],
    },
    "Convolution, rectifier and pooling by hand, there and back": {
        r"\bm{z}_1": [[2, -4, 6, -1], [-1, -9, 9, -2]],
        r"\hat{\bm{y}}": [[2], [9]],
        r"\frac{\partial \ell}{\partial \hat{\bm{y}}}": [[-5], [-1]],
        by(r"\bm{z}_2"): [[-5, 0, 0, 0], [0, 0, -1, 0]],
        by(r"\bm{W}^{(1)}"): [[-8, -16, -10], [-24, -43, -24], [-12, -8, -29]],
        by(r"\bm{x}"): [[5, 0, -5, 0, 0, 0], [5, 0, -4, 0, -1, 0], [5, 0, -4, 0, -1, 0], [0, 0, 1, 0, -1, 0]],
    },
    "A transposed convolution by hand": {
        r"\hat{\bm{y}}": [[1, 0, 2, 0], [3, 5, 2, 4], [1, 7, 9, 0], [-1, -2, 3, 6]],
    },
    "A recurrent network of one unit: an update through time": {
        "h_3": 0.8932623830976387,
        r"\frac{\partial L}{\partial w_{\mathrm{xh}}}": -0.5298913065966507,
        r"w_{\mathrm{xh}}": 0.6052989130659665, r"w_{\mathrm{hh}}": 0.4014412505702104,
        r"w_{\mathrm{hy}}": 0.5317409068986192,
    },
    "Attention of one query": {
        r"\bm{s}": [[2], [9], [9], [4]],
        r"\bm{a}": [[0.0004542036924959073], [0.4980948298716552], [0.4980948298716552], [0.0033561365641937057]],
        r"\bm{o}": [[2.9885689792299313], [1.4942844896149656]],
        r"\frac{\partial \bm{o}}{\partial \bm{q}}": [
            [1.4899481763348836, -0.9734147303604035], [-0.7493104014475238, 0.5094822945631088],
        ],
    },
    "Words from their neighbours (CBOW)": {
        r"\bm{z}_1": [[0.4], [-0.075], [-0.2]],
        by(r"\bm{W}^{(1)}"): [[0.15494557406005594, 0, 0.30989114812011187, 0.15494557406005594, 0], [0] * 5, [0] * 5],
        by(r"\bm{b}^{(1)}"): [[0.6197822962402237], [0], [0]],
    },
    "An epoch of SGD with dropout, sample by sample": {
        r"\bm{W}^{(1)}": [[0.5, 0, -1, 0.5], [0.5, -1, 1, -0.5]], r"\bm{b}^{(1)}": [[0], [0]],
    },
}  # fmt: skip


@lru_cache(maxsize=32)
def answers_of(title: str) -> tuple[Any, tuple[Answered, ...]]:
    """The homework of a recipe, and what its part is answered with."""
    beside, _, answer = RECIPES[title].partition("answer:\n")
    part = "questions:\n- id: '1'\n  title: Recipe\n  parts:\n  - id: 1a\n    question: What?\n    answer:\n"
    homework = loads(f"title: Recipe\n{beside}{part}{indent(answer, '    ')}").homework
    context = HomeworkContext(homework)
    (only,) = context.homework.parts()
    return homework, context.answered(only)


@pytest.mark.parametrize("title", sorted(RECIPES))
def test_every_recipe_is_built_and_right(title: str, tmp_path: Path) -> None:
    homework, answers = answers_of(title)
    claims = [claim for answer in answers for claim in answer.claims]
    assert claims
    assert [claim.quantity for claim in claims if not claim.check().ok] == []
    names = {file.name for file in build(homework, tmp_path, format="tex").files}
    assert names >= {"questions.tex", "key.tex"}


@pytest.mark.parametrize("title", sorted(EXPECTED))
def test_the_numbers_of_a_recipe(title: str) -> None:
    texts = [b.latex for answer in answers_of(title)[1] for b in answer.blocks if isinstance(b, Equation)]
    for left, expected in EXPECTED[title].items():
        found = [text for text in texts if text.startswith((f"{left} =", rf"{left} \leftarrow"))]
        assert found, f"{left} among {texts}"
        numpy.testing.assert_allclose(read_line(found[-1], 4).numbers, expected, rtol=6e-4, atol=1e-12)


def test_two_strides_and_two_weightings() -> None:
    first = answers_of("A transposed convolution by hand")[1][0]
    texts = [block.latex for block in first.blocks if isinstance(block, Equation)]
    shown = read_line(texts[-1], 4).numbers
    assert shown.tolist()[2] == [2, 0, 3, 0, 0, 0]
    by_sum = answers_of("Attention of one query")[1][0]
    output = [block.latex for block in by_sum.blocks if isinstance(block, Equation)][-1]
    assert read_line(output, 4).numbers.tolist() == [[2.25], [1.125]]


def test_the_step_without_dropout() -> None:
    first = answers_of("An epoch of SGD with dropout, sample by sample")[1][0]
    texts = [block.latex for block in first.blocks if isinstance(block, Equation)]
    weights = read_line([text for text in texts if text.startswith(r"\bm{W}^{(1)} \leftarrow")][-1], 4).numbers
    expected = [[1.2310585786, 0.2310585786, 0.2310585786, 0.5], [-0.2310585786, -1.2310585786, -0.2310585786, -0.5]]
    numpy.testing.assert_allclose(weights, expected, rtol=6e-4)
