from __future__ import annotations

import sys

import pytest

from numeric.data import DataError, bundled, divided
from numeric.data.bundled import LOADERS

CLASSES = {"digits": 10, "iris": 3, "wine": 3, "breast_cancer": 2, "diabetes": None}


@pytest.mark.parametrize("name", LOADERS)
def test_a_set_is_divided(name: str) -> None:
    pytest.importorskip("sklearn")
    samples, classes = bundled(name)
    assert classes == CLASSES[name]
    assert len(divided(name, samples, classes).train) > 100 * (name == "digits") + 50


def test_without_scikit_learn_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match=r"iris comes with scikit-learn: pip install scikit-learn"):
        bundled("iris")
