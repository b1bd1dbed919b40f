"""The trainings of a homework, as its answers share them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from answers.contract.definitions import NetworkModel, OwnDefinitions
from answers.errors import HomeworkContentError
from answers.trainings.model import TrainingModel
from answers.trainings.trainer import Job, Outcome, Trainer
from derive.conventions import USUAL, Conventions
from derive.errors import nearest


@dataclass(frozen=True)
class Trainings:
    """The trainings by their names, the networks that they name, and who does them or finds what was done before."""

    models: Mapping[str, TrainingModel]
    networks: Mapping[str, NetworkModel]
    own: OwnDefinitions
    trainer: Trainer
    conventions: Conventions = USUAL

    def model(self, name: str) -> TrainingModel:
        """The training of that name.

        Raises:
            HomeworkContentError: the file has no such training.
        """
        if name not in self.models:
            raise HomeworkContentError(f"there is no training {name}; {nearest(name, self.models)}")
        return self.models[name]

    def job(self, model: TrainingModel) -> Job:
        """The training with its network and where its data are.

        Raises:
            HomeworkContentError: the file has no such network.
        """
        folder = self.trainer.folder
        if model.stack is not None:
            return Job(model, model.stack.layers(), model.stack.loss, own=self.own, folder=folder)
        name = model.network or ""
        if name not in self.networks:
            raise HomeworkContentError(f"there is no network {name}; {nearest(name, self.networks)}")
        network = self.networks[name]
        # What is trained does not depend on how derivatives are laid out, and batches of data are rows.
        usual = Conventions(channels=self.conventions.channels, names=self.conventions.names)
        return Job(model, network.layers, network.loss, network.reduction, self.own, usual, folder)

    def outcome(self, name: str) -> Outcome:
        """What came of the training of that name.

        Raises:
            HomeworkContentError: there is no such training, or it cannot be done.
            NotTrainedError: it is not kept from before, and nothing may or can be trained.
        """
        (outcome,) = self.outcomes([self.model(name)], name)
        return outcome

    def outcomes(self, models: Sequence[TrainingModel], what: str) -> tuple[Outcome, ...]:
        """What came of trainings; ``what`` says what is being trained while it is.

        Raises:
            HomeworkContentError: one cannot be done.
            NotTrainedError: one is not kept from before, and nothing may or can be trained.
        """
        return self.trainer.outcomes([self.job(model) for model in models], what)
