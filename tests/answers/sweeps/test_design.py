from __future__ import annotations

import pytest

from answers.errors import HomeworkContentError
from answers.sweeps.design import designed
from tests.answers.trainings.described import described


def test_one_hyper_parameter_is_changed_at_a_time() -> None:
    design = designed(described(), {"learning_rate": [0.2, 0.002], "width": [2, 8], "activation": ["ReLU"]})
    assert [setting.value for setting in design.varied["learning_rate"]] == [0.002, 0.02, 0.2]
    assert [setting.value for setting in design.varied["width"]] == [2, 8]
    assert [setting.value for setting in design.varied["activation"]] == ["ReLU", "Tanh"]
    assert len(design.settings()) == 1 + 2 + 1 + 1
    assert design.settings()[0].model == described()


def test_repetitions_differ_in_their_seed() -> None:
    (setting, _) = designed(described(seed=5), {"width": [2]}).settings()
    assert [model.seed for model in setting.repeated(3)] == [5, 6, 7]
    assert setting.repeated(1) == (described(seed=5),)


def test_what_cannot_be_varied_is_said() -> None:
    with pytest.raises(HomeworkContentError, match="no learning_rat that can be varied; did you mean learning_rate"):
        designed(described(), {"learning_rat": [1.0]})
    with pytest.raises(HomeworkContentError, match="-1 is no value of width: Input should be greater than or equal"):
        designed(described(), {"width": [-1]})
