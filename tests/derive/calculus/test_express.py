from __future__ import annotations

import pytest

from derive.errors import VocabularyError
from derive.expression.symbols import accesses, name_of
from derive.network import network
from numeric import check

NET = network("x:n -> Linear(d) -> ReLU -> Linear(K) -> Softmax", "CrossEntropy")
GIVEN = ["x", "y", "W1", "b1", "W2", "b2"]


@pytest.mark.parametrize("parameter", NET.parameters)
@pytest.mark.parametrize(
    "within",
    [
        GIVEN,
        [*GIVEN, "y_hat"],
        [*GIVEN, "z1", "z2", "z3"],
        [*GIVEN, "dl/dy_hat"],
        [*GIVEN, "dl/dy_hat", "dy_hat/dz3"],
        [*GIVEN, "dl/dy_hat", "dz2/dz1", "dy_hat/dz3"],
        [*GIVEN, "z1", "dl/dz2"],
        [*GIVEN, "y_hat", "dz1/dW1", "dz3/dz2"],
    ],
    ids=" ".join,
)
def test_answers_use_the_vocabulary_alone_and_stay_right(parameter: str, within: list[str]) -> None:
    answer = NET.gradient(parameter, within)
    assert {name_of(access) for access in accesses(answer.result)} <= set(within)
    report = check(answer, points=1)
    assert report.ok, [item for item in report.items if not item.ok]


def test_without_a_vocabulary_everything_named_is_allowed_but_internal_rows() -> None:
    for answer in NET.gradients().values():
        assert not {"e_y_hat", "s_y_hat"} & {name_of(access) for access in accesses(answer.result)}


@pytest.mark.parametrize("missing", ["x", "y", "W2"])
def test_the_missing_symbol_is_named(missing: str) -> None:
    with pytest.raises(VocabularyError, match=f"needs {missing}, which is not among the allowed symbols"):
        NET.gradient("W1", [name for name in GIVEN if name != missing])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("y_hatt", "did you mean y_hat"),
        ("dl/dy_hatt", "y_hatt is not in it; did you mean y_hat"),
        ("W3", "W3 is not in it"),
        ("dz9/dz1", "z9 is not in it"),
    ],
)
def test_an_unknown_symbol_is_named_with_the_nearest(name: str, message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        NET.gradient("W1", [*GIVEN, name])


def test_the_partial_that_is_asked_for_is_not_its_own_answer() -> None:
    answer = NET.gradient("W2", [*GIVEN, "dl/dW2", "y_hat", "z2"])
    assert "dl/dW2" not in {name_of(access) for access in accesses(answer.result)}


def test_a_partial_between_tensors_that_do_not_lie_on_every_path_is_not_used() -> None:
    answer = NET.gradient("W1", [*GIVEN, "y_hat", "dz3/dW2"])
    assert check(answer, points=1).ok
    assert "dz3/dW2" not in {name_of(access) for access in accesses(answer.result)}
