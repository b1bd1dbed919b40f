from __future__ import annotations

from typing import Any

import pytest

from answers.contract.item import Answered
from answers.errors import HomeworkContentError
from answers.latex.sheet import ItemList, Plots, Table, Text, sheet_latex
from answers.sheets.layout import key_sheet
from tests.answers.sample import all_pass, homework, last
from tests.answers.trainings.described import LINE, SPIRAL

ITEM = {
    "kind": "sweep",
    "training": "spiral",
    "vary": {"learning_rate": [0.001, 0.1], "width": [2]},
    "boundaries": ["best", "learning_rate"],
    "text": "Of {{sweep.runs}} runs the best has width {{sweep.best.width}} and {{sweep.best.test_accuracy}} %.",
}


def answered(**changes: Any) -> Answered:
    context, part = last(homework([{**ITEM, **changes}], trainings={"spiral": SPIRAL, "line": LINE}))
    (answer,) = context.answered(part)
    return answer


def test_tables_curves_pictures_findings_and_the_text() -> None:
    answer = answered()
    kinds = [type(block) for block in answer.blocks]
    assert kinds == [Table, Text, Table, Table, Plots, Plots, Plots, ItemList, Text]
    rates, widths = (block for block in answer.blocks[2:4] if isinstance(block, Table))
    assert [row.cells[0] for row in rates.rows] == ["0.001", r"\textbf{0.02}", "0.1"]
    assert [row.cells[0] for row in widths.rows] == ["2", r"\textbf{8}"]
    pictures = answer.blocks[6]
    assert isinstance(pictures, Plots)
    assert [plot.title for plot in pictures.plots] == ["learning rate 0.001", "learning rate 0.02", "learning rate 0.1"]
    findings = answer.blocks[7]
    assert isinstance(findings, ItemList)
    assert [entry.split(".")[0] for entry in findings.entries] == [r"\textbf{Learning rate", r"\textbf{Width"]
    text = answer.blocks[-1]
    assert isinstance(text, Text)
    assert text.latex.startswith("Of 4 runs the best has width")
    assert all_pass(answer)


def test_seeds_are_counted_and_a_target_is_checked() -> None:
    answer = answered(repeats=2, text="{{sweep.runs}}", target={"accuracy": 1.01}, boundaries=[])
    text = answer.blocks[-1]
    assert isinstance(text, Text)
    assert text.latex == "8"
    assert [claim.check().ok for claim in answer.claims].count(False) == 1


def test_a_sweep_of_a_regression() -> None:
    answer = answered(training="line", vary={"learning_rate": [0.01], "d": [2, 8]}, boundaries=None, text="")
    assert all_pass(answer)
    assert not any(plot.backdrop for block in answer.blocks if isinstance(block, Plots) for plot in block.plots)


def test_the_same_file_gives_the_same_bytes() -> None:
    def latex() -> str:
        source = homework([ITEM], trainings={"spiral": SPIRAL})
        context, _ = last(source)
        return sheet_latex(key_sheet(source, context, ()))

    first = latex()
    assert first == latex()
    assert "BI /W 60 /H 60" in first


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vary": {"widht": [1]}, "boundaries": []}, "no widht that can be varied; did you mean width"),
        ({"boundaries": ["worse"]}, "there is no picture of worse; did you mean worst"),
        ({"text": "{{sweep.best.lerning_rate}}"}, "did you mean sweep.best.learning_rate"),
        ({"training": "line", "vary": {"width": [1]}, "boundaries": []}, "no width that can be varied"),
    ],
)
def test_what_is_not_there_is_said(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(HomeworkContentError, match=message):
        answered(**changes)
