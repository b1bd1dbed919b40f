from __future__ import annotations

from pathlib import Path

import pytest

from answers.errors import HomeworkContentError
from answers.trainings import trainer as module
from answers.trainings.cache import Cache
from answers.trainings.trainer import NotTrainedError, Trainer, run
from tests.answers.trainings.described import job


def test_what_was_trained_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(cache=Cache(tmp_path))
    (first,) = trainer.outcomes([job()], "spiral")

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(module, "run", never)
    (second,) = trainer.outcomes([job()], "spiral")
    assert second.trained.test == first.trained.test


def test_without_leave_only_kept_results_are_found(tmp_path: Path) -> None:
    still = Trainer(allowed=False, cache=Cache(tmp_path))
    with pytest.raises(NotTrainedError, match="trainings were left out"):
        still.outcomes([job()], "spiral")
    Trainer(cache=Cache(tmp_path)).outcomes([job()], "spiral")
    assert len(still.outcomes([job()], "spiral")) == 1


def test_processes_give_the_same_results_in_the_same_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [job(seed=seed) for seed in range(3)]
    one_by_one = Trainer(cache=Cache(tmp_path / "one")).outcomes(jobs, "spiral")
    monkeypatch.setattr(module, "WORTH_A_PROCESS", 0.0)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "2")
    assert module._may_start_processes()
    together = Trainer(cache=Cache(tmp_path / "two")).outcomes(jobs, "spiral")
    for one, other in zip(one_by_one, together, strict=True):
        assert one.trained.test == other.trained.test
        for name, array in one.trained.parameters.items():
            assert array.tobytes() == other.trained.parameters[name].tobytes()


def test_progress_counts_the_missing_ones(tmp_path: Path) -> None:
    heard: list[str] = []
    Trainer(cache=Cache(tmp_path)).outcomes([job()], "spiral")
    Trainer(cache=Cache(tmp_path), progress=heard.append).outcomes([job(), job(seed=1), job(seed=2)], "spiral")
    assert heard == ["spiral: training 1 of 2", "spiral: training 2 of 2"]


def test_what_cannot_be_trained_is_the_homework_s_error() -> None:
    with pytest.raises(HomeworkContentError, match="the network has no size d"):
        run(job(sizes={"d": 3}))
    with pytest.raises(HomeworkContentError, match="mse"):
        run(job(data={"kind": "plane"}))


def test_a_missing_package_is_no_error_of_the_homework(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(NotTrainedError, match="pip install scikit-learn"):
        run(job(data={"kind": "digits", "seed": 99}))
