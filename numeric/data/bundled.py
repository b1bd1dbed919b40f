"""The small sets that scikit-learn brings in its package; nothing is downloaded."""

from __future__ import annotations

from importlib import import_module

import numpy

from numeric.data.dataset import Samples
from numeric.errors import MissingPackageError

LOADERS = {
    "digits": "load_digits",
    "iris": "load_iris",
    "wine": "load_wine",
    "breast_cancer": "load_breast_cancer",
    "diabetes": "load_diabetes",
}
REGRESSIONS = ("diabetes",)


def bundled(name: str) -> tuple[Samples, int | None]:
    """The samples of a set, and the number of its classes (None for a regression).

    Raises:
        MissingPackageError: scikit-learn is not installed.
    """
    try:
        datasets = import_module("sklearn.datasets")
    except ImportError as error:
        raise MissingPackageError(f"the data set {name} comes with scikit-learn: pip install scikit-learn") from error
    x, y = getattr(datasets, LOADERS[name])(return_X_y=True)
    if name in REGRESSIONS:
        return Samples(x.astype(numpy.float64), y.astype(numpy.float64)[:, None]), None
    return Samples(x.astype(numpy.float64), y.astype(numpy.int64)), int(y.max()) + 1
