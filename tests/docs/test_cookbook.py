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
    "Two layers on a batch whose samples are columns": {
        by(r"\bm{W}^{(2)}"): [[0.043051983080546585, -0.5899386004538538, 0.239533462150032]],
        by("b^{(2)}"): 0.01574879513322691,
        by(r"\bm{W}^{(1)}"): [
            [-0.16590611391591692, -0.19750309335659938], [1.1220813103167318, 0.691538265038691],
            [-0.07408332499425872, -0.024668221684040967],
        ],
        by(r"\bm{b}^{(1)}"): [[0.11455003639864092], [0.36350859644674494], [0.1728348716725584]],
    },
    "Layer normalisation of every row of a batch": {
        by(r"\bm{x}"): [
            [0.13172008420921544, -0.19758205916666655, 0.06586197495745115],
            [0.4525753831506897, -0.3394300099279724, -0.11314537322271728],
        ],
        by(r"\bm{\gamma}^{(1)}"): [[-0.6060398977046454], [0.02672603828625746], [-0.28551471068166345]],
        by(r"\bm{\beta}^{(1)}"): [[1.2], [-0.1], [-0.2]],
    },
    "Units that feed any later unit": {
        "x_1": 0.197375320224904, "x_2": -0.0013123391341621977, "x_3": 0.32724305467755727, "x_4": 0.4880282503822885,
        **{
            rf"\frac{{\partial E}}{{\partial b_{unit}}}": slope
            for unit, slope in enumerate(
                (0.33266194057304715, -0.09111660509259997, 0.45063505321713243, 0.7527080076511529), 1
            )
        },
        **{
            rf"\frac{{\partial E}}{{\partial W_{{{pair}}}}}": slope
            for pair, slope in {
                21: -0.01798416910795804, 31: 0.08894423793329817, 32: -0.0005913860155621074, 41: 0.1485659840459958,
                42: -0.0009878081750378668, 43: 0.2463184677040214,
            }.items()
        },
    },
    "One step of an LSTM, its state's derivative from the next step given": {
        by(r"\bm{c}"): [[0.43041347128953833], [-0.020955828295581125]],
        by(r"\bm{s}"): [[0.24619484113924714], [-0.00969354073563679]],
        by(r"\bm{a}_f"): [[0.042148937623963295], [0.00312575885903197]],
        by(r"\bm{W}_{f_1}"): [
            [0.00421489376239633, -0.00842978752479266, 0.021074468811981648],
            [0.000312575885903197, -0.000625151771806394, 0.001562879429515985],
        ],
    },
    "The divergence of two normal distributions, exactly and by one sample": {
        "D": 0.16814355131420972,
        r"\frac{\partial D}{\partial \mu}": 0.5, r"\frac{\partial D}{\partial s}": -0.45,
        r"\frac{\partial r}{\partial \mu}": 0.74, r"\frac{\partial r}{\partial s}": -1.028,
    },
    "The Gauss-Newton matrix of a small network": {
        r"\bm{G}": [
            [0.23282614775178373, 0.04192238129634169, -0.16496179126092095, 0.12303940996457924],
            [0.041922381296341696, 0.12377366691331856, -0.06994278891308757, -0.05383087800023097],
            [-0.16496179126092095, -0.06994278891308757, 0.13147495091301317, -0.0615321619999256],
            [0.12303940996457924, -0.05383087800023097, -0.0615321619999256, 0.11536304000015657],
        ],
    },
    "Second derivatives, products with directions, an expansion": {
        r"\bm{H}": [[8 - 0.8414709848, 8], [8, 2]],
    },
    "Reverse mode, node by node": {
        "f_1": 1.2214027581601699, "f_3": 2.71322745580144, "f_5": 0.41538426681343016, "y": 15.493244464425432,
        r"\frac{\partial y}{\partial f_3}": 14.168214161571681,
        r"\frac{\partial y}{\partial f_1}": 48.778405871866944,
        r"\frac{\partial y}{\partial x}": 59.57807947055451,
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
        found = [
            text for text in texts if text.startswith((f"{left} =", rf"{left} \leftarrow")) and r"\bm{J}" not in text
        ]
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


def test_where_the_width_is_largest() -> None:
    said = answers_of("When gradients do not vanish: a bound, a width and where it is largest")[1][1]
    text = " ".join(getattr(block, "latex", "") for block in said.blocks)
    assert "$0.4477$ at 6.9" in text
    assert r"$6.626 \times 10^{-5}$ at 6.89 and $-9.291 \times 10^{-5}$ at 6.9" in text
