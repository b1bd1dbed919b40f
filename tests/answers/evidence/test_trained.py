from __future__ import annotations

from pathlib import Path

from answers.evidence.trained import TrainedEvidence
from answers.latex.sheet import Text
from answers.trainings.cache import Cache
from answers.trainings.trainer import Trainer
from tests.answers.sample import all_pass, homework, last
from tests.answers.trainings.described import SPIRAL

TWO = {"spiral": SPIRAL, "slow": {**SPIRAL, "optimiser": {"kind": "Adam", "learning_rate": 0.0001}}}
PROSE = {
    "kind": "prose",
    "text": "{{fast.test_accuracy}} % at {{fast.learning_rate}}, {{slow.test_accuracy}} % at {{slow.learning_rate}}.",
    "evidence": {name: {"kind": "trained", "training": of} for name, of in (("fast", "spiral"), ("slow", "slow"))},
}


def test_a_text_compares_two_trainings() -> None:
    context, part = last(homework([PROSE], trainings=TWO))
    (answer,) = context.answered(part)
    (text,) = answer.blocks
    assert isinstance(text, Text)
    assert r"\% at 0.02," in text.latex
    assert text.latex.endswith(r"\% at 0.0001.")
    assert len(answer.claims) == 8
    assert all_pass(answer)


def test_a_loss_is_quoted_as_a_formula() -> None:
    context, _ = last(homework([PROSE], trainings=TWO))
    values = TrainedEvidence(kind="trained", training="spiral").find(context).values
    assert float(values["test_loss"]) > 0
    assert (values["epochs"], values["data"], values["note"]) == ("4", "spiral", "")


def test_without_leave_to_train_the_answer_says_so(tmp_path: Path) -> None:
    trainer = Trainer(allowed=False, cache=Cache(tmp_path))
    context, part = last(homework([PROSE], trainings=TWO), trainer=trainer)
    (answer,) = context.answered(part)
    (text,) = answer.blocks
    assert isinstance(text, Text)
    assert "Not trained" in text.latex
    assert [claim.check().unchecked for claim in answer.claims] == [True]
