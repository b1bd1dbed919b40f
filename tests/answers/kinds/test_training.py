from __future__ import annotations

from typing import Any

import pytest

from answers.contract.item import Answered
from answers.errors import HomeworkContentError
from answers.homework.context import HomeworkContext
from answers.latex.sheet import Plots, Room, Table, Text
from answers.trainings.cache import Cache
from answers.trainings.trainer import Trainer
from tests.answers.sample import all_pass, homework, last
from tests.answers.trainings.described import LINE, SPIRAL

ITEM = {"kind": "training", "training": "spiral", "text": "Test: {{spiral.test_accuracy}} % on {{spiral.data}}."}


def answered(item: dict[str, Any], trainer: Trainer | None = None, **trainings: Any) -> Answered:
    described = {"spiral": SPIRAL, "line": LINE, **trainings}
    context, part = last(homework([{**ITEM, **item}], trainings=described), trainer=trainer)
    (answer,) = context.answered(part)
    return answer


def test_settings_results_curves_and_the_text() -> None:
    answer = answered({})
    settings, results, curves, text = answer.blocks
    assert isinstance(settings, Table)
    assert [row.cells[0] for row in settings.rows][:3] == ["Data", "Network", "Loss"]
    assert isinstance(results, Table)
    assert [row.cells[0] for row in results.rows] == ["training", "validation", "test"]
    assert isinstance(curves, Plots)
    assert len(curves.plots) == 2
    assert isinstance(text, Text)
    assert text.latex.endswith(r"\% on spiral.")
    assert all_pass(answer)


def test_the_boundary_of_points_in_the_plane() -> None:
    (picture,) = answered({"show": ["boundary"], "text": ""}).blocks
    assert isinstance(picture, Plots)
    (plot,) = picture.plots
    assert plot.backdrop is not None
    assert plot.backdrop.size == (60, 60)
    assert max(pixel for row in plot.backdrop.rows for pixel in row) < len(plot.backdrop.colours) <= 16
    assert sum(len(marks.points) for marks in plot.marks) == 24


def test_a_regression_with_a_network_of_the_file() -> None:
    answer = answered({"training": "line", "text": "", "target": {"mse": 100.0}})
    assert all_pass(answer)
    assert any("mean squared error of line on plane at most 100" in claim.quantity for claim in answer.claims)


def test_one_metric_has_one_name_and_one_unit() -> None:
    names = ["mse", "rmse", "r_squared"]
    item = {"training": "line", "text": "{{line.test_rmse}} {{line.test_r_squared}}", "target": {"r_squared": -9}}
    answer = answered(item, line={**LINE, "metrics": names})
    results = answer.blocks[1]
    assert isinstance(results, Table)
    titles = [column.title for column in results.columns][2:]
    assert titles == ["Mean squared error", "Root mean squared error", r"R\ensuremath{^{2}}"]
    square, root, share = (float(cell.strip("$")) for cell in results.rows[-1].cells[2:])
    assert root == pytest.approx(square**0.5, rel=0.01)
    assert share < 1
    assert any(claim.quantity == "R² of line on plane at least -9" for claim in answer.claims)
    assert all_pass(answer)


def test_a_missed_target_fails() -> None:
    verdicts = [claim.check() for claim in answered({"target": {"accuracy": 1.0}}).claims]
    assert [verdict.ok for verdict in verdicts].count(False) == 1


def test_other_data_are_named_as_such() -> None:
    pytest.importorskip("sklearn")
    described = {
        **SPIRAL,
        "stack": {"width": 8, "loss": "SoftmaxCrossEntropy"},
        "data": {"kind": "cifar10", "otherwise": "digits"},
    }
    answer = answered({"training": "photos", "text": "{{photos.note}}"}, photos=described)
    note = "trained on digits, since no CIFAR-10 folder was given"
    first, settings, _, curves, text = answer.blocks
    assert isinstance(first, Text)
    assert isinstance(settings, Table)
    assert isinstance(curves, Plots)
    assert isinstance(text, Text)
    assert not any("goal" in block.latex for block in answer.blocks if isinstance(block, Text))
    for said in (first.latex.lower(), settings.rows[0].cells[1], curves.caption, text.latex):
        assert note.lower() in said.lower()


@pytest.mark.parametrize("otherwise", ["digits", "iris", {"kind": "gauss", "samples": 80}])
@pytest.mark.parametrize("kind", ["training", "sweep"])
def test_a_goal_is_not_tried_with_other_data(kind: str, otherwise: Any) -> None:
    pytest.importorskip("sklearn")
    described = {
        **SPIRAL,
        "stack": {"width": 8, "loss": "SoftmaxCrossEntropy"},
        "data": {"kind": "cifar10", "otherwise": otherwise},
        "epochs": 1,
    }
    item: dict[str, Any] = {"kind": kind, "training": "photos", "text": "", "target": {"accuracy": 0.01}}
    if kind == "sweep":
        item |= {"vary": {"learning_rate": [0.01]}, "show": [], "boundaries": []}
    answer = answered(item, photos=described)
    said = "The goal, accuracy of at least $1\\,\\%$ on CIFAR-10, is not checked: CIFAR-10 is not here."
    assert any(said in block.latex for block in answer.blocks if isinstance(block, Text))
    (goal,) = [claim for claim in answer.claims if "at least" in claim.quantity]
    assert "on CIFAR-10 at least 1 %" in goal.quantity
    assert goal.check().unchecked


def test_a_goal_for_noisy_data_is_not_tried_where_a_sweep_has_less_noise() -> None:
    item = {"kind": "sweep", "text": "", "vary": {"noise": [0.0, 0.6]}, "show": [], "boundaries": []}
    noisy = {**SPIRAL, "data": {"kind": "gauss", "samples": 80, "noise": 0.9}, "epochs": 1}
    best = answered({**item, "training": "noisy", "target": {"accuracy": 0.97}}, noisy=noisy)
    (goal,) = [claim for claim in best.claims if "at least" in claim.quantity]
    assert not goal.check().ok
    assert "but it is" in goal.check().note


def test_without_leave_to_train_the_key_says_so(tmp_path: Any) -> None:
    answer = answered({}, Trainer(allowed=False, cache=Cache(tmp_path)))
    (text,) = answer.blocks
    assert isinstance(text, Text)
    assert text.latex.startswith(r"\emph{Not trained: trainings were left out")
    (claim,) = answer.claims
    assert claim.check().unchecked


def test_a_training_that_diverged_is_shown_as_such() -> None:
    wild = {**SPIRAL, "optimiser": {"kind": "SGD", "learning_rate": 1e300}}
    answer = answered({"training": "wild", "text": ""}, wild=wild)
    first = answer.blocks[0]
    assert isinstance(first, Text)
    assert first.latex.startswith(r"\emph{The training stopped early: it diverged: in epoch 1")


def refused(item: dict[str, Any], message: str, **trainings: Any) -> None:
    with pytest.raises(HomeworkContentError, match=message):
        answered(item, **trainings)


def test_what_is_not_there_is_said() -> None:
    refused({"training": "spirl"}, "there is no training spirl; did you mean spiral")
    refused({"text": "{{spiral.test_acuracy}}"}, "did you mean spiral.test_accuracy")
    refused(
        {"training": "lost"},
        "there is no network regresion; did you mean regression",
        lost={**LINE, "network": "regresion"},
    )
    refused({"training": "lost"}, "the network has no size e", lost={**LINE, "sizes": {"d": 2, "e": 3}})


def test_the_room_on_the_question_sheet() -> None:
    context, part = last(homework([{**ITEM, "lines": 3}], trainings={"spiral": SPIRAL}))
    assert isinstance(context, HomeworkContext)
    assert context.blank(part) == (Room(3),)
