"""The data of a training as a homework file names them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from answers.contract.model import Strict
from answers.errors import HomeworkContentError
from numeric.data import (
    DataError,
    Dataset,
    Samples,
    Scaling,
    bundled,
    cifar10,
    cifar_folder,
    divided,
    playground,
    thinned,
)

TITLES = {"cifar10": "CIFAR-10", "breast_cancer": "breast cancer"}
"""What a set is called where its name in a file would not read well."""
CLASSES = {
    "digits": tuple(f"digit {number}" for number in range(10)),
    "iris": ("setosa", "versicolor", "virginica"),
    "breast_cancer": ("malignant", "benign"),
    "cifar10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
}
"""The names of the classes of a set, by their labels from 0; classes without names are told by their order."""
ORDINALS = ("first", "second", "third")


@dataclass(frozen=True, eq=False)
class Prepared:
    """A dataset; ``note`` says what was taken instead of the data that were asked for, and why.

    ``details`` are what was done to the set before it was divided. ``asked`` is the set in whose place it stands,
    for which goals are meant; empty if it is that set itself.
    """

    dataset: Dataset
    note: str = ""
    details: str = ""
    asked: str = ""

    @property
    def title(self) -> str:
        """The set with its details."""
        return f"{self.dataset.name}{f', {self.details}' if self.details else ''}"


class Groups(Strict):
    """How samples are divided into groups."""

    kind: str
    validation: float = Field(0.2, gt=0, lt=1, description="the share of the samples that settings are chosen by")
    test: float = Field(0.2, gt=0, lt=1, description="the share of the samples for the test")
    keep: dict[int, float] = Field(
        default_factory=dict,
        description="for a class, by its label in the data (from 0), its share of samples that stay: it becomes rare",
    )
    scaling: Scaling | None = Field(None, description="of the inputs: by feature, by all of them, or none")
    seed: int = Field(0, ge=0, description="of what is drawn, and of the groups")

    def identity(self, folder: Path | None) -> str:
        """What distinguishes the data besides the options."""
        return ""

    def details(self) -> str:
        """What is done to the set before it is divided, in words."""
        shares: dict[float, list[str]] = {}
        for label, share in sorted(self.keep.items()):
            shares.setdefault(share, []).append(self._class(label))
        return ", ".join(f"{100 * share:g} % of {', '.join(names)}" for share, names in shares.items())

    def _class(self, label: int) -> str:
        """A class as it is told, whatever indices count from."""
        names = CLASSES.get(self.kind, ())
        if 0 <= label < len(names):
            return names[label]
        return f"the {ORDINALS[label]} class" if 0 <= label < len(ORDINALS) else f"the class with the label {label}"

    def _divided(self, name: str, samples: Samples, classes: int | None, scaling: Scaling) -> Dataset:
        kept = thinned(samples, self.keep, self.seed) if self.keep else samples
        return divided(
            name,
            kept,
            classes,
            validation=self.validation,
            test=self.test,
            scaling=self.scaling or scaling,
            seed=self.seed,
        )


class PlaygroundData(Groups):
    """A set of points in the plane, as the TensorFlow playground draws them."""

    kind: Literal["spiral", "circle", "xor", "gauss", "plane", "hills"]
    samples: int = Field(500, ge=20)
    noise: float = Field(0.1, ge=0, le=1)

    def prepared(self, folder: Path | None = None) -> Prepared:
        samples, classes = playground(self.kind, self.samples, self.noise, self.seed)
        return Prepared(self._divided(self.kind, samples, classes, "none"), details=self.details())

    def details(self) -> str:
        return ", ".join(filter(None, (f"noise {self.noise:g}", super().details())))


class BundledData(Groups):
    """A set that scikit-learn brings."""

    kind: Literal["digits", "iris", "wine", "breast_cancer", "diabetes"]

    def prepared(self, folder: Path | None = None) -> Prepared:
        samples, classes = bundled(self.kind)
        scaling: Scaling = "all" if self.kind == "digits" else "feature"
        dataset = self._divided(TITLES.get(self.kind, self.kind), samples, classes, scaling)
        return Prepared(dataset, details=self.details())


def _by_name(given: Any) -> Any:
    """A set that is given by its name alone has the usual options."""
    return {"kind": given} if isinstance(given, str) else given


AnySmallData = Annotated[PlaygroundData | BundledData, Field(discriminator="kind"), BeforeValidator(_by_name)]


class CifarData(Groups):
    """CIFAR-10 from the folder of its official Python batches, or another set where that is not given."""

    kind: Literal["cifar10"]
    validation: float = Field(0.1, gt=0, lt=1, description="the share of the training batches to choose settings by")
    batch_size: int | None = Field(10000, ge=1, description="how many images a file must hold; any number if null")
    otherwise: AnySmallData | None = Field(None, description="the set to take where no folder was given")

    def prepared(self, folder: Path | None = None) -> Prepared:
        if folder is None:
            if self.otherwise is None:
                raise HomeworkContentError("this training needs CIFAR-10: give its folder with --data FOLDER")
            other = self.otherwise.prepared()
            asked = TITLES[self.kind]
            note = f"trained on {other.dataset.name}, since no {asked} folder was given"
            return Prepared(other.dataset, note, other.details, asked)
        training, test = cifar10(folder, self.batch_size)
        kept = thinned(training, self.keep, self.seed) if self.keep else training
        dataset = divided(
            TITLES[self.kind],
            kept,
            10,
            validation=self.validation,
            test=test,
            scaling=self.scaling or "all",
            seed=self.seed,
        )
        return Prepared(dataset, details=self.details())

    def identity(self, folder: Path | None) -> str:
        """A digest of the files; without a folder the data are the other set's."""
        place = None if folder is None else cifar_folder(folder)
        if folder is None:
            return "otherwise"
        if place is None:
            raise DataError(f"{folder} holds no CIFAR-10")
        digest = hashlib.sha256()
        for file in sorted(place.glob("*_batch*")):
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
        return digest.hexdigest()


AnyData = Annotated[PlaygroundData | BundledData | CifarData, Field(discriminator="kind"), BeforeValidator(_by_name)]
