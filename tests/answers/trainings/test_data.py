from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from pydantic import TypeAdapter, ValidationError

from answers.errors import HomeworkContentError
from answers.trainings.data import CLASSES, AnyData, CifarData
from numeric.data import DataError
from tests.numeric.data.batches import write_batches

DATA: TypeAdapter[AnyData] = TypeAdapter(AnyData)


def cifar(**options: object) -> CifarData:
    return CifarData.model_validate({"kind": "cifar10", "batch_size": 40, **options})


def test_a_set_by_its_name_has_the_usual_options() -> None:
    assert DATA.validate_python("spiral") == DATA.validate_python({"kind": "spiral", "samples": 500, "noise": 0.1})


def test_a_set_that_does_not_exist() -> None:
    with pytest.raises(ValidationError, match="spirl"):
        DATA.validate_python("spirl")


def test_points_of_the_plane_keep_their_coordinates() -> None:
    prepared = DATA.validate_python("circle").prepared()
    assert numpy.hypot(*prepared.dataset.train.x.T).max() > 4
    assert prepared.note == ""


def test_rare_classes() -> None:
    data = DATA.validate_python({"kind": "gauss", "samples": 400, "keep": {1: 0.1}}).prepared().dataset
    labels = numpy.concatenate([data.train.y, data.validation.y, data.test.y])
    assert numpy.bincount(labels).tolist() == [200, 20]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"kind": "gauss", "noise": 0, "keep": {"1": 0.1}}, "noise 0, 10 % of the second class"),
        ({"kind": "digits", "keep": {"0": 0.5, "9": 0.5, "3": 0.25}}, "50 % of digit 0, digit 9, 25 % of digit 3"),
        ({"kind": "iris", "keep": {"2": 0.5}}, "50 % of virginica"),
        ({"kind": "wine", "keep": {"0": 0.5}}, "50 % of the first class"),
    ],
)
def test_classes_are_told_by_names_that_no_index_base_changes(given: dict[str, Any], told: str) -> None:
    assert DATA.validate_python(given).details() == told


def test_names_are_those_that_the_sets_have() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    assert CLASSES["iris"] == tuple(datasets.load_iris().target_names)
    assert CLASSES["breast_cancer"] == tuple(datasets.load_breast_cancer().target_names)


def test_cifar_is_read_where_it_is(tmp_path: Path) -> None:
    write_batches(tmp_path)
    prepared = cifar(otherwise="digits").prepared(tmp_path)
    assert prepared.note == ""
    assert prepared.dataset.name == "CIFAR-10"
    assert [len(group) for group in (prepared.dataset.train, prepared.dataset.validation, prepared.dataset.test)] == [
        180,
        20,
        40,
    ]


def test_without_a_folder_the_other_set_is_taken_and_named() -> None:
    pytest.importorskip("sklearn")
    prepared = cifar(otherwise="digits").prepared()
    assert prepared.dataset.name == "digits"
    assert prepared.note == "trained on digits, since no CIFAR-10 folder was given"
    with pytest.raises(HomeworkContentError, match="give its folder with --data FOLDER"):
        cifar().prepared()


def test_a_folder_without_cifar_is_an_error_and_not_the_other_set(tmp_path: Path) -> None:
    for call in (cifar(otherwise="digits").prepared, cifar(otherwise="digits").identity):
        with pytest.raises(DataError, match="holds no CIFAR-10"):
            call(tmp_path)


def test_the_identity_is_that_of_the_files(tmp_path: Path) -> None:
    place = write_batches(tmp_path)
    before = cifar().identity(tmp_path)
    assert before == cifar().identity(place) != cifar().identity(None)
    content = bytearray((place / "data_batch_5").read_bytes())
    content[-100] ^= 1
    (place / "data_batch_5").write_bytes(content)
    assert cifar().identity(place) != before
