"""The catalogue: a page for everything in the library, its checks at the end of the page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from answers.homework.load import load
from answers.homework.model import Homework
from answers.homework.verify import checked
from answers.kinds.layer import LayerPage
from answers.kinds.loss import LossPage
from answers.latex.sheet import Certificate, sheet_latex
from answers.sheets.build import build
from answers.sheets.catalogue import catalogue
from derive.building.language import parse_stage
from derive.layers import ACTIVATION, LAYERS, LOSS
from numeric.checks.comparison import Comparison
from tests.answers.sample import homework, last

LINEAR = {"kind": "layer", "layer": "Linear", "options": {"outputs": "m"}}
MSE = {"kind": "loss", "loss": "MSE"}
WITHOUT_PAGE = {"NormalDistribution", "NormalDistributionTanh"}
"""A function that formulas apply, and no layer of its own."""


def test_everything_in_the_library_has_its_page() -> None:
    items = [item for part in load("layers").homework.parts() for item in part.answer]
    layers = {parse_stage(item.layer).name for item in items if isinstance(item, LayerPage)}
    losses = {re.sub(r"\(.*", "", item.loss) for item in items if isinstance(item, LossPage)}
    assert layers == (set(LAYERS) | set(ACTIVATION)) - WITHOUT_PAGE
    assert losses == set(LOSS)


def sample() -> Homework:
    return homework([LINEAR], [MSE], sheets=["catalogue"])


def test_a_page_for_each_part() -> None:
    context, _ = last(sample())
    made = catalogue(sample(), context, tuple(checked(context)))
    family, *pages = made.sections
    assert (family.level, family.new_page) == (1, True)
    assert [(page.level, page.new_page) for page in pages] == [(2, False), (2, True)]


def test_a_page_ends_with_its_own_checks() -> None:
    context, _ = last(sample())
    made = catalogue(sample(), context, tuple(checked(context)))
    for part, page in zip(sample().parts(), made.sections[1:], strict=True):
        certificate = page.blocks[-1]
        assert isinstance(certificate, Certificate)
        claims = [claim for answered in context.answered(part) for claim in answered.claims]
        told = [quantity for row in certificate.rows for quantity in row.quantity.split(", ")]
        assert sorted(told) == sorted(claim.latex for claim in claims)
        assert len({row.method for row in certificate.rows}) == len(certificate.rows)
        assert all(row.passed and int(row.points) > 0 for row in certificate.rows)


def test_a_check_that_fails_is_told() -> None:
    context, _ = last(sample())
    first, *others = checked(context)
    failed = replace(first, verdict=Comparison.failed("differs", points=3))
    made = catalogue(sample(), context, (failed, *others))
    assert sheet_latex(made).count(r"& \failed") == 1


def test_it_is_listed_and_is_no_solution_key() -> None:
    context, _ = last(sample())
    text = sheet_latex(catalogue(sample(), context, tuple(checked(context))))
    assert "Solution key" not in text
    assert len(re.findall(r"\\contentsentry\{(section-\d)\}", text)) == 2
    assert set(re.findall(r"\\contentsentry\{(section-\d)\}", text)) <= set(
        re.findall(r"\\label\{(section-\d)\}", text)
    )


def test_the_file_is_called_catalogue(tmp_path: Path) -> None:
    assert [path.name for path in build(sample(), tmp_path, format="tex").files] == ["catalogue.tex"]
