"""Data to learn from: the playground's sets, those of scikit-learn, CIFAR-10; all as one ``Dataset``."""

from numeric.data.bundled import bundled
from numeric.data.cifar import cifar10, cifar_folder
from numeric.data.dataset import Dataset, Samples, Scaling, checked, divided, thinned
from numeric.data.playground import playground
from numeric.errors import DataError, MissingPackageError

__all__ = [
    "DataError",
    "Dataset",
    "MissingPackageError",
    "Samples",
    "Scaling",
    "bundled",
    "checked",
    "cifar10",
    "cifar_folder",
    "divided",
    "playground",
    "thinned",
]
